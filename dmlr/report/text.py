"""Text from outside, made safe to look at: visible characters, bare names, cut replies."""

import re
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

from dmlr.boxes import last_span
from dmlr.errors import RecordError

UNSCORED = "–"
LONGEST_WORD = 32  # characters; a digest as long or longer is shortened
SHORT = 12  # characters that stay of it
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"  # but tab and line feed
_UNSEEN_SIGNS = "\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # and turned directions
_HALVES = "\ud800-\udfff"  # of surrogate pairs, which JSON can carry and UTF-8 cannot
_UNSEEN = re.compile(f"[{_CONTROLS}{_UNSEEN_SIGNS}{_HALVES}]")
_DIGEST = re.compile(rf"([0-9a-f]{{{LONGEST_WORD},}})(\+\w+)?")
_BARE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def shown(value: Any) -> Any:
    """What a template prints for a value: unseen characters become visible, None an en dash."""
    if value is None:
        return UNSCORED
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value)
    return value


def visible(text: str) -> str:
    """Name the characters that a reader cannot see, or that turn other text around."""
    lines = text.replace("\r\n", "\n")
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", lines)


def unbroken(names: Iterable[object]) -> Markup:
    """Names with commas between, each of which stands on one line where the line has room for it."""
    *others, last = map(str, names)
    name = Markup('<span class="name">{}</span>')
    return Markup(" ").join(name.format(visible(one)) for one in [*(f"{o}," for o in others), last])


def pieces(text: str, extracted: str | None) -> list[str]:
    """A reply cut around its answer: before, the answer as it stands there, after; or the whole alone.

    The answer is the last box with balanced braces, which the rule set boxed reads; without one, the
    last place where what was extracted stands as a word.
    """
    span = last_span(text) or _last_word(text, extracted)
    return [text[: span[0]], text[span[0] : span[1]], text[span[1] :]] if span else [text]


def _last_word(text: str, word: str | None) -> tuple[int, int] | None:
    if not word:
        return None
    start = text.rfind(word)
    while start >= 0:
        end = start + len(word)
        if not (text[max(start - 1, 0) : start].isalnum() or text[end : end + 1].isalnum()):
            return start, end
        start = text.rfind(word, 0, end - 1)
    return None


def bare_name(name: str, what: str) -> str:
    """The name itself, if it names a file in a folder and nothing else.

    Raises:
        RecordError: it has a path separator, begins with a dot, or has other characters.
    """
    if not _BARE.fullmatch(name):
        raise RecordError(
            f"{what}: must be a bare file name of letters, digits, dots, dashes and underscores, "
            f"got {name[:80]!r}; run snakemake again from prepare"
        )
    return name


def cut(text: str | None, most: int) -> str | None:
    """The first characters of a text, with a sign where it goes on."""
    return text if text is None or len(text) <= most else f"{text[:most]}…"


def shortened(word: str) -> str:
    """A digest by its first characters; other words as they are."""
    found = _DIGEST.fullmatch(word)
    return f"{found[1][:SHORT]}…{found[2] or ''}" if found else word
