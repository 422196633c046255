"""Runs of a benchmark whose verdicts stand as marks: + correct, - wrong, ? unparsed."""

import duckdb

from dmlr.datasets.shard import write_shard
from dmlr.records import Gold, ImageFile, Prediction, Sample, TraceStep, Verdict, write_records
from dmlr.store.database import build
from dmlr.store.told import AggregateSettings

VERDICTS = {"+": ("correct", 1), "-": ("wrong", 0), "?": ("unparsed", None)}


def built(folder, runs, groups=None, rewards=()):
    """A database of runs: profile -> seed -> marks.

    Args:
        folder: where it goes.
        runs: all profiles have the same seeds; the first is the baseline, all others are of method dmlr.
        groups: of every sample.
        rewards: initial and best one of every sample, of every run but the baseline's.
    """
    results = folder / "results"
    count = len(next(iter(next(iter(runs.values())).values())))
    names = [f"own/{number}" for number in range(count)]
    made = [_sample(name, of) for name, of in zip(names, groups or [{}] * count, strict=True)]
    shard = results / "benchmarks/own/shards/00000.jsonl"
    write_shard(shard, made)
    profiles = {name: {"method": "dmlr" if place else "vanilla"} for place, name in enumerate(runs)}
    for profile, seeds in runs.items():
        for seed, marks in seeds.items():
            optimised = rewards if profiles[profile]["method"] == "dmlr" else ()
            _write(results, profile, profiles[profile], seed, names, marks, optimised)
    baseline = next(iter(runs))
    settings = AggregateSettings(
        code="c", benchmarks={"own": 1}, models={"m": {}}, profiles=profiles,
        seeds=list(runs[baseline]), protocols=["paper"], baseline=baseline, flips_against="elsewhere",
        max_unscored_share=1.0,
    )  # fmt: skip
    build(settings, results, folder / "dmlr.duckdb")
    return duckdb.connect(str(folder / "dmlr.duckdb"), read_only=True)


def _sample(name, groups):
    return Sample(
        sample_id=name, question="Is it?", options=(), gold={"official": Gold(kind="yesno", text="Yes")},
        image=ImageFile(sha256="ab" * 32, file="ab.png", width=5, height=3, bytes=11),
        category="all", groups=groups,
    )  # fmt: skip


def _write(results, name, profile, seed, samples, marks, rewards):
    came = {
        "code": "c", "model": {}, "profile": profile, "seed": seed, "packages": {}, "weights": "w",
        "processing": "p",
    }  # fmt: skip
    run = f"own/m/{name}/seed-{seed}"
    path = results / "runs" / run / "00000.predictions.parquet"
    told = rewards or [(None, None)] * len(samples)
    said = [
        Prediction(
            sample_id=sample, status="ok", text="yes", initial_reward=first, best_reward=best
        )
        for sample, (first, best) in zip(samples, told, strict=True)
    ]
    write_records(path, Prediction, said, came)
    write_records(path.with_name("00000.traces.parquet"), TraceStep, [], came)
    verdicts = [_verdict(*one) for one in zip(samples, marks, strict=True)]
    write_records(results / "verdicts/paper" / f"{run}.parquet", Verdict, verdicts, {})


def _verdict(sample, mark):
    found, score = VERDICTS[mark]
    read = None if score is None else "yes"
    return Verdict(
        sample_id=sample, labels="official", verdict=found, score=score, rule="boxed", extracted=read,
        compared=read, reason="no box" if score is None else None,
    )  # fmt: skip
