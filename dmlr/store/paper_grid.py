"""A table of the paper for readers: its rows and columns, then whatever else was run."""

from dataclasses import dataclass

from dmlr.store.labels import main_labels
from dmlr.store.paper_places import Entry, Place
from dmlr.store.words import share, versus


@dataclass(frozen=True)
class Grid:
    """Header, rows and notes; a cell has one line for each thing that it says."""

    header: list[str]
    rows: list[list[str]]
    notes: list[str]


def grid(entries: list[Entry]) -> Grid:
    """The grid of a table's entries under the first protocol and the main labels, of the lowest seed.

    A published number that was not measured stands in the rows and columns of those that were, where
    there are any, else in a row or column of its own.
    """
    places = list(dict.fromkeys(entry.place for entry in entries))
    main = _main(entries)
    measured = {(entry.place.row, entry.place.column): entry for entry in main}
    published = {(place.words, place.paper_benchmark): place.published for place in places}
    columns = _columns(places)
    rows = [
        [
            model or words[0] or "–", words[1], profile or "–",
            *(
                _text(measured.get((row, column)), published.get((words, column[0])))
                for column in columns
            ),
        ]
        for row in _rows(places)
        for words, model, profile in [row]
    ]  # fmt: skip
    names = [ours or paper or "–" for paper, ours in columns]
    return Grid(["model", "method", "profile", *names], rows, _notes(main, places))


def _main(entries: list[Entry]) -> list[Entry]:
    cells = [entry.cell for entry in entries if entry.cell]
    seed = min((cell.seed for cell in cells), default=None)
    labels: dict[str, set[str]] = {}
    for cell in cells:
        labels.setdefault(cell.run, set()).add(cell.labels)
    main = {
        (cell.run, cells[0].protocol, main_labels(labels[cell.run]))
        for cell in cells
        if cell.seed == seed
    }
    return [
        entry
        for entry in entries
        if entry.cell and (entry.cell.run, entry.cell.protocol, entry.cell.labels) in main
    ]


def _rows(places: list[Place]) -> list[tuple[tuple[str | None, str], str | None, str | None]]:
    run = {place.words for place in places if place.run}
    return list(dict.fromkeys(place.row for place in places if place.run or place.words not in run))


def _columns(places: list[Place]) -> list[tuple[str | None, str | None]]:
    run = {place.paper_benchmark for place in places if place.run}
    found = [place for place in places if place.run or place.paper_benchmark not in run]
    found.sort(key=lambda place: (place.benchmark_position is None, place.benchmark_position or 0))
    return list(dict.fromkeys(place.column for place in found))


def _text(entry: Entry | None, published: float | None) -> str:
    """What was measured, its difference to the baseline, and what was published."""
    lines = ["–"]
    inside = None
    if entry and entry.cell:
        cell, inside = entry.cell, entry.inside
        lines = [f"{share(cell)}, n = {cell.n}"]
        lines += [versus(cell)] * (cell.difference is not None)
    if published is not None:
        beside = {True: ", inside", False: ", outside", None: ""}[inside]
        lines.append(f"paper {published}{beside}")
    return "\n".join(lines)


def _notes(main: list[Entry], places: list[Place]) -> list[str]:
    cells = [entry.cell for entry in main if entry.cell]
    if not cells:
        return ["no cell of this table was run: its numbers are the paper's"]
    labels = ", ".join(sorted({cell.labels for cell in cells}))
    seeds = sorted({place.seed for place in places if place.seed is not None})
    inside = [entry.inside for entry in main if entry.inside is not None]
    notes = [
        f"accuracy in % [95 %], then the difference to the baseline in points (McNemar's p, Holm's over "
        f"this table), then the paper's number; protocol {cells[0].protocol}, labels {labels}",
        f"of {len(inside)} published numbers that have a measured one beside them, {sum(inside)} lie "
        "inside its interval",
    ]
    if len(seeds) > 1:
        notes.append(f"seed {seeds[0]}; the CSV file has {', '.join(map(str, seeds))}")
    return notes
