"""What it costs that files carry their SHA-256: ``python -m tests.bench_checksums``, a few seconds, one core.

Each line is the best of some reads as they are, beside the same without looking at the digest; seconds are
the processor's, so that a busy machine disturbs little.
"""

import json
import random
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq
import torch
from safetensors.torch import load_file

from dmlr.records import Prediction, TraceStep, read_provenance, read_records, write_records
from dmlr.sealed import sealed_line, unsealed
from dmlr.vlm.feature_file import read_features, write_features
from dmlr.vlm.parts import ImageFeatures

SAMPLES, STEPS, TIMES = 50, 15, 20  # of a shard; reads
PATCHES, HIDDEN, LEVELS = (
    256,
    3584,
    3,
)  # of a picture of the largest size, as Qwen's 7B models have it


def main() -> None:
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        features(folder / "a.safetensors")
        records(folder / "a.parquet", Prediction, [prediction(draw, i) for i in range(SAMPLES)])
        steps = [step(draw, i, j) for i in range(SAMPLES) for j in range(STEPS)]
        records(folder / "b.parquet", TraceStep, steps)
        lines(draw)


def features(path):
    patches, levels = torch.rand(PATCHES, HIDDEN), torch.rand(LEVELS, PATCHES, HIDDEN)
    write_features(path, ImageFeatures(patches, 16, 16, levels))
    size = path.stat().st_size / 2**20
    told(f"features of a picture, {size:.1f} MiB", lambda: read_features(path, torch.device("cpu")),
         lambda: {name: tensor.clone() for name, tensor in load_file(path).items()})  # fmt: skip


def records(path, kind, rows):
    write_records(path, kind, rows, {"code": "c"})
    size = path.stat().st_size / 2**10
    told(f"{len(rows)} records {kind.__name__}, {size:.0f} KiB", lambda: read_records(path, kind),
         lambda: [kind.model_validate(row) for row in pq.read_table(path).to_pylist()])  # fmt: skip
    told("… their provenance alone", lambda: read_provenance(path, kind),
         lambda: json.loads(pq.read_schema(path).metadata[b"dmlr.provenance"]))  # fmt: skip


def lines(draw):
    entries = [
        {
            "prediction": prediction(draw, i).model_dump(),
            "trace": [step(draw, i, j).model_dump() for j in range(STEPS)],
        }
        for i in range(SAMPLES)
    ]
    sealed = [sealed_line(json.dumps(entry)) for entry in entries]
    size = sum(map(len, sealed)) / 2**10
    told(f"{SAMPLES} lines of a journal, {size:.0f} KiB", lambda: [json.loads(unsealed(one) or b"") for one in sealed],
         lambda: [json.loads(one) for one in sealed])  # fmt: skip


def prediction(draw, number):
    text = " ".join(f"word{draw.randrange(5000)}" for _ in range(180))
    patches = [[draw.randrange(PATCHES) for _ in range(4)] for _ in range(4)]
    return Prediction(
        sample_id=f"own/{number}", status="ok", text=text, stop_reason="end", best_patches=patches,
        initial_reward=draw.random(), best_reward=draw.random(), best_step=3, grid_rows=16, grid_columns=16,
    )  # fmt: skip


def step(draw, number, place):
    return TraceStep(
        sample_id=f"own/{number}", step=place, candidate_reward=draw.random(), reward=draw.random(), sigma=0.1,
        is_best=False, patch_count=8, patch_counts=[2, 2, 2, 2], best_patches=[], patch_budget=16,
        think_norm=draw.random(), update_norm=draw.random(),
    )  # fmt: skip


def told(what, checked, unchecked):
    with_it, without = best(checked), best(unchecked)
    print(f"{what}: {1000 * with_it:.2f} ms, {1000 * without:.2f} without")


def best(work):
    seconds = []
    for _ in range(TIMES):
        started = time.process_time()
        work()
        seconds.append(time.process_time() - started)
    return min(seconds)


if __name__ == "__main__":
    main()
