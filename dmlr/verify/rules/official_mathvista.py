"""MathVista's official rule: the extracted answer is put into the form of the gold, then ``==``.

Our extraction stands in the place of its language model, so the number 1,000 arrives as 1000; its
script alone would find no number in "1,000" and count it wrong.
"""

from collections.abc import Callable, Mapping

from dmlr.records import Gold
from dmlr.verify.decision import Decision, Posed, Rule
from dmlr.verify.extraction.extract import extract
from dmlr.verify.rules.extracted import chosen, decided, judged, unread

RULE = "official mathvista"


def _choice(reply: str, gold: Gold, posed: Posed) -> Decision:
    """The text of the option that was chosen is the gold's text.

    Two options may have it. Where no option was read, the official script takes the one whose text is
    nearest by edit distance: here the reply is unparsed.
    """
    rule, reading = f"{RULE} choice", extract(reply, "choice", posed.options)
    if reading.value is None:
        return unread(reply, rule, reading.reason)
    text = chosen(reading.value, posed)
    right = text == gold.text.strip() or reading.value in gold.aliases
    return decided(right, gold, reading, rule, text)


def _integer(reply: str, gold: Gold, posed: Posed) -> Decision:
    """Decimals are cut off, so 5.9 is 5."""
    return _formed(reply, gold, posed, lambda answer: str(int(float(answer))))


def _float(reply: str, gold: Gold, posed: Posed) -> Decision:
    """Rounded to as many decimals as count; the gold is not, so a gold 0.50 is never met."""
    precision = gold.precision
    if precision is None:  # no row of MathVista
        return judged(reply, gold, posed, f"{RULE} float")
    return _formed(reply, gold, posed, lambda answer: str(round(float(answer), precision)))


def _list(reply: str, gold: Gold, posed: Posed) -> Decision:
    """The same text as the gold list, blanks included."""
    return _formed(reply, gold, posed, str)


def _formed(reply: str, gold: Gold, posed: Posed, form: Callable[[str], str]) -> Decision:
    rule, reading = f"{RULE} {gold.kind}", extract(reply, gold.kind, posed.options)
    if reading.value is None:
        return unread(reply, rule, reading.reason)
    try:
        answer = form(reading.value)
    except (ValueError, OverflowError):  # a fraction, or more digits than a float has
        reason = "must be a plain number; the official script finds none and counts it wrong"
        return Decision("wrong", reading.raw, f"{rule}, {reading.place}", reason, reading.value)
    return decided(answer == gold.text, gold, reading, rule, answer)


RULES: Mapping[str, Rule] = {
    "choice": _choice,
    "integer": _integer,
    "float": _float,
    "list": _list,
}
