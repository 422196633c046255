"""Agreement: several statements of one kind make one answer, or none."""

import re

from dmlr.verify.extraction.unread import Read, Unread

RETRACTED = re.compile(
    r"(?i)\b(?:wait|actually|correction|sorry|oops|hold on|on second thought|scratch that"
    r"|let me correct|my mistake|made a mistake)\b|\bno[,!]|不对|等等|更正|抱歉"
)


def agreed(text: str, found: list[tuple[int, Read]]) -> Read | None:
    """The answer that all statements give; None where none gives one.

    Two different ones contradict each other, but for the earlier ones that words such as "wait" or
    "no," take back. What names several is narrowed down by a later one.

    Args:
        text: the text of the statements.
        found: where every statement ends, and what was read from it, in order.
    """
    said: list[str] = []
    unread: Unread | None = None
    last = 0
    for end, read in found:
        if isinstance(read, Unread):
            unread = read if read.several or unread is None or not unread.several else unread
            continue
        if said and RETRACTED.search(text[last:end]):
            said = []
        said = said if read in said else [*said, read]
        unread, last = None, end
    if len(said) > 1:
        return Unread(f"states several answers: {', '.join(said)}", several=True)
    if unread and (unread.several or not said):
        return unread
    return said[0] if said else None
