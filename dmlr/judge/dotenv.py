"""Variables of the environment, and behind it those of a file ``.env`` in the working directory."""

import os
import re
from pathlib import Path

from dmlr.errors import ConfigError

NAME = re.compile(r"(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*)")


def variable(*names: str) -> str | None:
    """The first of these variables that is set and not empty; the environment wins over ``.env``.

    Raises:
        ConfigError: ``.env`` cannot be read, or its value of one of them has an open quote.
    """
    path = Path(".env")
    lines = _lines(path)
    of_file = {
        name: _value(text, f"{path}:{number}: {name}")
        for name, (number, text) in lines.items()
        if name in names
    }
    for values in (os.environ, of_file):
        for name in names:
            if values.get(name, "").strip():
                return values[name].strip()
    return None


def _lines(path: Path) -> dict[str, tuple[int, str]]:
    """Lines ``KEY=value``, with ``export`` or without, as number and value by the key.

    What else stands there is for other programs.
    """
    if not path.is_file():
        return {}
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(
            f"{path}: must be a readable UTF-8 text file; correct or remove it"
        ) from None
    found = ((number, NAME.fullmatch(line.strip())) for number, line in enumerate(lines, 1))
    return {match[1]: (number, match[2]) for number, match in found if match}


def _value(text: str, place: str) -> str:
    """The value, quoted or not; a fault is told without it, since it may be a secret."""
    if text.startswith(('"', "'")):
        value, closing, _ = text[1:].partition(text[0])
        if not closing:
            raise ConfigError(f"{place} must end with the quote that it begins with; close it")
        return value
    return "" if text.startswith("#") else text.partition(" #")[0].rstrip()
