"""Data as scripts: a page that was opened from a file may load a script, but fetch nothing."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dmlr.report.text import visible

# What could end a script element or begin a comment in one, a line for old parsers, half a character.
_UNSAFE = re.compile("[<\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True)
class Entry:
    """One named thing of a script; ``numbers`` are members that are JSON already, without text."""

    name: str
    value: dict[str, Any]
    numbers: dict[str, str]


def script(name: str, value: Any) -> str:
    """A script that hands over one value under a name; unseen characters of its texts are shown."""
    return _call(name, _json(seen(value)))


def script_of(name: str, entries: Iterable[Entry]) -> str:
    """A script that hands over an object of entries."""
    return _call(name, "{" + ",\n".join(_entry(entry) for entry in entries) + "}")


def seen(value: Any) -> Any:
    """The value with what no reader sees made visible in all texts that it holds, but keys."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: seen(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [seen(one) for one in value]
    return value


def _entry(entry: Entry) -> str:
    members = [f"{_json(key)}:{_json(seen(value))}" for key, value in entry.value.items()]
    members += [f"{_json(key)}:{value}" for key, value in entry.numbers.items()]
    return f"{_json(entry.name)}:{{{','.join(members)}}}"


def _call(name: str, value: str) -> str:
    return f"dmlr.add({_json(name)},{value});\n"


def _json(value: Any) -> str:
    """JSON that is a script's as well, and cannot end one.

    Raises:
        ValueError: a number is none, which JSON cannot say.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
