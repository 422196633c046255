"""What an aggregate of the paper's whole grid takes: ``python -m tests.bench_aggregate [CASE ...]``.

Records of 6 models x 5 profiles x 7 benchmarks x 1000 samples are made up, in the stages' files of 50
samples each; every one of the 210,000 predictions has a trace of 15 steps, more than the paper's grid,
in which one profile of five has them. Then ``dmlr aggregate`` runs as a process of its own: from
nothing, again with nothing changed, and with one run changed.
"""

import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dmlr.config import fingerprint
from dmlr.datasets.shard import write_shard
from dmlr.records import (
    FORMAT,
    SCHEMAS,
    Gold,
    ImageFile,
    Prediction,
    Sample,
    TraceStep,
    Verdict,
)  # fmt: skip
from dmlr.store.told import AggregateSettings

BENCHMARKS, MODELS, PROFILES = 7, 6, ("vanilla", "ccot", "icot", "multimodal-cot", "dmlr-paper")
SAMPLES, SHARD, STEPS, THINK = 1000, 50, 15, 4
WORDS = ("the angle", "of this", "triangle", "is", "so we", "add both", "sides", "from the picture")
REPLY = (90, 260)  # of these in a reply: about 600 to 1700 characters


class Case(NamedTuple):
    """How many protocols and label sets there are, and which profiles have traces."""

    protocols: int
    labels: tuple[str, ...]
    traced: tuple[str, ...]


CASES = {
    "LEAST": Case(1, ("official",), PROFILES),
    "PAPER": Case(7, ("released", "official"), PROFILES),
    "ONE-TRACED": Case(7, ("released", "official"), ("dmlr-paper",)),
}


def made(model, profile):
    return {
        "code": "c", "model": {}, "profile": {"method": profile}, "seed": 42,
        "packages": {}, "weights": model, "processing": "p", "device": "cuda", "card": None,
    }  # fmt: skip


def write(path, kind, columns, provenance):
    """One file of records, as the stages write it."""
    head = {"dmlr.kind": kind.__name__, "dmlr.format": FORMAT}
    head["dmlr.provenance"] = json.dumps(provenance)
    schema = SCHEMAS[kind]
    count = len(columns["sample_id"])
    usual = {"text": "", "status": "ok"}
    found = {}
    for field in schema:
        values = columns.get(field.name)
        if values is None:
            zero = (
                0 if pa.types.is_integer(field.type) or pa.types.is_floating(field.type) else None
            )
            zero = [] if pa.types.is_list(field.type) else usual.get(field.name, zero)
            values = [zero] * count
        found[field.name] = pa.array(values, field.type)
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table(found, schema=schema.with_metadata(head))
    pq.write_table(table, path, compression="zstd")


def reply(draw):
    return "<think>" + " ".join(draw.choices(WORDS, k=draw.randint(*REPLY))) + "</think>"


def write_benchmark(results, benchmark):
    folder = results / "benchmarks" / benchmark / "shards"
    folder.mkdir(parents=True)
    gold = Gold(kind="choice", letter="A", text="a")
    image = ImageFile(sha256="ab" * 32, file="ab.png", width=640, height=480, bytes=90_000)
    for shard in range(SAMPLES // SHARD):
        made = [
            Sample(
                sample_id=f"{benchmark}/{number}", question="What is it? " * 12, options=("a", "b"),
                gold={"released": gold, "official": gold}, image=image, category=f"c{number % 5}",
                groups={"pair": str(number // 2)},
            )
            for number in range(shard * SHARD, (shard + 1) * SHARD)
        ]  # fmt: skip
        write_shard(folder / f"{shard:05d}.jsonl", made)


def write_answers(results, benchmark, model, profile, draw, *, traced):
    folder = results / "runs" / benchmark / model / profile / "seed-42"
    came = made(model, profile)
    for shard in range(SAMPLES // SHARD):
        ids = [f"{benchmark}/{n}" for n in range(shard * SHARD, (shard + 1) * SHARD)]
        numbers = np.random.default_rng(draw.randrange(2**32))
        write(
            folder / f"{shard:05d}.predictions.parquet",
            Prediction,
            {
                "sample_id": ids, "text": [reply(draw) for _ in ids],
                "generated_tokens": numbers.integers(90, 900, SHARD),
                "decode_seconds": numbers.random(SHARD), "best_reward": numbers.normal(size=SHARD),
                "best_patches": numbers.integers(0, 256, (SHARD, THINK, 4)).tolist(),
                "prompt_tokens": numbers.integers(90, 900, SHARD),
                "forwarded_tokens": numbers.integers(90, 900, SHARD),
                "peak_memory_bytes": numbers.integers(10**9, 10**10, SHARD),
            },
            came,
        )  # fmt: skip
        rows = SHARD * STEPS if traced else 0
        write(
            folder / f"{shard:05d}.traces.parquet",
            TraceStep,
            {
                "sample_id": [one for one in ids for _ in range(STEPS)][:rows],
                "step": [*range(STEPS)] * (rows // STEPS),
                "candidate_reward": numbers.normal(size=rows), "reward": numbers.normal(size=rows),
                "sigma": numbers.random(rows), "is_best": numbers.random(rows) < 0.2,
                "patch_counts": numbers.integers(2, 6, (rows, THINK)).tolist(),
                "think_norm": numbers.random(rows), "update_norm": numbers.random(rows),
            },
            came,
        )  # fmt: skip


def write_verdicts(results, protocol, benchmark, model, profile, draw, labels):
    ids = [f"{benchmark}/{n}" for n in range(SAMPLES)]
    found = draw.choices(("correct", "wrong", "unparsed"), (60, 38, 2), k=SAMPLES * len(labels))
    answers = [None if one == "unparsed" else draw.choice("AB") for one in found]
    write(
        results / "verdicts" / protocol / benchmark / model / profile / "seed-42.parquet",
        Verdict,
        {
            "sample_id": ids * len(labels), "labels": [one for one in labels for _ in ids],
            "verdict": found, "score": [{"correct": 1, "wrong": 0}.get(one) for one in found],
            "extracted": answers, "compared": answers, "rule": ["boxed"] * len(found),
            "reason": ["no box" if one == "unparsed" else None for one in found],
        },
        {"code": "c", "judge": None},
    )  # fmt: skip


def write_grid(results, case):
    draw = random.Random(7)
    benchmarks = [f"benchmark-{i}" for i in range(BENCHMARKS)]
    models = [f"model-{i}" for i in range(MODELS)]
    protocols = [f"protocol-{i}" for i in range(case.protocols)]
    for benchmark in benchmarks:
        write_benchmark(results, benchmark)
        for model in models:
            for profile in PROFILES:
                traced = profile in case.traced
                write_answers(results, benchmark, model, profile, draw, traced=traced)
                for protocol in protocols:
                    write_verdicts(results, protocol, benchmark, model, profile, draw, case.labels)
    return AggregateSettings(
        code=fingerprint("aggregate"),
        benchmarks=dict.fromkeys(benchmarks, SAMPLES // SHARD),
        models={model: {} for model in models},
        profiles={profile: {"method": profile} for profile in PROFILES},
        seeds=[42],
        protocols=protocols,
        baseline="vanilla",
        flips_against="dmlr-paper",
        max_unscored_share=0.05,
    )


def taken(stage, told, *arguments):
    """Seconds, seconds of all cores together, and peak GiB of one stage as a process of its own."""
    program = str(Path(sys.executable).with_name("dmlr"))
    line = [program, stage, "--settings", told.model_dump_json(), *map(str, arguments)]
    started = time.perf_counter()
    child = os.posix_spawn(program, line, os.environ)
    _, status, used = os.wait4(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    cores = used.ru_utime + used.ru_stime
    return time.perf_counter() - started, cores, used.ru_maxrss / 2**20


def aggregated(told, results):
    """The same of ``dmlr aggregate``."""
    return taken("aggregate", told, "--results", results, "--out", results / "dmlr.duckdb")


def measure(name):
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results"
        told = write_grid(results, CASES[name])

        def report(what):
            seconds, cores, memory = aggregated(told, results)
            size = (results / "dmlr.duckdb").stat().st_size / 2**30
            print(
                f"{name}, {what}: {seconds:.1f} s ({cores:.1f} s of cores), {memory:.2f} GiB; "
                f"file {size:.2f} GiB",
                flush=True,
            )

        report("from nothing")
        report("nothing changed")
        draw = random.Random(8)
        write_answers(results, "benchmark-3", "model-2", "icot", draw, traced=True)
        report("one run changed")


def main():
    for name in sys.argv[1:] or CASES:
        measure(name)


if __name__ == "__main__":
    main()
