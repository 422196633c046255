"""Faults of settings as lines for people: the file and key, the rule, the value found."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from dmlr.datasets.registry import LOADERS

# What pydantic tells the kinds of profiles and benchmarks by -> the field that says so.
TAGS = {
    **dict.fromkeys(
        ("vanilla", "self-consistency", "multimodal-cot", "ccot", "icot", "dmlr"), "method"
    ),
    **dict.fromkeys(("shapes", *LOADERS, "json"), "loader"),
}


def lines(error: ValidationError, files: Sequence[str | Path]) -> list[str]:
    """One line per fault; ``files`` are what the settings were merged from, last one on top."""
    return [_line(fault, files) for fault in error.errors()]


def _line(fault: Any, files: Sequence[str | Path]) -> str:
    found, kind, context = fault["input"], fault["type"], fault.get("ctx", {})
    where = _without_tag(fault["loc"])
    place = place_of(where, files)
    if kind == "extra_forbidden":
        return f"{place} is not a known key; remove it, or see workflow/schemas/ for the known ones"
    if kind == "missing":
        return f"{place} is missing and has no default; see workflow/schemas/ for what it means"
    if kind.startswith("union_tag"):
        tag = context["discriminator"].strip("'")
        known = ", ".join(name for name, field in TAGS.items() if field == tag)
        return f"{place}.{tag} must be one of {known}"
    if kind == "value_error":
        return f"{place} must have {fault['msg'].removeprefix('Value error, ')}"
    hint = ""
    if kind in ("float_type", "int_type") and isinstance(found, str):
        hint = "; YAML reads 1e-3 as text: write 0.001 or 1.0e-3"
    rule = fault["msg"].removeprefix("Input should be ").removeprefix("String should ")
    return f"{place} must be {rule}, got {found!r}{hint}"


def _without_tag(where: tuple[Any, ...]) -> tuple[Any, ...]:
    """A fault's path without what pydantic puts in: the kind of a profile or a benchmark."""
    where = tuple(part for part in where if part != "[key]")
    behind = {"profile_catalog": 2, "benchmark_catalog": 2, "profile": 1, "benchmark": 1}
    place = behind.get(where[0], 0)
    tag = where[place] if len(where) > place else None
    return (*where[:place], *where[place + 1 :]) if tag in TAGS else where


def place_of(where: tuple[Any, ...], files: Sequence[str | Path]) -> str:
    """The last file that holds a key, and the key with dots."""
    holder = next((file for file in reversed(files) if _holds(Path(file), where)), None)
    dotted = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in where).lstrip(".")
    return f"{holder or (files[-1] if files else 'configuration')}: {dotted}"


def _holds(file: Path, where: tuple[Any, ...]) -> bool:
    if not file.is_file():
        return False
    node = yaml.safe_load(file.read_text(encoding="utf-8"))
    for part in where:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True
