"""Cells of the accuracy table: runs under a protocol and labels, with their statistics."""

from dataclasses import dataclass, replace

import duckdb

from dmlr.store.bootstrap import interval
from dmlr.store.difference import difference
from dmlr.store.drawn import Drawn, Place, drawn, drawn_pairs, kinds_accuracy
from dmlr.store.multiple import adjusted
from dmlr.store.statistics import Proportion, accuracy


@dataclass(frozen=True)
class Cell:
    """One run under a protocol and a label set, all its samples or one category of them.

    ``n`` is the number of scored samples, ``accuracy`` the share of correct ones with Wilson's
    interval; where a benchmark's samples come in clusters, the bootstrap's of whole clusters. ``floor``
    and ``ceiling`` are the accuracy if all unparsed and failed ones were wrong or right; in both, the
    ``no_gold`` samples, which no reply could get right under these labels, count as wrong.
    ``difference`` is in percentage points against the baseline on the ``pairs`` samples scored in both,
    None for the baseline itself and within a category; ``difference_low`` and ``difference_high`` are
    its interval by the paired bootstrap of samples, or of whole clusters, None where no sample differs.
    ``holm_p`` is its McNemar ``p_value`` adjusted for all ``comparisons`` with the baseline, of
    whatever benchmark, model and seed, under the same protocol and labels. ``detectable`` is the
    difference, in points, that McNemar's test would find with power 0.8 at level 0.05 from as many
    pairs with the same share of discordant ones, were all independent; None where no difference would
    be found or none is discordant. ``flips`` counts the answers that differ, right or wrong, from those
    of the experiment's profile ``flips_against`` on the ``flip_pairs`` samples that both answered; None
    likewise. ``final`` is False where more than ``max_unscored_share`` of the samples with a gold have
    no score, ``pairs_final`` where that is so here or in the baseline's run.
    """

    benchmark: str
    model: str
    profile: str
    seed: int
    run: str
    protocol: str
    labels: str
    category: str | None
    samples: int
    n: int
    correct: int
    unparsed: int
    failed: int
    accuracy: Proportion | None
    floor: float
    ceiling: float
    pairs: int | None = None
    difference: float | None = None
    only_run: int | None = None
    only_baseline: int | None = None
    p_value: float | None = None
    no_gold: int = 0
    flips: int | None = None
    flip_pairs: int | None = None
    final: bool = True
    pairs_final: bool = True
    holm_p: float | None = None
    comparisons: int = 0
    detectable: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None

    @property
    def place(self) -> Place:
        """Where what the bootstrap draws is found."""
        return Place(
            self.benchmark, self.model, self.profile, self.seed, self.protocol, self.labels,
            self.category,
        )  # fmt: skip

    @property
    def flip_share(self) -> float | None:
        """Answers that differ, in percent of those compared."""
        if self.flips is None or not self.flip_pairs:
            return None
        return 100 * self.flips / self.flip_pairs


def cells(database: duckdb.DuckDBPyConnection, baseline: str) -> list[Cell]:
    """All cells in a fixed order, the whole run before its categories."""
    rows = database.execute(
        "SELECT cells.*, pairs.n, pairs.only_run, pairs.only_other, flips.flips, flips.n, "
        "coalesce(other.final, true) FROM cells JOIN protocols USING (protocol) "
        "LEFT JOIN runs AS base ON base.benchmark = cells.benchmark AND base.model = cells.model "
        "AND base.seed = cells.seed AND base.profile = ? "
        "LEFT JOIN pairs ON pairs.run = cells.run AND pairs.other_profile = ? "
        "AND pairs.protocol = cells.protocol AND pairs.labels = cells.labels "
        "AND cells.category IS NULL "
        "LEFT JOIN cells AS other ON other.run = base.run AND other.protocol = cells.protocol "
        "AND other.labels = cells.labels AND other.category IS NOT DISTINCT FROM cells.category "
        "LEFT JOIN flips ON flips.run = cells.run AND flips.protocol = cells.protocol "
        "AND flips.labels = cells.labels AND cells.category IS NULL "
        "ORDER BY cells.benchmark, cells.model, protocols.position, cells.labels, cells.seed, "
        "cells.profile <> ?, cells.profile, cells.category NULLS FIRST",
        [baseline, baseline, baseline],
    ).fetchall()
    clusters, paired = drawn(database), drawn_pairs(database, baseline)
    found = [_cell(*row) for row in rows]
    return _adjusted([_with_intervals(cell, clusters, paired) for cell in found])


def _cell(
    benchmark: str, model: str, profile: str, seed: int, run: str, protocol: str, labels: str,
    category: str | None, samples: int, n: int, correct: int, wrong: int, unparsed: int,
    failed: int, no_gold: int, final: bool, pairs: int | None, only_run: int | None,
    only_other: int | None, flips: int | None, flip_pairs: int | None, base_final: bool,
) -> Cell:  # fmt: skip
    del wrong
    found = difference(pairs, only_run, only_other)
    told = (found.value, found.p_value, found.detectable) if found else (None, None, None)
    return Cell(
        benchmark, model, profile, seed, run, protocol, labels, category, samples, n, correct,
        unparsed, failed, accuracy(correct, n),
        floor=100 * correct / samples,
        ceiling=100 * (correct + unparsed + failed) / samples,
        pairs=pairs, difference=told[0], only_run=only_run, only_baseline=only_other,
        p_value=told[1], no_gold=no_gold, flips=flips, flip_pairs=flip_pairs,
        final=final, pairs_final=final and base_final, detectable=told[2],
    )  # fmt: skip


def _with_intervals(cell: Cell, clusters: Drawn, paired: Drawn) -> Cell:
    """The same cell with the intervals of what is drawn whole."""
    kinds = clusters.get(cell.place)
    found = kinds_accuracy(kinds) if kinds else cell.accuracy
    told = difference(cell.pairs, cell.only_run, cell.only_baseline)
    if told is None:
        return replace(cell, accuracy=found)
    whole = paired.get(cell.place)
    between = interval([whole]) if whole else told
    low, high = (between.low, between.high) if between else (None, None)
    return replace(cell, accuracy=found, difference_low=low, difference_high=high)


def _adjusted(found: list[Cell]) -> list[Cell]:
    """The same cells with Holm's p-values; a protocol and its labels are a family of tests."""
    families = [(cell.protocol, cell.labels) for cell in found]
    holm = adjusted([cell.p_value for cell in found], families)
    return [
        replace(cell, holm_p=told.p_value, comparisons=told.tests)
        if told.p_value is not None
        else cell
        for cell, told in zip(found, holm, strict=True)
    ]
