"""The accuracy table: rows from the database with statistics, as CSV, Markdown and LaTeX."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dmlr.files import write_text
from dmlr.store.rows import csv_text, field, markdown_text
from dmlr.store.statistics import Proportion, accuracy, mcnemar


@dataclass(frozen=True)
class Cell:
    """One run under a protocol and a label set, all its samples or one category of them.

    ``n`` is the number of scored samples; ``floor`` and ``ceiling`` are the accuracy if all unparsed
    and failed ones were wrong or right; in both, the ``no_gold`` samples, which no reply could get right
    under these labels, count as wrong. ``difference`` is in percentage points against the baseline
    on the ``pairs`` samples scored in both, None for the baseline itself and within a category.
    ``flips`` counts the answers that differ, right or wrong, from those of the experiment's profile
    ``flips_against`` on the ``flip_pairs`` samples that both answered; None likewise.
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

    @property
    def flip_share(self) -> float | None:
        """Answers that differ, in percent of those compared."""
        if self.flips is None or not self.flip_pairs:
            return None
        return 100 * self.flips / self.flip_pairs


HEADER = (
    "benchmark", "model", "profile", "seed", "protocol", "labels", "category", "samples", "n",
    "correct", "unparsed", "failed", "no_gold", "accuracy", "low", "high", "floor", "ceiling",
    "pairs", "difference", "only_run", "only_baseline", "mcnemar_p", "flips", "flip_n",
)  # fmt: skip


def cells(database: duckdb.DuckDBPyConnection, baseline: str) -> list[Cell]:
    """All cells in a fixed order, the whole run before its categories."""
    rows = database.execute(
        "SELECT cells.*, pairs.n, pairs.only_run, pairs.only_other, flips.flips, flips.n FROM cells "
        "LEFT JOIN runs AS base ON base.benchmark = cells.benchmark AND base.model = cells.model "
        "AND base.seed = cells.seed AND base.profile = ? "
        "LEFT JOIN pairs ON pairs.run = cells.run AND pairs.other_run = base.run "
        "AND pairs.protocol = cells.protocol AND pairs.labels = cells.labels "
        "AND cells.category IS NULL "
        "LEFT JOIN flips ON flips.run = cells.run AND flips.protocol = cells.protocol "
        "AND flips.labels = cells.labels AND cells.category IS NULL "
        "ORDER BY cells.benchmark, cells.model, cells.protocol, cells.labels, cells.seed, "
        "cells.profile <> ?, cells.profile, cells.category NULLS FIRST",
        [baseline, baseline],
    ).fetchall()
    return [_cell(*row) for row in rows]


def _cell(
    benchmark: str, model: str, profile: str, seed: int, run: str, protocol: str, labels: str,
    category: str | None, samples: int, n: int, correct: int, wrong: int, unparsed: int,
    failed: int, no_gold: int, pairs: int | None, only_run: int | None, only_other: int | None,
    flips: int | None, flip_pairs: int | None,
) -> Cell:  # fmt: skip
    del wrong
    difference = p_value = None
    if pairs and only_run is not None and only_other is not None:
        difference = 100 * (only_run - only_other) / pairs
        p_value = mcnemar(only_run, only_other)
    return Cell(
        benchmark, model, profile, seed, run, protocol, labels, category, samples, n, correct,
        unparsed, failed, accuracy(correct, n),
        floor=100 * correct / samples,
        ceiling=100 * (correct + unparsed + failed) / samples,
        pairs=pairs, difference=difference, only_run=only_run, only_baseline=only_other,
        p_value=p_value, no_gold=no_gold, flips=flips, flip_pairs=flip_pairs,
    )  # fmt: skip


def write_tables(found: list[Cell], folder: Path) -> None:
    """Write ``accuracy.csv`` (every cell), ``accuracy.md`` and ``accuracy.tex`` (whole runs)."""
    whole = [cell for cell in found if cell.category is None]
    write_text(folder / "accuracy.csv", _csv(found))
    write_text(folder / "accuracy.md", markdown(whole))
    write_text(folder / "accuracy.tex", _latex(whole))


def markdown(found: list[Cell]) -> str:
    """The table as Markdown, also what ``make demo`` prints."""
    lacking, flipped = any(cell.no_gold for cell in found), _with_flips(found)
    header = ["benchmark", "model", "profile", "seed", "labels", "protocol", "n"]
    header += ["accuracy [95 %]", "unparsed", "failed", *["no gold"] * lacking]
    header += ["vs baseline (p)", *["other answers"] * flipped]
    rows = []
    for cell in found:
        words = [cell.benchmark, cell.model, cell.profile, str(cell.seed), cell.labels]
        counts = [str(cell.unparsed), str(cell.failed), *[str(cell.no_gold)] * lacking]
        row = [*words, cell.protocol, str(cell.n), percent(cell.accuracy), *counts, versus(cell)]
        rows.append(row + [others(cell)] * flipped)
    return markdown_text(header, rows)


def percent(found: Proportion | None) -> str:
    """Such as 81.5 [75.5, 86.3], or a dash where nothing was scored."""
    return f"{found.value:.1f} [{found.low:.1f}, {found.high:.1f}]" if found else "–"


def versus(cell: Cell) -> str:
    """Such as +1.5 (p = 0.45), or a dash for the baseline itself."""
    if cell.difference is None:
        return "–"
    return f"{cell.difference:+.1f} (p = {cell.p_value:.2g})"


def others(cell: Cell) -> str:
    """Such as 12.5 % of 200, or a dash for the profile itself that is compared with."""
    return "–" if cell.flip_share is None else f"{cell.flip_share:.1f} % of {cell.flip_pairs}"


def _with_flips(found: list[Cell]) -> bool:
    """True if the answers of some cell were compared with other ones: the column is there then."""
    return any(cell.flips is not None for cell in found)


def _csv(found: list[Cell]) -> str:
    return csv_text(HEADER, map(_row, found))


def _row(cell: Cell) -> list[Any]:
    share = cell.accuracy
    return [
        cell.benchmark, cell.model, cell.profile, cell.seed, cell.protocol, cell.labels,
        cell.category or "all", cell.samples, cell.n, cell.correct, cell.unparsed, cell.failed,
        cell.no_gold,
        *map(field, (share.value, share.low, share.high) if share else (None,) * 3),
        *map(field, (cell.floor, cell.ceiling)),
        *map(field, (cell.pairs, cell.difference, cell.only_run, cell.only_baseline)),
        "" if cell.p_value is None else f"{cell.p_value:.6g}", cell.flips, cell.flip_pairs,
    ]  # fmt: skip


def _latex(found: list[Cell]) -> str:
    flipped = _with_flips(found)
    lines = [
        "% needs \\usepackage{booktabs}",
        "\\begin{tabular}{lllrllrrrrr" + "r" * flipped + "}",
        "\\toprule",
        "Benchmark & Model & Profile & Seed & Labels & Protocol & $n$ & Accuracy "
        "& 95\\,\\% interval & $\\Delta$ & $p$" + " & Other answers" * flipped + " \\\\",
        "\\midrule",
    ]
    for cell in found:
        names = (cell.benchmark, cell.model, cell.profile, str(cell.seed), cell.labels)
        words = [_escaped(word) for word in (*names, cell.protocol)]
        share = cell.accuracy
        value = f"{share.value:.1f}" if share else "--"
        interval = f"[{share.low:.1f}, {share.high:.1f}]" if share else "--"
        difference = "--" if cell.difference is None else f"${cell.difference:+.1f}$"
        p_value = "--" if cell.p_value is None else f"{cell.p_value:.2g}"
        row = [*words, str(cell.n), value, interval, difference, p_value]
        row += [_escaped(others(cell)).replace("–", "--")] * flipped
        lines.append(" & ".join(row) + " \\\\")
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}", ""])


def _escaped(word: str) -> str:
    return word.replace("_", "\\_").replace("&", "\\&").replace("%", "\\%").replace("#", "\\#")
