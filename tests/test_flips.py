"""Answers that are other ones than those of the profile twist, right or wrong, counted by hand.

An answer is a letter; "none" has no box, "maybe" and "perhaps" name no option, "failed" is no answer.
"""

import duckdb
import pytest

from dmlr.datasets.shard import write_shard
from dmlr.records import Gold, ImageFile, Prediction, Sample, TraceStep, write_records
from dmlr.store.cells import cells
from dmlr.store.database import build
from dmlr.store.tables import write_tables
from dmlr.store.told import AggregateSettings
from tests.verifying import score

SAMPLES = 7
A = Gold(kind="choice", letter="A", text="a")
WORDS = {
    "twist": ["A", "B", "C", "none", "maybe", "failed", "A"],
    # Against twist: 1, 2 (wrong in both) and 3 are others; 4 was read in neither; 5 and 6 do not count.
    "plain": ["A", "A", "B", "A", "perhaps", "A", "failed"],
    # Against twist: 4 and 6 are others, 3 was read in neither, 5 does not count.
    "slow": ["A", "B", "C", "none", "A", "A", "B"],
}


def sample(number):
    # Nothing is read of a sample without a gold: number 1 does not count under the released labels.
    return Sample(
        sample_id=f"own/{number}",
        question="Which?",
        options=("a", "b", "c"),
        gold={"official": A, "released": None if number == 1 else A},
        image=ImageFile(sha256="ab" * 32, file="ab.png", width=5, height=3, bytes=11),
        category="even" if number % 2 == 0 else "odd",
        groups={},
    )


def said(number, word, **fields):
    """The prediction of a sample whose reply is a word."""
    name = f"own/{number}"
    if word == "failed":
        return Prediction(sample_id=name, status="failed", error="no memory", **fields)
    text = "I do not know" if word == "none" else f"\\boxed{{{word}}}"
    return Prediction(sample_id=name, status="ok", text=text, **fields)


def write_run(results, shard, profile, seed, predictions):
    made = {
        "code": "c", "model": {}, "profile": {"method": profile}, "seed": seed, "packages": {},
        "weights": "w", "processing": "p",
    }  # fmt: skip
    run = f"own/m/{profile}/seed-{seed}"
    path = results / "runs" / run / "00000.predictions.parquet"
    write_records(path, Prediction, predictions, made)
    write_records(path.with_name("00000.traces.parquet"), TraceStep, [], made)
    score([shard], [path], results / "verdicts" / "paper" / f"{run}.parquet")


def database(folder, runs, *, baseline, flips_against):
    """Seven samples and the runs of them, by profile and seed, through the real stages."""
    results = folder / "results"
    shard = results / "benchmarks/own/shards/00000.jsonl"
    write_shard(shard, [sample(i) for i in range(SAMPLES)])
    for (profile, seed), predictions in runs.items():
        write_run(results, shard, profile, seed, predictions)
    settings = AggregateSettings(
        code="c", benchmarks={"own": 1}, models={"m": {}},
        profiles={profile: {"method": profile} for profile, _ in runs},
        seeds=sorted({seed for _, seed in runs}), protocols=["paper"], baseline=baseline,
        flips_against=flips_against, max_unscored_share=1.0,
    )  # fmt: skip
    build(settings, results, folder / "dmlr.duckdb")
    return duckdb.connect(str(folder / "dmlr.duckdb"), read_only=True)


def compared_with(folder, profile):
    """All cells of three profiles under two seeds; under seed 5 everyone says A to everything."""
    runs = {(p, 3): [said(i, word) for i, word in enumerate(words)] for p, words in WORDS.items()}
    runs |= {(one, 5): [said(i, "A") for i in range(SAMPLES)] for one in WORDS}
    with database(folder, runs, baseline="plain", flips_against=profile) as opened:
        return cells(opened, "plain")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return compared_with(tmp_path_factory.mktemp("flips"), "twist")


def whole(found, **wanted):
    return [
        cell
        for cell in found
        if cell.category is None and all(getattr(cell, k) == v for k, v in wanted.items())
    ]


def test_other_answers_are_counted_by_run_and_label_set(found):
    counts = {(c.profile, c.labels): (c.flips, c.flip_pairs) for c in whole(found, seed=3)}
    assert counts == {
        ("plain", "official"): (3, 5),
        ("plain", "released"): (2, 4),
        ("slow", "official"): (2, 6),
        ("slow", "released"): (2, 5),
        ("twist", "official"): (None, None),
        ("twist", "released"): (None, None),
    }


def test_a_run_is_compared_with_that_of_its_own_seed(found):
    counts = {
        cell.profile: (cell.flips, cell.flip_pairs)
        for cell in whole(found, seed=5, labels="official")
    }
    assert counts == {"plain": (0, 7), "slow": (0, 7), "twist": (None, None)}


def test_a_category_has_no_other_answers(found):
    parts = [cell for cell in found if cell.category is not None]
    assert {cell.category for cell in parts} == {"even", "odd"}
    assert {(cell.flips, cell.flip_pairs, cell.flip_share) for cell in parts} == {
        (None, None, None)
    }


def test_the_tables_have_a_column_of_other_answers(found, tmp_path):
    write_tables(whole(found, seed=3, labels="official"), tmp_path)
    # plain: A, A, A, A of the scored A, A, B, A, A; the interval is Wilson's of 4 of 5. slow: A, A, A
    # of A, B, C, A, A, B. Pairs of slow with plain: 0, 1 (lost), 2 (wrong in both) and 5. No share of
    # so few pairs could be found with power 0.8. Three of the four are drawn, two or more of them lost with
    # 10/64, all with 1/64; for twist two of three, both lost with 1/9.
    assert (tmp_path / "accuracy.csv").read_text().splitlines() == [
        "benchmark,model,profile,seed,protocol,labels,category,samples,n,correct,unparsed,failed,no_gold,"
        "accuracy,low,high,floor,ceiling,pairs,difference,difference_low,difference_high,"
        "only_run,only_baseline,mcnemar_p,flips,flip_n,holm_p,detectable,final",
        "own,m,plain,3,paper,official,all,7,5,4,1,1,0,"
        "80.0000,37.5535,96.3776,57.1429,85.7143,,,,,,,,3,5,,,yes",
        "own,m,slow,3,paper,official,all,7,6,3,1,0,0,"
        "50.0000,18.7616,81.2384,42.8571,57.1429,4,-25.0000,-66.6667,0.0000,0,1,1,2,6,1,,yes",
        "own,m,twist,3,paper,official,all,7,4,2,2,1,0,"
        "50.0000,15.0039,84.9961,28.5714,71.4286,3,-33.3333,-100.0000,0.0000,0,1,1,,,1,,yes",
    ]
    lines = (tmp_path / "accuracy.md").read_text().splitlines()
    ends = ["vs baseline (p) | other answers |", "---: | ---: |", "| – | 60.0 % of 5 |"]
    ends += [
        "| -25.0 [-66.7, +0.0] (p = 1, Holm 1) | 33.3 % of 6 |",
        "| -33.3 [-100.0, +0.0] (p = 1, Holm 1) | – |",
    ]
    assert [line.endswith(end) for line, end in zip(lines, ends, strict=True)] == [True] * 5
    lines = (tmp_path / "accuracy.tex").read_text().splitlines()
    assert lines[1] == r"\begin{tabular}{lllrllrrrrrr}"
    assert lines[3].endswith(r"& failed & vs baseline (p) & other answers \\")
    assert [line.rpartition(" & ")[2] for line in lines[5:8]] == [
        r"60.0 \% of 5 \\",
        r"33.3 \% of 6 \\",
        r"\textendash{} \\",
    ]


def test_without_a_run_of_that_profile_the_column_is_left_out(tmp_path):
    found = compared_with(tmp_path, "elsewhere")
    assert not [cell for cell in found if cell.flips is not None or cell.flip_pairs is not None]
    write_tables(found, tmp_path)
    assert "other answers" not in (tmp_path / "accuracy.md").read_text().lower()
    assert "other answers" not in (tmp_path / "accuracy.tex").read_text().lower()
    rows = (tmp_path / "accuracy.csv").read_text().splitlines()
    assert {tuple(row.split(",")[-5:-3]) for row in rows[1:]} == {("", "")}
