"""Rule set extracted: our own reading of the reply, compared with the gold by its kind."""

import re

from dmlr.records import Gold, Verdict4
from dmlr.verify.decision import Decision, Posed
from dmlr.verify.equality import equal, number
from dmlr.verify.extraction.extract import extract
from dmlr.verify.extraction.reading import Reading

SURE = ("choice", "yesno", "integer", "float")  # what can be compared without mathematics
PERCENT = re.compile(r"%|\bper ?cent(?:age)?\b", re.IGNORECASE)
IN_PERCENT = re.compile(r"(?:%|per ?cent)$", re.IGNORECASE)


def judge(reply: str, gold: Gold, posed: Posed) -> Decision:
    """Judge one reply; what cannot be read without guessing is unparsed, never wrong."""
    return judged(reply, gold, posed, f"extracted {gold.kind}")


def judged(reply: str, gold: Gold, posed: Posed, rule: str) -> Decision:
    """The same under another name: read by the gold's kind, then compared."""
    reading = extract(reply, gold.kind, posed.options)
    if reading.value is None:
        return unread(reply, rule, reading.reason)
    right = equal(gold, reading.value)
    if right is False and of_hundred(gold, reading, posed):
        right, rule = True, f"{rule} in percent"
    return decided(right, gold, reading, rule, reading.value)


def of_hundred(gold: Gold, reading: Reading, posed: Posed) -> bool:
    """True where a float of at most 1 is answered by exactly its percentage (0.5 by 50%).

    Not where the question speaks of percent: 50% is then no answer to a gold of 0.5%.
    """
    percent = IN_PERCENT.search((reading.raw or "").rstrip(" .$)*}\"'"))
    if gold.kind != "float" or not percent or PERCENT.search(posed.question):
        return False
    found = number(reading.value or "")
    golds = [number(text) for text in (gold.text, *gold.aliases)]
    return found is not None and any(
        one is not None and one <= 1 and one * 100 == found for one in golds
    )


def unread(reply: str, rule: str, reason: str | None) -> Decision:
    """Nothing was read; an empty reply leaves nothing for a judge model either."""
    return Decision("unparsed", None, rule, reason, settled=not reply.strip())


def decided(right: bool | None, gold: Gold, reading: Reading, rule: str, compared: str) -> Decision:
    """What was read, held against the gold; None is unparsed, and a judge model may say more."""
    extracted, rule = reading.raw or reading.value, f"{rule}, {reading.place}"
    if right is None:
        reason = "cannot be compared with the gold"
        return Decision("unparsed", extracted, rule, reason, compared, settled=False)
    settled = right or gold.kind in SURE
    verdict: Verdict4 = "correct" if right else "wrong"
    return Decision(verdict, extracted, rule, compared=compared, settled=settled)


def chosen(letter: str, posed: Posed) -> str:
    """The text of the option that a letter names, empty where it names none."""
    index = ord(letter) - ord("A")
    return posed.options[index].strip() if 0 <= index < len(posed.options) else ""
