"""The accuracy table as CSV, Markdown and LaTeX."""

from pathlib import Path
from typing import Any

from dmlr.files import write_text
from dmlr.store.cells import Cell
from dmlr.store.latex import latex
from dmlr.store.rows import csv_text, field, markdown_text
from dmlr.store.words import others, share, versus

HEADER = (
    "benchmark", "model", "profile", "seed", "protocol", "labels", "category", "samples", "n",
    "correct", "unparsed", "failed", "no_gold", "accuracy", "low", "high", "floor", "ceiling",
    "pairs", "difference", "difference_low", "difference_high", "only_run", "only_baseline",
    "mcnemar_p", "flips", "flip_n", "holm_p", "detectable", "final",
)  # fmt: skip


def write_tables(found: list[Cell], folder: Path) -> None:
    """Write ``accuracy.csv`` (every cell), ``accuracy.md`` and ``accuracy.tex``.

    The last two have the whole runs under the first protocol; ``protocols.md`` has the others beside it.
    """
    main = found[0].protocol if found else ""
    whole = [cell for cell in found if cell.category is None and cell.protocol == main]
    write_text(folder / "accuracy.csv", _csv(found))
    write_text(folder / "accuracy.md", markdown(whole))
    write_text(folder / "accuracy.tex", latex(whole))


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
        row = [*words, cell.protocol, str(cell.n), share(cell), *counts, versus(cell)]
        rows.append(row + [others(cell)] * flipped)
    return markdown_text(header, rows)


def _with_flips(found: list[Cell]) -> bool:
    """True if the answers of some cell were compared with other ones: the column is there then."""
    return any(cell.flips is not None for cell in found)


def _csv(found: list[Cell]) -> str:
    return csv_text(HEADER, map(_row, found))


def _row(cell: Cell) -> list[Any]:
    found = cell.accuracy
    return [
        cell.benchmark, cell.model, cell.profile, cell.seed, cell.protocol, cell.labels,
        cell.category or "all", cell.samples, cell.n, cell.correct, cell.unparsed, cell.failed,
        cell.no_gold,
        *map(field, (found.value, found.low, found.high) if found else (None,) * 3),
        *map(field, (cell.floor, cell.ceiling)),
        *map(field, (cell.pairs, cell.difference, cell.difference_low, cell.difference_high)),
        *map(field, (cell.only_run, cell.only_baseline)),
        _p_value(cell.p_value), cell.flips, cell.flip_pairs,
        _p_value(cell.holm_p), field(cell.detectable), "yes" if cell.final else "no",
    ]  # fmt: skip


def _p_value(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
