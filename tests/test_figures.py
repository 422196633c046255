"""The figures' numbers by hand, and their files as a reader opens them."""

import csv
import os
import re
import subprocess
import sys
from functools import cache, partial
from xml.etree import ElementTree

import pytest

from dmlr.errors import ConfigError, RecordError
from dmlr.figures import attention, dependency, efficiency, gains, places, rewards, sweeps
from dmlr.figures.figure import FIGURES
from dmlr.figures.means import mean
from dmlr.figures.names import spread
from dmlr.provenance import fingerprint
from tests.drawing import MARKS, NAMES, world, write_attention, write_chains

SVG = "{http://www.w3.org/2000/svg}"
# plain has the first sample right. Two steps: their middles lie at 0.25 and 0.75, in quarters 2 and 4.
CHAINS = [
    (
        [0.5, 0.1, -0.2, 0.0],
        [2, 4],
        [-3.0, -2.0, -1.5],
    ),  # mean 0.1; steps 0.3 and -0.1; gains 1, 0.5
    ([-0.4, 0.2], [1, 2], [-2.0, -2.25, -1.25]),  # mean -0.1; steps -0.4 and 0.2; gains -0.25, 1
    ([-0.2, -0.2], [2], [-2.0, -3.0]),  # one step, in quarter 3: gain -1
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A world with all measures."""
    found = world(tmp_path_factory.mktemp("figures"))
    write_chains(found, CHAINS)
    write_attention(found)
    return found


def table(path):
    with path.with_suffix(".csv").open(newline="") as file:
        return list(csv.DictReader(file))


def texts(path):
    """All text of an SVG file."""
    tree = ElementTree.parse(path.with_suffix(".svg"))
    return [word for node in tree.iter(f"{SVG}text") for word in node.itertext() if word.strip()]


# --- sweeps -------------------------------------------------------------------------------------


def points(rows):
    return [(row.axis, row.profile, row.value, row.n, row.accuracy) for row in rows]


def test_a_sweep_has_the_runs_that_differ_from_the_paper_in_its_field_alone(made):
    found = made.asked(partial(sweeps.data, axes=(sweeps.STEPS, sweeps.PATCHES, sweeps.SIGMA)))
    assert points(found) == [
        ("steps", "plain", None, 4, 25.0),
        ("steps", "dmlr-steps-0", 0, 4, 75.0),
        ("steps", "dmlr-paper", 2, 4, 50.0),
        ("m", "plain", None, 4, 25.0),
        ("m", "dmlr-paper", 2, 4, 50.0),
        ("m", "dmlr-m-5", 5, 4, 25.0),
        # sigma: only dmlr-both has another one, and differs in its steps as well
    ]
    # Wilson, 2 of 4: 50 -+ 100 * 1.959964 sqrt(0.0625 + 3.841459 / 64) / (1 + 3.841459 / 4)
    assert (found[2].low, found[2].high) == pytest.approx((15.0039, 84.9961), abs=1e-4)
    assert {row.labels for row in found} == {"official"}


def test_the_csv_of_a_sweep_leaves_the_baselines_value_empty(drawn):
    rows = table(drawn("figure6"))
    assert [(row["profile"], row["value"], row["accuracy"]) for row in rows] == [
        ("plain", "", "25.0000"), ("dmlr-steps-0", "0", "75.0000"), ("dmlr-paper", "2", "50.0000"),
    ]  # fmt: skip


def test_a_sweep_that_was_not_run_says_so_and_invents_nothing(tmp_path):
    found = world(tmp_path, ("plain", "dmlr-paper"))
    path = found.drawn("figure9")
    assert texts(path) == ["not run"]
    assert path.with_suffix(".csv").read_text() == (
        "benchmark,model,axis,value,profile,labels,n,accuracy,low,high,final,floor,ceiling\n"
    )


def test_an_accuracy_that_too_many_unscored_could_move_is_a_span_without_a_mark(tmp_path):
    marks = {**MARKS, "dmlr-steps-0": "+-??"}
    found = world(tmp_path, ("plain", "dmlr-paper", "dmlr-steps-0"), marks, unscored_share=0.05)
    (row,) = [row for row in table(found.drawn("figure6")) if row["profile"] == "dmlr-steps-0"]
    assert (row["final"], row["n"], row["floor"], row["ceiling"]) == (
        "no",
        "2",
        "25.0000",
        "75.0000",
    )


# --- chains -------------------------------------------------------------------------------------


def test_the_dependency_of_tokens_and_chains(made):
    found = made.asked(dependency.data)
    tokens = {row.statistic: row for row in found if row.of == "tokens"}
    # of all eight tokens, -0.4 -0.2 -0.2 -0.2 0.0 0.1 0.2 0.5, the middle is between -0.2 and 0
    assert tokens["p50"].value == pytest.approx(-0.1)
    assert (tokens["p50"].samples, tokens["p50"].tokens, len(tokens)) == (3, 8, 99)
    chains = {(row.verdict, row.statistic): row.value for row in found if row.of == "chains"}
    assert chains["correct", "mean"] == pytest.approx(0.1)
    # -0.1 and -0.2
    assert chains["wrong", "mean"] == pytest.approx(-0.15)
    assert chains["wrong", "p25"] == pytest.approx(-0.175)


def test_the_gain_of_a_step_is_what_it_adds_to_the_log_probability_of_the_gold(made):
    found = made.asked(partial(gains.data, parts=("replies", "correct replies")))
    values = {(row.part, row.name, row.quarter): (row.n, row.steps, row.value) for row in found}
    assert values == {
        ("replies", "correct", 0): (1, 2, 0.75),
        ("replies", "correct", 2): (1, 1, 1.0),
        ("replies", "correct", 4): (1, 1, 0.5),
        # the means of the samples, 0.375 and -1
        ("replies", "wrong", 0): (2, 3, -0.3125),
        ("replies", "wrong", 2): (1, 1, -0.25),
        ("replies", "wrong", 3): (1, 1, -1.0),
        ("replies", "wrong", 4): (1, 1, 1.0),
        # the right reply has a mean dependency of 0.1
        ("correct replies", "faithful", 0): (1, 2, 0.75),
        ("correct replies", "faithful", 2): (1, 1, 1.0),
        ("correct replies", "faithful", 4): (1, 1, 0.5),
    }


def test_a_step_is_hallucinated_where_its_own_tokens_do_better_without_the_picture(made):
    found = made.asked(partial(gains.data, parts=("steps",)))
    values = {row.name: (row.n, row.steps, row.value) for row in found if row.quarter == 0}
    # grounded: 1 and 1; hallucinated: 0.5, -0.25 and -1
    assert values == {"grounded": (2, 2, 1.0), "hallucinated": (3, 3, -0.25)}


def test_a_reply_without_a_score_is_neither_right_nor_wrong(tmp_path):
    found = world(tmp_path, ("plain",), {"plain": "+?--"})
    write_chains(found, CHAINS)
    rows = found.asked(partial(gains.data, parts=("replies",)))
    assert {(row.name, row.n) for row in rows if row.quarter == 0} == {("correct", 1), ("wrong", 1)}


def test_a_missing_measure_is_one_line_with_its_place(tmp_path):
    found = world(tmp_path, ("plain",))
    place = re.escape(str(found.measures("plain", "chains")))
    with pytest.raises(RecordError, match=f"^{place}: not a readable Parquet file .*run again$"):
        found.drawn("figure2")


# --- rewards, attention, efficiency -------------------------------------------------------------


def test_rewards_and_patches_over_the_steps(made):
    found = made.asked(rewards.data)
    values = {
        (row.measure, row.step): (row.n, row.value) for row in found if row.profile == "dmlr-paper"
    }
    assert values == {
        ("reward", 0): (4, -1.0), ("reward", 1): (4, 0.0), ("reward", 2): (4, 0.0),
        # three stay at 0, one rises to 1.5
        ("best reward", 0): (4, -1.0), ("best reward", 1): (4, 0.0), ("best reward", 2): (4, 0.375),
        ("best patches", 1): (4, 3.0), ("best patches", 2): (4, 4.0),
        # patches 3 and 1, and 1 again
        ("distinct best patches", 2): (4, 2.0),
    }  # fmt: skip
    assert {row.profile for row in found}.isdisjoint({"plain", "dmlr-steps-0"})


def test_attention_is_the_mean_over_think_tokens_and_the_start_is_step_0(made):
    found = made.asked(places.data)
    cells = {
        (row.kind, row.step, row.x, row.y): row.attention
        for row in found
        if row.part == "attention" and row.attention
    }
    assert cells == {
        ("reply", None, 0, 0): 0.1, ("reply", None, 2, 1): 0.2,
        **{("think", step, 2, 0): 0.05 for step in (0, 1, 2)},
        **{("think", step, 0, 1): 0.3 for step in (0, 1, 2)},
    }  # fmt: skip
    think = [
        (r.step, r.token, r.x, r.y) for r in found if r.part == "embedding" and r.kind == "think"
    ]
    assert think[:3] == [(0, 0, -0.5, 0.0), (0, 1, -0.5, 1.0), (1, 0, 0.0, 0.0)]


def test_of_many_samples_the_first_of_each_run_are_drawn():
    found = [
        places.Place("own", "m", profile, "attention", str(number), "reply", None, None, 0.0, 0.0)
        for profile in ("a", "b")
        for number in range(9 if profile == "a" else 3)
    ]
    drawn = [key[2:] for key in places.chosen_samples(found)]
    assert drawn == [("a", str(n)) for n in range(9)] + [("b", str(n)) for n in range(3)]
    more = places.chosen_samples([*found, places.Place(
        "own", "m", "c", "attention", "0", "reply", None, None, 0.0, 0.0)])  # fmt: skip
    assert len(more) == places.MOST
    assert more[-1][2:] == ("c", "0")
    assert attention.drawn_steps([0, 1, 2, 3, 4, 5, 9]) == [0, 2, 4, 9]


def test_accuracy_against_cost_and_the_papers_efficiency(made):
    found = {row.profile: row for row in made.asked(efficiency.data)}
    plain, paper = found["plain"], found["dmlr-paper"]
    assert (plain.seconds, plain.model_passes, plain.accuracy) == (0.5, 5.0, 25.0)
    # two answers of half a second in a batch: 25 % in 1 s
    assert (plain.batch_seconds, plain.efficiency) == (1.0, 625.0)
    assert (paper.batch_seconds, paper.efficiency) == (2.0, 625.0)
    assert list(found) == [*made.profiles]


def test_names_keep_apart_and_near_where_they_belong():
    assert spread([0.5], apart=0.1) == [0.5]
    assert spread([0.5, 0.5], apart=0.1) == pytest.approx([0.45, 0.55])
    assert spread([0.0, 0.02, 0.9], apart=0.1) == pytest.approx([0.0, 0.1, 0.9])
    # the third comes within reach of the pair, so all three move
    assert spread([0.5, 0.5, 0.6], apart=0.1) == pytest.approx([0.4333, 0.5333, 0.6333], abs=1e-4)
    assert spread([1.0, 1.0], apart=0.1) == pytest.approx([0.9, 1.0])


def test_the_interval_of_a_mean_is_that_of_its_samples_and_the_same_every_time():
    values = [0.0, 1.0] * 200
    found = mean(values, ["own", 1])
    # 1.96 standard errors of 0.5 / sqrt(400), but for the noise of the resamples
    assert (found.low, found.high) == pytest.approx((0.451, 0.549), abs=0.006)
    assert (found.n, found.value) == (400, 0.5)
    assert found == mean(values, ["own", 1])
    assert (mean([2.0], ["a"]).low, mean([2.0, 2.0], ["a"]).high, mean([], ["a"])) == (
        None,
        None,
        None,
    )


# --- files --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn(made):
    """A figure's path without an ending; each is drawn once."""
    return cache(made.drawn)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_vector_and_says_what_it_is_of(drawn, name):
    path = drawn(name)
    pdf = path.with_suffix(".pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"/Type3" not in pdf  # a font of drawings, which cannot be searched
    assert (b"/Subtype /Image" in pdf) == (name == "figure10")
    assert texts(path)
    caption = path.with_suffix(".md").read_text()
    assert caption.startswith(f"# Figure {name.removeprefix('figure')}: ")
    assert caption.endswith("provenance 0123456789ab; dmlr show 0123456789ab expands it\n")
    assert "Benchmarks: own. Models: m. Run seed 3. Answers scored by protocol paper." in caption


@pytest.mark.parametrize("name", ["figure3", "figure10"])
def test_the_same_data_gives_the_same_bytes(made, drawn, name):
    first, second = drawn(name), made.drawn(name, "again")
    for suffix in (".pdf", ".svg", ".csv", ".md"):
        assert first.with_suffix(suffix).read_bytes() == second.with_suffix(suffix).read_bytes(), (
            suffix
        )


def test_what_a_reader_sees(made, drawn):
    assert {"own", "accuracy, %", "optimisation steps", "m", "0", "2"} <= {*texts(drawn("figure6"))}
    assert {"m: chains", "correct (1)", "wrong (2)", "plain"} <= {*texts(drawn("figure2"))}
    assert {"n = 1 + 0", "wrong, spurious"} <= {*texts(drawn("figure3"))}
    assert {"start", "step 2", "30.0 %", "35.0 %"} <= {*texts(drawn("figure10"))}
    assert {*made.profiles, "seconds per answer"} <= {*texts(drawn("figure11"))}


def test_the_command_line_draws_one_figure(made, tmp_path):
    told = made.settings.model_copy(update={"code": fingerprint("figure")}).model_dump_json()
    words = ["--settings", told, "--database", made.database, "--results", made.results]
    command = [sys.executable, "-m", "dmlr.cli", "figure", "figure8", *words, "--out", tmp_path]
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"}
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {
        "figure8.pdf", "figure8.svg", "figure8.csv", "figure8.md",
    }  # fmt: skip
    assert "figure8.pdf: 36 rows of data" in done.stderr


def test_a_figure_that_is_not_there_and_a_database_that_is_none(made, tmp_path):
    with pytest.raises(ConfigError, match=r"^figure: must be one of figure2, .*, got 'figure5'$"):
        made.drawn("figure5")
    broken = world(tmp_path, ("plain",))
    broken.database.write_bytes(b"nothing")
    with pytest.raises(RecordError, match=r"dmlr\.duckdb: must be a database of dmlr aggregate"):
        broken.drawn("figure6")


def test_a_picture_that_is_gone_is_one_line(tmp_path):
    found = world(tmp_path, ("plain", "dmlr-paper"))
    write_attention(found, len(NAMES))
    (found.results / "benchmarks/own/images/ab.png").unlink()
    with pytest.raises(
        RecordError, match=r"own/images/ab\.png: image cannot be read .*run snakemake"
    ):
        found.drawn("figure10")
