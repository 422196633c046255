"""A ladder of profiles: what each single difference does, and what may stand on one."""

import csv
from pathlib import Path

import duckdb
import pytest

from dmlr import config
from dmlr.errors import ConfigError
from dmlr.latent.profile import Dmlr
from dmlr.merged import configuration
from dmlr.store.cells import cells
from dmlr.store.difference import difference
from dmlr.store.ladder import ladder, write_ladder
from tests.marked import database

ROOT = Path(__file__).parent.parent
LADDER = ["plain", "sharp", "wide"]
TOLD = {
    "plain": {"method": "dmlr", "sigma": 25.0, "patches_initial": 1, "patches_added": 1},
    "sharp": {"method": "dmlr", "sigma": 0.1, "patches_initial": 1, "patches_added": 1},
    "wide": {"method": "dmlr", "sigma": 0.1, "patches_initial": 2, "patches_added": 2},
    "aside": {"method": "vanilla"},
}
MARKS = {
    "plain": "+" * 10 + "-" * 10,
    "sharp": "+" * 16 + "-" * 4,  # 6 won, none lost: p = 2 / 2^6 = 0.03125
    "wide": "-" * 4 + "+" * 12 + "-" * 2 + "x?",  # 4 lost: p = 2 / 2^4 = 0.125
    "aside": "-" * 20,
}


@pytest.fixture(scope="module")
def rungs(tmp_path_factory):
    runs = {
        name: {("paper", "official"): marks, ("another", "official"): "+" * 20}
        for name, marks in MARKS.items()
    }
    folder = tmp_path_factory.mktemp("ladder")
    path = database(folder, {"own": runs}, profiles=TOLD, ladder=LADDER)
    with duckdb.connect(str(path), read_only=True) as opened:
        return ladder(opened, cells(opened, "plain"))


def test_each_rung_has_what_changed_and_its_paired_effect(rungs):
    plain, sharp, wide = (one for one in rungs if one.protocol == "paper")
    assert (plain.profile, plain.changed, plain.difference, plain.holm.p_value) == (
        "plain",
        {},
        None,
        None,
    )
    assert (sharp.changed, wide.changed) == (
        {"sigma": (25.0, 0.1)},
        {"patches_initial": (1, 2), "patches_added": (1, 2)},
    )
    counts = [(one.difference.n, one.difference.only_first, one.difference.only_second)
              for one in (sharp, wide)]  # fmt: skip
    assert counts == [(20, 6, 0), (19, 0, 4)]  # one of the last is unparsed
    assert (sharp.difference.p_value, wide.difference.p_value) == (0.03125, 0.125)
    # Holm of two: 2 * 0.03125, then 0.125.
    assert [(one.holm.p_value, one.holm.tests) for one in (sharp, wide)] == [
        (0.0625, 2),
        (0.125, 2),
    ]
    # B, which became A, six times; then four As, one B that is C now, and one that can be read no more.
    others = [(one.other_answers, one.answer_pairs) for one in (plain, sharp, wide)]
    assert others == [(None, None), (6, 20), (6, 20)]


def test_equal_runs_have_no_effect_and_no_interval(rungs):
    _, sharp, wide = (one for one in rungs if one.protocol == "another")
    for one in (sharp, wide):
        assert (one.difference.value, one.difference.low, one.difference.high) == (0.0, None, None)
        assert (one.difference.p_value, one.holm.p_value, one.other_answers) == (1.0, 1.0, 0)


def test_the_files_have_a_row_per_rung_in_order(rungs, tmp_path):
    write_ladder(rungs, tmp_path, ["provenance 0123456789ab"])
    with (tmp_path / "ladder.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["protocol"] == "paper"]
    assert [(row["profile"], row["field"], row["before"], row["after"]) for row in rows] == [
        ("plain", "", "", ""),
        ("sharp", "sigma", "25.0", "0.1"),
        ("wide", "patches_added, patches_initial", "1, 1", "2, 2"),
    ]
    assert {rows[0][name] for name in ("pairs", "difference", "other_answers", "holm_p")} == {""}
    lines = (tmp_path / "ladder.md").read_text().splitlines()
    assert [line.split(" | ")[5] for line in lines[2:5]] == LADDER
    assert "| sigma: 25.0 to 0.1 | 20 | 80.0 [" in lines[3]
    assert lines[3].endswith("(p = 0.031, Holm 0.062) | 30.0 % of 20 |")
    assert lines[5] == ""  # the first protocol alone
    assert lines[-1] == "provenance 0123456789ab"


def test_without_a_ladder_the_table_is_empty(tmp_path):
    path = database(tmp_path, {"own": {"plain": {("paper", "official"): "+-"}}})
    with duckdb.connect(str(path), read_only=True) as opened:
        write_ladder(ladder(opened, cells(opened, "plain")), tmp_path)
    assert len((tmp_path / "ladder.csv").read_text().splitlines()) == 1


def test_the_interval_of_a_difference_is_that_of_its_normal_approximation():
    # n = 100, 20 won and 10 lost: 10 points, standard error sqrt((0.3 - 0.1^2) / 100) = 5.385 points.
    found = difference(100, 20, 10)
    assert (found.low, found.high) == (
        pytest.approx(10 - 1.96 * 5.385, abs=1),
        pytest.approx(10 + 1.96 * 5.385, abs=1),
    )


def test_alike_pairs_have_no_interval_and_no_pairs_no_difference():
    for alike in (difference(5, 0, 0), difference(5, 5, 0)):
        assert (alike.low, alike.high) == (None, None)
    assert difference(0, 0, 0) is None


def loaded(name):
    return config.load(*configuration([ROOT / "config" / f"{name}.yaml"]))


# The order that docs/design.md argues for.
CHANGED = [
    "prompt", "think_tokens", "sigma", "learning_rate", "patches_initial", "positions",
    "track_positions", "injected", "reward_context", "best_start", "reward", "acceptance",
    "patch_growth", "keep", "decode_patches", "forbidden_words", "seeding",
]  # fmt: skip


@pytest.mark.parametrize("experiment", ["gap", "demo-gap"])
def test_the_shipped_ladder_goes_from_the_released_code_to_the_paper(experiment):
    found = loaded(experiment)
    released, *_, paper = profiles = [found.profile_catalog[name] for name in found.ladder]
    assert (found.ladder[0], found.ladder[-1]) == ("dmlr-released-2026-03", "dmlr-paper")
    fields = [name for name in Dmlr.model_fields if getattr(released, name) != getattr(paper, name)]
    assert sorted(fields) == sorted([*CHANGED, "patches_added"])
    for place, profile in enumerate(profiles):
        turned = {*CHANGED[:place]} | (
            {"patches_added"} if "patches_initial" in CHANGED[:place] else set()
        )
        expected = {name: getattr(paper if name in turned else released, name) for name in fields}
        assert profile.model_dump(include=set(fields)) == expected
    names = [name.replace("_", "-") for name in CHANGED[:-1]]
    names[names.index("patches-initial")] = "patches"
    assert found.ladder[1:-1] == [f"ladder-{name}" for name in names]
    assert found.profiles == ["vanilla", *found.ladder]


def refused(folder, text):
    path = folder / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        config.load(*configuration([path]))
    return str(error.value).removeprefix(f"{path}: ")


def test_profiles_that_differ_in_more_than_one_field_are_no_rungs(tmp_path):
    found = refused(
        tmp_path,
        "profiles: [vanilla, dmlr-paper, ladder-keep, dmlr-m-4, dmlr-m-8]\n"
        "ladder: [ladder-keep, dmlr-paper, dmlr-m-4, dmlr-m-8]\n",
    )
    assert found == (
        "ladder[1] must differ from the profile before it in one field (patches_added and "
        "patches_initial, the paper's m, count as one); ladder-keep and dmlr-paper differ in "
        "decode_patches, seeding, forbidden_words"
    )


def test_equal_profiles_and_other_budgets_are_no_rungs(tmp_path):
    found = refused(
        tmp_path,
        "profiles: [vanilla, dmlr-paper, same, short]\nladder: [dmlr-paper, same, short, vanilla, same]\n"
        "profile_catalog:\n  same: {method: dmlr}\n"
        "  short: {method: dmlr, sigma: 0.2, max_new_tokens: 60}\n",
    ).splitlines()
    assert "ladder[4] must be another than those before it, got 'same' again" in found[0]
    assert found[1].endswith("dmlr-paper and same differ in nothing")
    assert found[2].endswith("same and short differ in sigma, max_new_tokens")
    assert found[3].split("differ in ")[1].startswith("method, max_new_tokens, think_tokens")
