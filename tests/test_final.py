"""A number of which too much is unknown is not shown as one: its bounds are.

Five samples; the baseline has everything, the other run lacks one score in five: 20 %.
"""

import duckdb
import pytest

from dmlr.datasets.shard import write_shard
from dmlr.records import Gold, ImageFile, Prediction, Sample, TraceStep, write_records
from dmlr.store.cells import cells
from dmlr.store.database import build
from dmlr.store.protocols import side_by_side
from dmlr.store.tables import write_tables
from dmlr.store.told import AggregateSettings
from tests.verifying import score

A = Gold(kind="choice", letter="A", text="left")
REPLIES = {
    "plain": ["\\boxed{A}", "\\boxed{A}", "\\boxed{A}", "\\boxed{B}", "\\boxed{B}"],
    "other": ["\\boxed{A}", "\\boxed{A}", "\\boxed{A}", "The answer is B.", "\\boxed{B}"],
}


def sample(number):
    image = ImageFile(sha256="ab" * 32, file="ab.png", width=5, height=7, bytes=11)
    return Sample(
        sample_id=f"own/{number}", question="Where?", options=("left", "right"), gold={"official": A},
        image=image, category="place", groups={},
    )  # fmt: skip


@pytest.fixture
def aggregated(tmp_path):
    """Two runs under two protocols; how many may lack a score is what the test says."""
    results = tmp_path / "results"
    shard = results / "benchmarks/own/shards/00000.jsonl"
    samples = [sample(number) for number in range(5)]
    write_shard(shard, samples)
    for profile, replies in REPLIES.items():
        made = {
            "code": "c", "model": {}, "profile": {"method": profile}, "seed": 3, "packages": {},
            "weights": "w", "processing": "p",
        }  # fmt: skip
        run = f"own/m/{profile}/seed-3"
        path = results / "runs" / run / "00000.predictions.parquet"
        answers = [
            Prediction(sample_id=one.sample_id, status="ok", text=text)
            for one, text in zip(samples, replies, strict=True)
        ]
        write_records(path, Prediction, answers, made)
        write_records(path.with_name("00000.traces.parquet"), TraceStep, [], made)
        for protocol, rules in {"paper": "boxed", "all": "extracted"}.items():
            score([shard], [path], results / "verdicts" / protocol / f"{run}.parquet", rules)

    def found(most):
        told = AggregateSettings(
            code="c", benchmarks={"own": 1}, models={"m": {}}, seeds=[3], baseline="plain",
            profiles={name: {"method": name} for name in REPLIES}, protocols=["paper", "all"],
            flips_against="plain", max_unscored_share=most,
        )  # fmt: skip
        build(told, results, tmp_path / "dmlr.duckdb")
        with duckdb.connect(str(tmp_path / "dmlr.duckdb"), read_only=True) as opened:
            return cells(opened, "plain")

    return found


def whole(found, protocol):
    return [cell for cell in found if cell.category is None and cell.protocol == protocol]


def test_at_the_limit_a_number_is_final_and_above_it_is_not(aggregated):
    final = {most: [c.final for c in whole(aggregated(most), "paper")] for most in (0.2, 0.19)}
    assert final == {0.2: [True, True], 0.19: [True, False]}


def test_a_number_that_is_not_final_gives_its_bounds_in_every_table(aggregated, tmp_path):
    found = aggregated(0.19)
    write_tables(found, tmp_path)
    lines = (tmp_path / "accuracy.md").read_text().splitlines()
    assert "| 5 | 60.0 [23.1, 88.2] | 0 | 0 | – |" in lines[2]
    # 3 of 5 right, one unparsed: 60 to 80; the difference stands on the same missing score.
    assert "| 4 | not final: 60.0–80.0 | 1 | 0 | not final |" in lines[3]
    latex = (tmp_path / "accuracy.tex").read_text().splitlines()
    bounds = r"not final: 60.0\textendash{}80.0"
    assert latex[6].split(" & ")[6:11] == ["4", bounds, "1", "0", "not final"]
    rows = [line.split(",") for line in (tmp_path / "accuracy.csv").read_text().splitlines()]
    assert [row[-1] for row in rows if row[2] == "other" and row[6] == "all"] == ["no", "yes"]


def test_protocols_stand_side_by_side_in_the_order_of_the_experiment(aggregated):
    found = side_by_side(aggregated(0.2))
    assert found.header == ["benchmark", "model", "profile", "seed", "labels", "paper", "all"]
    assert found.shown == [
        ["own", "m", "plain", "3", "official", "60.0", "60.0"],
        ["own", "m", "other", "3", "official", "75.0 (1 unscored)", "60.0"],
    ]
    assert found.columns[5:] == [
        "paper", "paper_unscored", "paper_final", "all", "all_unscored", "all_final",
    ]  # fmt: skip
    assert found.rows[1][5:] == [75.0, 1, True, 60.0, 0, True]


def test_the_tables_for_readers_follow_the_first_protocol(aggregated, tmp_path):
    write_tables(aggregated(1.0), tmp_path)
    assert " all | 5 |" not in (tmp_path / "accuracy.md").read_text()
    assert ",all,official,all,5," in (tmp_path / "accuracy.csv").read_text()
