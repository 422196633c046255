"""Databases of runs whose verdicts are written as marks, a character per sample.

+ right (A), - wrong (B), x wrong with another answer (C), ? unparsed, ! failed, . no gold under these labels.
"""

from itertools import cycle

from dmlr.datasets.shard import write_shard
from dmlr.records import Gold, ImageFile, Prediction, Sample, TraceStep, Verdict, write_records
from dmlr.store.database import build
from dmlr.store.told import AggregateSettings

MARKS = {
    "+": ("correct", 1, "A"), "-": ("wrong", 0, "B"), "x": ("wrong", 0, "C"),
    "?": ("unparsed", None, None), "!": ("failed", None, None), ".": ("failed", None, None),
}  # fmt: skip
GOLD = Gold(kind="choice", letter="A", text="a pear")


def sample(name, golds):
    return Sample(
        sample_id=name, question="Which?", options=("a pear", "a plum", "a fig"), gold=golds,
        image=ImageFile(sha256="ab" * 32, file="ab.png", width=5, height=3, bytes=11),
        category="all", groups={},
    )  # fmt: skip


def verdict(name, labels, mark):
    found, score, answer = MARKS[mark]
    return Verdict(
        sample_id=name, labels=labels, verdict=found, score=score, extracted=answer, compared=answer,
        rule="no gold" if mark == "." else "boxed", reason=None if answer else "no answer",
    )  # fmt: skip


def write_run(results, benchmark, profile, told, found, made, devices):
    """Predictions, no traces, and the verdicts: (protocol, labels) -> marks; each device answers in turn."""
    run = f"{benchmark}/m/{profile}/seed-3"
    path = results / "runs" / run / "00000.predictions.parquet"
    made = {
        "code": "c", "model": {}, "profile": told, "seed": 3, "packages": {}, "weights": "w",
        "processing": "p",
    } | made  # fmt: skip
    names = [f"{benchmark}/{number}" for number in range(len(next(iter(found.values()))))]
    marks = next(iter(found.values()))
    said = [
        Prediction(sample_id=name, status="ok", text=f"so {mark}", device=device)
        for name, mark, device in zip(names, marks, cycle(devices), strict=False)
    ]
    write_records(path, Prediction, said, made)
    write_records(path.with_name("00000.traces.parquet"), TraceStep, [], made)
    for protocol in {protocol for protocol, _ in found}:
        verdicts = [
            verdict(name, labels, mark)
            for (scoring, labels), marks in found.items()
            if scoring == protocol
            for name, mark in zip(names, marks, strict=True)
        ]
        write_records(results / "verdicts" / protocol / f"{run}.parquet", Verdict, verdicts, {})


def database(folder, runs, profiles=None, ladder=(), made=None, unscored=1.0, devices=("cpu",)):
    """A built database of model m under seed 3.

    ``runs`` is benchmark -> profile -> (protocol, labels) -> marks, with the same protocols and labels
    in all runs of a benchmark; ``profiles`` is what they were told, ``made`` their provenance.
    """
    results = folder / "results"
    told = {name: {"method": name} for found in runs.values() for name in found} | (profiles or {})
    for benchmark, found in runs.items():
        scored = next(iter(found.values()))
        labels = {name: marks for (_, name), marks in scored.items()}
        shard = results / "benchmarks" / benchmark / "shards/00000.jsonl"
        rows = [
            sample(
                f"{benchmark}/{number}",
                {name: None if marks[number] == "." else GOLD for name, marks in labels.items()},
            )
            for number in range(len(next(iter(scored.values()))))
        ]
        write_shard(shard, rows)
        for profile, verdicts in found.items():
            extra = (made or {}).get(profile, {})
            write_run(results, benchmark, profile, told[profile], verdicts, extra, devices)
    protocols = dict.fromkeys(protocol for protocol, _ in scored)
    settings = AggregateSettings(
        code="c", benchmarks=dict.fromkeys(runs, 1), models={"m": {}}, seeds=[3],
        profiles={name: told[name] for name in next(iter(runs.values()))}, protocols=list(protocols),
        baseline=next(iter(told)), flips_against="elsewhere", max_unscored_share=unscored,
        ladder=list(ladder),
    )  # fmt: skip
    build(settings, results, folder / "dmlr.duckdb")
    return folder / "dmlr.duckdb"
