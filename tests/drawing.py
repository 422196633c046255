"""A small experiment whose figures can be worked out by hand: four samples, one model, six profiles.

Marks: + correct, - wrong, ? unparsed.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
from PIL import Image

from dmlr.datasets.shard import write_shard
from dmlr.figures.figure import figure
from dmlr.figures.source import Source
from dmlr.figures.told import FigureSettings
from dmlr.latent.profile import Dmlr
from dmlr.records import (
    AttentionMap,
    Chain,
    Embedding,
    Gold,
    ImageFile,
    Prediction,
    Sample,
    TraceStep,
    Verdict,
    write_records,
)  # fmt: skip
from dmlr.settings import Vanilla
from dmlr.store.database import build
from dmlr.store.told import AggregateSettings

NAMES = [f"own/{number}" for number in range(4)]
VERDICTS = {"+": ("correct", 1), "-": ("wrong", 0), "?": ("unparsed", None)}
PAPER = Dmlr(method="dmlr", steps=2)
PROFILES = {
    "plain": Vanilla(method="vanilla", prompt="direct", max_new_tokens=7),
    "dmlr-paper": PAPER,
    "dmlr-steps-0": PAPER.model_copy(update={"steps": 0}),
    "dmlr-m-5": PAPER.model_copy(update={"patches_initial": 5, "patches_added": 5}),
    "dmlr-start-5": PAPER.model_copy(update={"patches_initial": 5}),  # on no axis: half of m
    "dmlr-both": PAPER.model_copy(update={"steps": 1, "sigma": 0.2}),  # on no axis: two differences
}
MARKS = {"plain": "+---", "dmlr-paper": "++--", "dmlr-steps-0": "+++-"}


@dataclass(frozen=True)
class World:
    """The folder of a project, and which of the profiles it runs."""

    folder: Path
    profiles: tuple[str, ...]

    @property
    def results(self):
        return self.folder / "results"

    @property
    def database(self):
        return self.results / "dmlr.duckdb"

    @property
    def settings(self):
        """What the stage figure is told."""
        return FigureSettings(
            code="c", benchmarks=["own"], shards={"own": 1}, models=["m"], profiles=list(self.profiles),
            seed=3, protocol="paper", baseline="plain", paper=PAPER.model_dump(), chains=["plain"],
            perturbed="blank", attention=["dmlr-paper"], packages={},
        )  # fmt: skip

    def asked(self, make):
        """What a function makes of the source of the figures."""
        with duckdb.connect(str(self.database), read_only=True) as opened:
            return make(Source(self.settings, opened, self.results))

    def drawn(self, name, out="figures"):
        """Draw a figure; its path without an ending."""
        figure(name, self.settings, self.database, self.results, self.results / out)
        return self.results / out / name

    def measures(self, profile, suffix):
        return self.results / "measures/own/m" / profile / f"seed-3/00000.{suffix}.parquet"


def world(folder, profiles=tuple(PROFILES), marks=MARKS, unscored_share=1.0):
    """Write the records of an experiment and build its database."""
    found = World(folder, tuple(profiles))
    images = found.results / "benchmarks/own/images"
    images.mkdir(parents=True)
    Image.new("RGB", (60, 40), "white").save(images / "ab.png")
    shard = found.results / "benchmarks/own/shards/00000.jsonl"
    write_shard(shard, [_sample(name) for name in NAMES])
    for profile in found.profiles:
        _write_run(found.results, profile, marks.get(profile, "+---"))
    build(_told(found.profiles, unscored_share), found.results, found.database)
    with duckdb.connect(str(found.database)) as opened:
        opened.execute(
            "CREATE TABLE IF NOT EXISTS provenance (id VARCHAR, kind VARCHAR, content JSON)"
        )
        opened.execute("DELETE FROM provenance WHERE kind = 'tables'")
        opened.execute("INSERT INTO provenance VALUES ('0123456789ab', 'tables', '{}')")
    return found


def _told(profiles, unscored_share):
    return AggregateSettings(
        code="c", benchmarks={"own": 1}, models={"m": {}}, seeds=[3], protocols=["paper"],
        profiles={name: PROFILES[name].model_dump() for name in profiles}, baseline="plain",
        flips_against="elsewhere", max_unscored_share=unscored_share,
    )  # fmt: skip


def _sample(name):
    gold = Gold(kind="yesno", text="Yes")
    return Sample(
        sample_id=name, question="Is it?", options=(), gold={"official": gold, "released": gold},
        image=ImageFile(sha256="ab" * 32, file="ab.png", width=60, height=40, bytes=11),
        category="all", groups={},
    )  # fmt: skip


def _write_run(results, profile, marks):
    told = PROFILES[profile].model_dump()
    made = {
        "code": "c", "model": {}, "profile": told, "seed": 3, "packages": {}, "weights": "w",
        "processing": "p",
    }  # fmt: skip
    optimised = bool(told.get("steps"))
    run = f"own/m/{profile}/seed-3"
    path = results / "runs" / run / "00000.predictions.parquet"
    write_records(path, Prediction, [_prediction(name, optimised) for name in NAMES], made)
    traces = [step for number in range(4) for step in _trace(number)] if optimised else []
    write_records(path.with_name("00000.traces.parquet"), TraceStep, traces, made)
    # Under released labels all is wrong: no figure may follow them where there are official ones.
    verdicts = [
        *(_verdict(name, "official", mark) for name, mark in zip(NAMES, marks, strict=True)),
        *(_verdict(name, "released", "-") for name in NAMES),
    ]
    write_records(results / "verdicts/paper" / f"{run}.parquet", Verdict, verdicts, {})


def _prediction(name, optimised):
    """Batches of two; half a second and five passes an answer, an optimisation as much again."""
    more = {
        "initial_reward": -1.0, "best_reward": 0.5, "best_step": 1, "best_patches": [[3, 1], [1]],
        "optimise_seconds": 0.5,
    }  # fmt: skip
    return Prediction(
        sample_id=name, status="ok", text="yes", decode_seconds=0.5, batch_rows=2,
        model_passes=10 if optimised else 5, generated_tokens=3, forwarded_tokens=20,
        **(more if optimised else {}),
    )  # fmt: skip


def _trace(number):
    """Rewards 0 and -0.5 for all samples but the last, whose second is 1.5."""
    rewards = (0.0, 1.5 if number == 3 else -0.5)
    return [
        TraceStep(
            sample_id=NAMES[number], step=step, candidate_reward=0.0, reward=reward, sigma=0.1,
            is_best=True, patch_count=9, patch_counts=[2, 1 + step], best_patches=[], patch_budget=16, think_norm=1.0,
            update_norm=1.0,
        )
        for step, reward in enumerate(rewards)
    ]  # fmt: skip


def _verdict(name, labels, mark):
    verdict, score = VERDICTS[mark]
    return Verdict(
        sample_id=name, labels=labels, verdict=verdict, score=score, rule="boxed",
        extracted=None if mark == "?" else "yes", compared=None if mark == "?" else "Yes",
        reason="no box" if mark == "?" else None,
    )  # fmt: skip


def write_chains(found, chains):
    """Measures of plain: (dependency, step_ends, gold_log_probability) for each sample."""
    rows = [
        Chain(
            sample_id=name, status="ok", dependency=dependency, step_ends=ends, labels="official",
            log_probability=[-1.0] * len(dependency), gold="Yes", gold_log_probability=gold,
        )
        for name, (dependency, ends, gold) in zip(NAMES, chains, strict=False)
    ]  # fmt: skip
    failed = [
        Chain(sample_id=name, status="failed", error="no room") for name in NAMES[len(chains) :]
    ]
    write_records(found.measures("plain", "chains"), Chain, [*rows, *failed], {})


def write_attention(found, samples=1):
    """A grid of 2 x 3: the reply's attention, two think tokens at the start and after each step."""
    names = NAMES[:samples]
    maps = [
        AttentionMap(
            sample_id=name, source=source, step=step, token=token, attention=attention, grid_rows=2,
            grid_columns=3,
        )
        for name in names
        for source, step, token, attention in [
            ("reply", None, None, [0.1, 0.0, 0.0, 0.0, 0.0, 0.2]),
            *(
                ("think", step, token, [0.0, 0.0, 0.1 * token, 0.3, 0.0, 0.0])
                for step in (-1, 0, 1)
                for token in (0, 1)
            ),
        ]
    ]  # fmt: skip
    write_records(found.measures("dmlr-paper", "attention"), AttentionMap, maps, {})
    embeddings = [
        Embedding(sample_id=name, kind=kind, step=step, token=token, x=x, y=y)
        for name in names
        for kind, step, token, x, y in [
            ("text", None, None, -1.0, 0.5), ("image", None, None, 1.0, 0.25),
            *(("think", step, token, 0.5 * step, token) for step in (-1, 0, 1) for token in (0, 1)),
        ]
    ]  # fmt: skip
    write_records(found.measures("dmlr-paper", "embeddings"), Embedding, embeddings, {})
