"""The samples of a run as its page shows them, beside the same samples of the baseline."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from dmlr import wording
from dmlr.records import Sample
from dmlr.report import judged, text
from dmlr.report.breakdowns import group_names
from dmlr.report.charts import Point, Spark, spark
from dmlr.report.data import Run
from dmlr.report.facets import Facet, facets_of, flip
from dmlr.report.judged import Option, Score
from dmlr.report.numbers import finite
from dmlr.report.overlay import Overlay, displayed, overlay


@dataclass(frozen=True)
class Shown:
    """One sample on a page; ``facets`` is what it is filtered by, ``scores[0]`` what marks it.

    ``row`` holds the columns of the sample and of its prediction; ``asked`` is another wording of the
    question than ours, if the model got one. ``baseline`` is the verdict of the same sample in the
    baseline's run, ``flip`` one of ``FLIPS``.
    """

    anchor: str
    row: dict[str, Any]
    image: str
    size: tuple[float, float]
    asked: str | None
    options: list[Option]
    reply: text.Reply
    scores: list[Score]
    baseline: str | None
    flip: str | None
    facets: dict[str, str]
    spark: Spark | None
    overlay: Overlay | None


ROWS = """
SELECT
    samples.sample_id, benchmark, question, options, gold, image.sha256 AS sha256,
    image.file AS file, image.width AS width, image.height AS height, category, groups,
    hint, prompt_source, style, wordings, errata,
    predictions.* EXCLUDE (run, sample_id)
FROM predictions
JOIN samples USING (sample_id)
WHERE run = ?
ORDER BY sample_id
"""
REWARDS = """
SELECT sample_id, list(step ORDER BY step), list(reward ORDER BY step)
FROM traces
WHERE run = ? AND isfinite(reward)
GROUP BY sample_id
"""


def samples(
    database: duckdb.DuckDBPyConnection, run: Run, baseline: Run | None
) -> tuple[list[Shown], list[Facet]]:
    """All samples of a run in the order of their ids, and what they can be filtered by."""
    asked = database.execute(ROWS, [run.run])
    names = [column[0] for column in asked.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in asked.fetchall()]
    scores = judged.verdicts(database, run.run)
    other = judged.verdicts(database, baseline.run) if baseline else {}
    curves = _curves(database, run.run, rows)
    groups = group_names(database, run.benchmark)
    found = [
        _shown(row, scores.get(row["sample_id"], []), other.get(row["sample_id"]), curves, groups)
        for row in rows
    ]
    return found, facets_of([one.facets for one in found], groups)


def image_name(sha256: str, file: str) -> str:
    """Name of an image beside the pages: its digest with the ending of its file.

    Raises:
        RecordError: one of the two could lead out of a folder.
    """
    suffix = text.bare_name(file, "samples.image.file").rpartition(".")[2]
    return text.bare_name(f"{sha256}.{suffix}", "samples.image.sha256")


def _curves(
    database: duckdb.DuckDBPyConnection, run: str, rows: Iterable[dict[str, Any]]
) -> dict[str, Spark]:
    """Sparklines of all samples with a trace, on one scale."""
    asked = database.execute(REWARDS, [run]).fetchall()
    traced = {sample: list(zip(steps, values, strict=True)) for sample, steps, values in asked}
    starts = {row["sample_id"]: row for row in rows if row["sample_id"] in traced}
    values: dict[str, list[Point]] = {
        key: [(-1, finite(row["initial_reward"])), *traced[key]] for key, row in starts.items()
    }
    rewards = [value for curve in values.values() for _, value in curve if value is not None]
    return {
        key: spark(
            curve, (starts[key]["best_step"] or 0, finite(starts[key]["best_reward"])),
            low=min(rewards), high=max(rewards),
        )
        for key, curve in values.items()
    }  # fmt: skip


def _shown(
    row: dict[str, Any],
    scores: list[list[Any]],
    other: list[list[Any]] | None,
    curves: dict[str, Spark],
    groups: Sequence[str],
) -> Shown:
    gold = json.loads(row["gold"])
    row |= {name: json.loads(row[name]) for name in ("groups", "wordings")}
    size = displayed(row["width"], row["height"])
    full = judged.scores(scores, gold)
    first = full[0] if full else judged.NO_SCORE
    key = [first.protocol, first.labels]
    baseline = next((score[2] for score in other or () if score[:2] == key), None)
    flipped = flip(first.verdict, baseline)
    facets = {"verdict": first.verdict, "category": row["category"]}
    facets |= {"flip": flipped} if flipped else {}
    named = {f"group-{i}": row["groups"].get(name) for i, name in enumerate(groups)}
    facets |= {name: value for name, value in named.items() if value is not None}
    drawn = overlay(
        row["best_patches"] or [],
        row["grid_rows"],
        row["grid_columns"],
        size=size,
        where=row["sample_id"],
    )
    return Shown(
        text.anchor(row["sample_id"], row["benchmark"]), row,
        image_name(row["sha256"], row["file"]), size, _asked(row),
        judged.options(row["options"], gold, first), text.reply(row["text"]), full, baseline,
        flipped, facets, curves.get(row["sample_id"]), drawn,
    )  # fmt: skip


def _asked(row: dict[str, Any]) -> str | None:
    """The official or released wording as the model got it; None where it got ours, or has none."""
    if row["prompt_source"] == "unified":
        return None
    fields = {**row, "options": tuple(row["options"])}
    try:
        return wording.asked(Sample.model_construct(**fields))[0]
    except KeyError:  # no reply either; its error says so
        return None
