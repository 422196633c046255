"""Two runs beside each other, for a terminal."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dmlr.report.golds import answer
from dmlr.report.text import shown
from dmlr.store.compare import Answer, Comparison
from dmlr.store.words import change, percent


def print_comparison(found: Comparison, console: Console, limit: int | None) -> None:
    """Print the counts, the flips both ways and what differs; no more than ``limit`` rows of a list."""
    console.print(f"A: {escape(found.first.run)}\nB: {escape(found.second.run)}")
    console.print(_counts(found))
    for name, flips in {"A": found.only_first, "B": found.only_second}.items():
        if flips:
            console.print(_flips(name, flips[:limit], devices=bool(_devices(found))))
            _print_rest(flips, limit, console)
    if not found.provenance:
        console.print("Nothing differs in what they came from.")
        return
    (name, (one, other)), *others = found.provenance.items()
    values = f"{_value(one)} in A, {_value(other)} in B"
    console.print(f"What they came from differs first in {_text(name)}: {values}.")
    if others:
        console.print(_fields(others[:limit]))
        _print_rest(others, limit, console)


def _counts(found: Comparison) -> str:
    a, b = found.only_first, found.only_second
    lines = [
        f"protocol {found.protocol}, {found.labels} labels",
        f"accuracy: A {percent(found.first_accuracy)}, B {percent(found.second_accuracy)}",
        f"A less B: {change(found.difference, True)} on {found.n} samples that both have a score for",
        f"right: both {found.both_right}, A alone {len(a)}, B alone {len(b)}, none {found.both_wrong}",
        f"other answers: {found.other_right} where both are right, {found.other_wrong} where none is",
        f"the same reply, letter by letter: {found.same_text} of {found.both} samples",
        *_devices(found),
    ]
    odd = {
        "a score in A alone": found.first_scored,
        "a score in B alone": found.second_scored,
        "no answer in B": found.first_samples,
        "no answer in A": found.second_samples,
        "another gold": found.regraded,
    }
    lines += [f"{count} samples have {what}" for what, count in odd.items() if count]
    return escape("\n".join(lines))


def _devices(found: Comparison) -> list[str]:
    """On what the replies were made, where that is not the same one for all."""
    sides = {"A": found.first_devices, "B": found.second_devices}
    if len(found.first_devices.keys() | found.second_devices.keys()) < 2:
        return []
    words = (
        f"{name} {', '.join(f'{shown(device)} ({n})' for device, n in on.items()) or 'unknown'}"
        for name, on in sides.items()
    )
    return [f"answered on: {'; '.join(words)}"]


def _flips(name: str, flips: Sequence[tuple[Answer, Answer]], *, devices: bool) -> Table:
    heads = ["sample", "A", "B", "gold", *(["A on", "B on"] if devices else [])]
    table = Table(*heads, title=f"right in {name} alone", title_justify="left")
    for one, other in flips:
        row = [one.sample_id, one.compared, other.compared, answer(one.gold)]
        table.add_row(*map(_text, [*row, one.device, other.device][: len(heads)]))
    return table


def _fields(changed: Iterable[tuple[str, tuple[Any, Any]]]) -> Table:
    table = Table("then in", "A", "B")
    for name, values in changed:
        table.add_row(_text(name), *map(_value, values))
    return table


def _print_rest(rows: Sequence[Any], limit: int | None, console: Console) -> None:
    if limit is not None and len(rows) > limit:
        console.print(f"and {len(rows) - limit} more; --all lists them")


def _value(value: Any) -> str:
    return _text(value if value is None or isinstance(value, str) else json.dumps(value))


def _text(value: str | None) -> str:
    """A text of a file as a terminal may show it."""
    return escape(str(shown(value)))
