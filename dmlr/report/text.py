"""Text from outside, made safe to look at: visible characters, bare names, anchors, replies."""

import re
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Reply:
    """A reply cut at its last box; without one everything stands in ``before``."""

    before: str
    boxed: str = ""
    after: str = ""


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


def reply(text: str) -> Reply:
    """Cut a reply at the box that the rule set boxed reads: the last one with balanced braces."""
    span = last_span(text)
    if span is None:
        return Reply(text)
    return Reply(text[: span[0]], text[span[0] : span[1]], text[span[1] :])


def anchor(sample_id: str, benchmark: str) -> str:
    """A sample's anchor: stable, its own, and safe in a URL; other characters as ``_code_``."""
    name = sample_id.removeprefix(f"{benchmark}/")
    return "sample-" + re.sub(r"[^A-Za-z0-9.-]", lambda found: f"_{ord(found[0]):x}_", name)


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


def shortened(word: str) -> str:
    """A digest by its first characters; other words as they are."""
    found = _DIGEST.fullmatch(word)
    return f"{found[1][:SHORT]}…{found[2] or ''}" if found else word
