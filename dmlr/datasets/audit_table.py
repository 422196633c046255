"""An audit as tables for a terminal."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

SHOWN = 8  # ids that are listed; the JSON has all


def print_audit(found: dict[str, Any], console: Console) -> None:
    """Print head, label sets, floors and ceilings, findings and errata."""
    subset, skipped = found["subset"], found["skipped"]
    console.print(
        f"[bold]{escape(found['benchmark'])}[/] ({escape(found['source']['loader'])}): "
        f"{found['samples']} samples of {subset['of']} rows, {found['images']} pictures"
        + (f", {len(skipped)} left out without a usable picture" if skipped else "")
    )
    console.print(_labels(found))
    if found["findings"]:
        console.print(_findings(found["findings"]))
    if found["errata"]:
        console.print(_errata(found["errata"]))


def _labels(found: dict[str, Any]) -> Table:
    table = Table("labels", "answers", "empty", "constant answer scores", "highest score")
    for labels, facts in found["labels"].items():
        floors = [one for one in found["floors"] if one["labels"] == labels]
        tops = [one for one in found["ceilings"] if one["labels"] == labels]
        table.add_row(
            labels,
            str(facts["answers"]),
            str(facts["empty"]),
            "\n".join(map(_floor, floors)),
            "\n".join(
                f"{percent(one['reachable'], one['of'])} ({one['reachable']} of {one['of']}, "
                f"rules {one['rules']})"
                for one in tops
            ),
        )
    return table


def _floor(one: dict[str, Any]) -> str:
    share = f"{percent(one['correct'], one['of'])} of {one['of']}"
    if one["metric"] == "accuracy":
        return f"always {escape(one['answer'])[:20]}: {share}"
    return f"  whole {one['metric']}s right: {share}"


def _findings(findings: Sequence[dict[str, Any]]) -> Table:
    table = Table("finding", "samples", "ids", "what follows")
    for one in findings:
        name = one["check"] + (f" ({one['labels']})" if one["labels"] else "")
        count = str(len(one["samples"]))
        if one["groups"]:
            count += f" in {len(one['groups'])} group{'s' * (len(one['groups']) > 1)}"
        table.add_row(escape(name), count, escape(ids(one["samples"])), escape(one["explains"]))
    return table


def _errata(errata: Sequence[dict[str, Any]]) -> Table:
    table = Table("errata", "samples", "ids", "field")
    kinds = dict.fromkeys((one["outcome"], one["status"], one["field"]) for one in errata)
    for outcome, status, field in kinds:
        kind = (outcome, status, field)
        same = [e["sample"] for e in errata if (e["outcome"], e["status"], e["field"]) == kind]
        which = list(dict.fromkeys(same))
        table.add_row(f"{outcome}, {status}", str(len(which)), escape(ids(which)), escape(field))
    return table


def ids(samples: Sequence[str]) -> str:
    """The first few ids."""
    more = f", … {len(samples) - SHOWN} more" if len(samples) > SHOWN else ""
    return ", ".join(samples[:SHOWN]) + more


def percent(count: int, of: int) -> str:
    """A share in percent with one decimal."""
    return f"{100 * count / of:.1f} %" if of else "–"
