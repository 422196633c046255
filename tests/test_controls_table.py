"""Controls against the method, label sets against each other, and what no reply reached; by hand.

Marks as in test_comparisons: + correct, - wrong, ? unparsed; twenty samples each.
"""

import csv
from dataclasses import replace

import duckdb
import pytest

from dmlr.datasets.shard import write_shard
from dmlr.store.ceilings import write_ceilings
from dmlr.store.cells import cells
from dmlr.store.compute import compute
from dmlr.store.controls import controls, write_controls
from dmlr.store.database import build
from dmlr.store.labels import main_labels, write_labels
from dmlr.store.told import AggregateSettings
from tests.test_comparisons import BASE, EIGHT, OPEN, SIX, sample, write_run

OFFICIAL, RELEASED = ("paper", "official"), ("paper", "released")
METHOD = {
    "method": "dmlr",
    "sigma": 0.1,
    "steps": 15,
    "prompt": "unified",
    "reward_threshold": None,
}
PROFILES = {
    "vanilla": {"method": "vanilla", "prompt": "unified", "max_new_tokens": 5},
    "dmlr-paper": METHOD,
    "tokens-only": METHOD | {"steps": 0},
    "threshold": METHOD | {"reward_threshold": 0.5, "sigma": 0.2},
    "released": METHOD | {"sigma": 25.0, "steps": 3, "prompt": "other", "reward_threshold": 1},
    "silent": METHOD | {"sigma": 0.3},
}
# The method is as good as the baseline. tokens-only: 6 won, none lost. threshold: 1 lost, none won.
MARKS = {
    "tokens-only": {OFFICIAL: SIX, RELEASED: EIGHT},
    "threshold": {OFFICIAL: "-" + BASE[1:]},
    "silent": {OFFICIAL: OPEN, RELEASED: OPEN},
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("controls")
    results = folder / "results"
    shard = results / "benchmarks/own/shards/00000.jsonl"
    write_shard(shard, [sample(f"own/{i}") for i in range(20)])
    for profile, told in PROFILES.items():
        write_run(results, "own", profile, 3, MARKS.get(profile, {}), told=told)
    settings = AggregateSettings(
        code="c", benchmarks={"own": 1}, models={"m": {}}, profiles=PROFILES, seeds=[3],
        protocols=["paper", "another"], baseline="vanilla", flips_against="dmlr-paper",
        max_unscored_share=0.05,
    )  # fmt: skip
    build(settings, results, folder / "dmlr.duckdb")
    with duckdb.connect(str(folder / "dmlr.duckdb"), read_only=True) as database:
        yield database


@pytest.fixture(scope="module")
def folder(opened, tmp_path_factory):
    out = tmp_path_factory.mktemp("tables")
    found = cells(opened, "vanilla")
    write_controls(
        opened, controls(opened, found, compute(opened, "vanilla")), out, ["provenance x"]
    )
    write_labels(opened, found, out)
    write_ceilings(opened, out)
    return out


def lines(folder, name):
    text = (folder / f"{name}.md").read_text().splitlines()
    return [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in text if line.startswith("|")
    ]


def rows(folder, name, **wanted):
    with (folder / f"{name}.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    return [row for row in found if all(row[key] == value for key, value in wanted.items())]


def test_a_control_names_the_fields_that_it_changes(folder):
    changed = {row[2]: row[4] for row in lines(folder, "controls")[2:]}
    assert changed == {
        "vanilla": "method: dmlr → vanilla",
        "dmlr-paper": "–",
        "tokens-only": "steps: 15 → 0",
        "threshold": "reward_threshold: null → 0.5; sigma: 0.1 → 0.2",
        "released": "4 fields",
        "silent": "sigma: 0.1 → 0.3",
    }
    (released, *_) = rows(folder, "controls", profile="released")
    assert released["changed"] == (
        "prompt: unified → other; reward_threshold: null → 1; sigma: 0.1 → 25.0; steps: 15 → 3"
    )


def test_a_control_that_beats_the_method_is_named_and_one_that_is_not_final_is_not_compared(folder):
    head, _, *body = lines(folder, "controls")
    assert head[7:10] == ["vs dmlr-paper (p)", "ahead", "vs baseline (p)"]
    # Four comparisons with the method: 0.03125, 1, 1 and 1; silent has no pair. p of one lost: 1.
    assert {row[2]: row[7:9] for row in body} == {
        "vanilla": ["+0.0 (p = 1, Holm 1)", "neither"],
        "dmlr-paper": ["–", "–"],
        "tokens-only": ["+30.0 [+10.5, +52.6] (p = 0.031, Holm 0.12)", "tokens-only"],
        "threshold": ["-5.0 [-15.8, +0.0] (p = 1, Holm 1)", "dmlr-paper"],
        "released": ["+0.0 (p = 1, Holm 1)", "neither"],
        "silent": ["–", "–"],
    }
    text = (folder / "controls.md").read_text()
    assert "1 of 4 runs are ahead of dmlr-paper: tokens-only (own, m, seed 3)" in text
    assert text.endswith("\nprovenance x\n")


def test_a_clear_difference_has_a_star(opened, tmp_path):
    found = [
        one
        for one in controls(opened, cells(opened, "vanilla"), compute(opened, "vanilla"))
        if one.cell.profile in ("dmlr-paper", "tokens-only")
    ]
    alone = [one if one.found is None else clear(one) for one in found]
    write_controls(opened, alone, tmp_path)
    assert [row[8] for row in lines(tmp_path, "controls")[2:]] == ["–", "tokens-only *"]


def clear(one):
    """The same control as if nothing else had been tested."""
    return replace(one, holm=replace(one.holm, p_value=one.found.p_value, tests=1))


def test_controls_as_numbers(folder):
    (row,) = rows(folder, "controls", profile="tokens-only", protocol="paper", labels="official")
    assert {name: row[name] for name in list(row)[7:-1]} == {
        "n": "20", "accuracy": "80.0000", "low": "58.3983", "high": "91.9342", "final": "yes",
        "pairs": "20", "difference": "30.0000", "difference_low": "10.5263",
        "difference_high": "52.6316", "only_run": "6", "only_method": "0", "p": "0.03125",
        "holm_p": "0.125", "detectable": "", "ahead": "tokens-only", "baseline_difference": "30.0000",
        "baseline_p": "0.03125", "other_answers": "0.0000", "other_answers_n": "20",
        "forwarded_vs_baseline": "",
    }  # fmt: skip
    (silent,) = rows(folder, "controls", profile="silent", protocol="paper", labels="official")
    assert [silent[name] for name in ("n", "accuracy", "final", "pairs", "difference", "ahead")] == [
        "0", "", "no", "", "", "",
    ]  # fmt: skip


def test_without_a_run_of_the_method_there_is_no_control(opened, tmp_path):
    found = [cell for cell in cells(opened, "vanilla") if cell.profile == "vanilla"]
    write_controls(opened, controls(opened, found, compute(opened, "vanilla")), tmp_path)
    assert len((tmp_path / "controls.csv").read_text().splitlines()) == 1


def test_label_sets_of_the_same_replies_abreast(folder):
    head, _, *body = lines(folder, "labels")
    assert head == [
        "benchmark", "model", "profile", "seed", "protocol", "released", "official",
        "official vs released (p)",
    ]  # fmt: skip
    found = {row[2]: row[5:] for row in body}
    # EIGHT to SIX: the sixteen that SIX has right are the first; EIGHT has 2 to 18 right. So 1 is right
    # under the official labels alone, 17 and 18 under the released alone: -5 points, p = 2 * 4/8 = 1.
    assert found["tokens-only"] == [
        "85.0 [64.0, 94.8]", "80.0 [58.4, 91.9]", "-5.0 [-21.1, +10.5] (p = 1, Holm 1)",
    ]  # fmt: skip
    assert found["vanilla"][2] == "+0.0 (p = 1, Holm 1)"
    assert found["silent"] == ["not final: 0.0–100.0", "not final: 0.0–100.0", "–"]
    (row,) = rows(folder, "labels", profile="tokens-only", protocol="paper", labels="official")
    assert [row[n] for n in ("against", "pairs", "only_labels", "only_against", "p")] == [
        "released", "20", "1", "2", "1",
    ]  # fmt: skip
    (first,) = rows(folder, "labels", profile="tokens-only", protocol="paper", labels="released")
    assert [first[name] for name in ("against", "pairs", "difference", "p")] == [""] * 4


@pytest.mark.parametrize(
    ("found", "main"),
    [
        ({"released", "official", "corrected"}, "official"),
        ({"released", "corrected"}, "corrected"),
        ({"released"}, "released"),
    ],
)
def test_the_main_labels_are_the_benchmarks_own(found, main):
    assert main_labels(found) == main


def test_ceilings_by_gold_by_rules_and_by_what_was_reached(folder):
    # Right in some run: SIX and EIGHT together reach 1 to 16 and, under the released labels, 1 to 18.
    assert lines(folder, "ceilings")[2:4] == [
        ["own", "official", "paper", "20", "0", "100.0", "100.0 (20)", "80.0 (16)"],
        ["own", "official", "another", "20", "0", "100.0", "100.0 (20)", "50.0 (10)"],
    ]
    (row,) = rows(folder, "ceilings", labels="released", protocol="paper")
    assert (row["reached"], row["reached_share"], row["reachable"]) == ("18", "90.0000", "20")
