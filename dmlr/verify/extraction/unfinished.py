"""Last lines that are no answer though they read as one: a check, a step, a bullet, a table's row."""

import re

from dmlr.verify.extraction.dress import plain
from dmlr.verify.extraction.unread import Unread
from dmlr.verify.extraction.wanted import Wanted

_CHECK = re.compile(r"(?i)\b(?:check(?:ing)?|verif(?:y|ication|ying)|proof)\b|验证|检验|验算")
_STEP = re.compile(r"(\d{1,3})\.")
_OPERATOR = re.compile(r"[+*/^×·÷-]|\d[A-Za-z]|\\(?:[dt]?frac|sqrt|sin|cos|tan|log|ln)")
_LETTER = re.compile(r"(?<![A-Za-z\\])[A-Za-z](?![A-Za-z])")
_TABLE = re.compile(r"\| [^|\n]*(?:\|[^|\n]*)+ \|")
_SOLUTION = re.compile(r"([A-Za-z]\w?) ?= ?([+-]?[\d./]{1,40})\.?")
_BULLET = "begins with a dash that is a bullet or a minus sign"
_CHECKED = "is a check of the answer"
_CUT = "is a step that is cut off"
_UNSOLVED = "is an equation and no value"
# Reasons that say more than that a line is prose.
FAULTS = frozenset((_BULLET, _CHECKED, _CUT, _UNSOLVED))
_DIGIT = re.compile(r"[\d.$\\(]")
_COMMAND = re.compile(r"\d|\\[A-Za-z]|[=+*/^<>|]")


def unfinished(rows: list[str], wanted: Wanted) -> Unread | None:
    """Why the last line is no answer; None where it may be one. One word alone is a whole reply."""
    row = plain(rows[-1])
    if wanted.kind == "expression" and len(rows) > 1 and _words_only(row):
        return Unread("is words and no expression")
    if wanted.kind not in ("integer", "float"):
        return None
    if "=" in row and any(_CHECK.search(line) for line in [row, *map(_heading, rows[-4:-1])]):
        return Unread(_CHECKED)
    step = _STEP.fullmatch(rows[-1])
    if (
        step
        and len(rows) > 1
        and (step[1] == "1" or any(one.startswith(f"{int(step[1]) - 1}.") for one in rows))
    ):
        return Unread(_CUT)
    sides = row.split("=")[:-1]
    if sides and all(map(_is_unsolved, sides)):  # but "area = l x w = 15" is solved
        return Unread(_UNSOLVED)
    return _solutions(rows)


def without_bullet(rows: list[str], wanted: Wanted) -> str | Unread:
    """The last line without its bullet; a dash that may be a minus sign makes it no answer."""
    row = rows[-1]
    if _TABLE.fullmatch(row):
        return Unread("is a row of a table")
    if not row.startswith("- "):
        return row
    before = rows[-2] if len(rows) > 1 else ""
    listed = before.startswith("- ") and isinstance(wanted.read(before[2:], "last line"), Unread)
    if before.endswith(":") or listed or not (wanted.verbatim or _DIGIT.match(row, 2)):
        return row[2:]
    return row if wanted.kind == "choice" else Unread(_BULLET)


def _heading(line: str) -> str:
    """A line that is short enough to be the heading of what follows."""
    return line if len(line) <= 60 else ""


def _is_unsolved(side: str) -> bool:
    """True for one side of an equation in which a variable is worked with (2x + 3)."""
    return _OPERATOR.search(side) is not None and _LETTER.search(_units_out(side)) is not None


def _units_out(side: str) -> str:
    return re.sub(r"(?<=\d) [mgshdLlNJWVAKT](?![A-Za-z])", "", side)


def _solutions(rows: list[str]) -> Unread | None:
    """Two lines that give one variable two values."""
    found = [_SOLUTION.fullmatch(plain(row)) for row in rows[-2:]]
    if len(found) == 2 and found[0] and found[1] and found[0][1] == found[1][1]:
        values = [found[0][2], found[1][2]]
        if values[0] != values[1]:
            return Unread(f"states several answers: {', '.join(values)}", several=True)
    return None


def _words_only(row: str) -> bool:
    return re.search(r"[^\W\d_]{2}", row) is not None and _COMMAND.search(row) is None
