"""Comparisons with the baseline: p-values for many of them at once, and what they could have found.

Marks: + correct, - wrong, ? unparsed. The baseline has ten of twenty samples right.
"""

import csv

import duckdb
import pytest

from dmlr.datasets.shard import write_shard
from dmlr.records import Gold, ImageFile, Prediction, Sample, TraceStep, Verdict, write_records
from dmlr.store.cells import cells
from dmlr.store.database import build
from dmlr.store.tables import accuracy_table, write_tables
from dmlr.store.told import AggregateSettings

VERDICTS = {"+": ("correct", 1), "-": ("wrong", 0), "?": ("unparsed", None)}
LABELS = ("official", "released")
BASE = "+" * 10 + "-" * 10
SIX = "+" * 16 + "-" * 4  # 6 won, none lost: p = 2 / 2^6 = 0.03125
EIGHT = "-" + "+" * 17 + "-" * 2  # 8 won, 1 lost: p = 2 (1 + 9) / 2^9 = 0.0390625
OPEN = "?" * 20


def sample(name):
    gold = Gold(kind="yesno", text="Yes")
    return Sample(
        sample_id=name, question="Is it?", options=(), gold=dict.fromkeys(LABELS, gold),
        image=ImageFile(sha256="ab" * 32, file="ab.png", width=5, height=3, bytes=11),
        category="all", groups={},
    )  # fmt: skip


def verdict(name, labels, mark):
    found, score = VERDICTS[mark]
    return Verdict(
        sample_id=name, labels=labels, verdict=found, score=score, rule="boxed",
        extracted=None if mark == "?" else "yes", compared=None if mark == "?" else "Yes",
        reason="no box" if mark == "?" else None,
    )  # fmt: skip


def write_run(results, benchmark, profile, seed, found, *, model="m", told=None):
    """A run whose marks stand by protocol and labels; what is not told there is as the baseline.

    ``told`` are the fields of its profile.
    """
    names = [f"{benchmark}/{number}" for number in range(20)]
    made = {
        "code": "c", "model": {}, "profile": told or {"method": profile}, "seed": seed, "packages": {},
        "weights": "w", "processing": "p",
    }  # fmt: skip
    run = f"{benchmark}/{model}/{profile}/seed-{seed}"
    path = results / "runs" / run / "00000.predictions.parquet"
    said = [Prediction(sample_id=name, status="ok", text="yes") for name in names]
    write_records(path, Prediction, said, made)
    write_records(path.with_name("00000.traces.parquet"), TraceStep, [], made)
    for protocol in ("paper", "another"):
        verdicts = [
            verdict(name, labels, mark)
            for labels in LABELS
            for name, mark in zip(names, found.get((protocol, labels), BASE), strict=True)
        ]
        write_records(results / "verdicts" / protocol / f"{run}.parquet", Verdict, verdicts, {})


def compared(folder, runs, benchmarks=("own",), seeds=(3,)):
    """Cells of the whole runs, those of the baseline and of the runs: profile -> marks."""
    results = folder / "results"
    runs = {"plain": {}} | runs
    for benchmark in benchmarks:
        shard = results / "benchmarks" / benchmark / "shards/00000.jsonl"
        write_shard(shard, [sample(f"{benchmark}/{number}") for number in range(20)])
        for profile, found in runs.items():
            for seed in seeds:
                write_run(results, benchmark, profile, seed, found)
    settings = AggregateSettings(
        code="c", benchmarks=dict.fromkeys(benchmarks, 1), models={"m": {}}, seeds=list(seeds),
        profiles={name: {"method": name} for name in runs}, protocols=["paper", "another"],
        baseline="plain", flips_against="elsewhere", max_unscored_share=1.0,
    )  # fmt: skip
    build(settings, results, folder / "dmlr.duckdb")
    with duckdb.connect(str(folder / "dmlr.duckdb"), read_only=True) as opened:
        return cells(opened, "plain")


def adjusted(found, protocol="paper", labels="official"):
    return {
        (one.benchmark, one.profile, one.seed): (one.p_value, one.holm_p)
        for one in found
        if one.p_value is not None and (one.protocol, one.labels) == (protocol, labels)
    }


def test_the_comparisons_of_one_protocol_and_label_set_are_adjusted_together(tmp_path):
    paper, another = ("paper", "official"), ("another", "official")
    runs = {
        "a": {paper: SIX, another: EIGHT},
        "b": {paper: EIGHT},
        "c": {("paper", "released"): SIX},
    }
    found = compared(tmp_path, runs)
    # 3 * 0.03125 = 0.09375; 2 * 0.0390625 is less, so the same; c says what the baseline says.
    assert adjusted(found) == {
        ("own", "a", 3): (0.03125, 0.09375),
        ("own", "b", 3): (0.0390625, 0.09375),
        ("own", "c", 3): (1.0, 1.0),
    }
    # Each of these families has one small p-value: three times it.
    assert adjusted(found, "another")["own", "a", 3] == (0.0390625, 0.1171875)
    assert adjusted(found, labels="released")["own", "c", 3] == (0.03125, 0.09375)


def test_benchmarks_and_seeds_are_of_one_family(tmp_path):
    runs = {"a": {("paper", "official"): SIX}}
    found = adjusted(compared(tmp_path, runs, ("one", "two"), (3, 5)))
    # Four equal p-values: 4 * 0.03125, and no later one is smaller.
    assert found == {
        (benchmark, "a", seed): (0.03125, 0.125) for benchmark in ("one", "two") for seed in (3, 5)
    }


def test_a_run_without_a_pair_has_no_p_value_and_makes_no_other_larger(tmp_path):
    runs = {"a": {("paper", "official"): SIX}, "b": {("paper", "official"): OPEN}}
    found = compared(tmp_path, runs)
    assert adjusted(found) == {("own", "a", 3): (0.03125, 0.03125)}
    empty = {(one.p_value, one.holm_p, one.detectable) for one in found if one.profile == "plain"}
    assert (
        {
            (one.p_value, one.holm_p, one.detectable)
            for one in found
            if (one.profile, one.protocol, one.labels) == ("b", "paper", "official")
        }
        == empty
        == {(None, None, None)}
    )


def test_what_a_comparison_could_have_found(tmp_path):
    paper = ("paper", "official")
    found = compared(tmp_path, {"a": {paper: SIX}, "b": {paper: EIGHT}, "c": {}})
    detectable = {
        one.profile: one.detectable
        for one in found
        if one.category is None and (one.protocol, one.labels) == paper
    }
    # b: 9 of 20 pairs discordant. d = 0.395907 solves d √20 = 1.959964 √0.45 + 0.841621 √(0.45 - d²):
    # 1.770550 = 1.314783 + 0.455767. a: of 0.3, d would be 0.32, more than all discordant ones.
    assert detectable == {
        "plain": None, "a": None, "b": pytest.approx(39.5907, abs=1e-3), "c": None,
    }  # fmt: skip


def test_the_csv_file_has_both_columns_and_a_category_has_neither(tmp_path):
    paper = ("paper", "official")
    write_tables(compared(tmp_path, {"a": {paper: SIX}, "b": {paper: EIGHT}}), tmp_path)
    with (tmp_path / "accuracy.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["protocol"] == "paper"]
    assert list(rows[0])[-3:] == ["holm_p", "detectable", "final"]
    found = [
        (row["profile"], row["mcnemar_p"], row["holm_p"], row["detectable"])
        for row in rows
        if row["labels"] == "official"
    ]
    assert found == [
        ("plain", "", "", ""), ("plain", "", "", ""),
        ("a", "0.03125", "0.0625", ""), ("a", "", "", ""),
        ("b", "0.0390625", "0.0625", "39.5907"), ("b", "", "", ""),
    ]  # fmt: skip


def test_the_table_for_readers_has_holm_where_there_are_several_comparisons(tmp_path):
    paper = ("paper", "official")
    found = {
        name: accuracy_table([
            one
            for one in compared(tmp_path / name, runs)
            if one.category is None and (one.protocol, one.labels) == paper
        ]).shown[1][-1]
        for name, runs in {"one": {"a": {paper: SIX}}, "two": {"a": {paper: SIX}, "b": {}}}.items()
    }  # fmt: skip
    # Six of twenty won: of 19 drawn, at most one with 1.0 %, two 4.6 %; at most nine with 96.7 %, ten 99.0 %.
    assert found["one"] == "+30.0 [+10.5, +52.6] (p = 0.031)"
    assert found["two"] == "+30.0 [+10.5, +52.6] (p = 0.031, Holm 0.062)"
