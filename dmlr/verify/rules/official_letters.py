"""The official rules of MMStar and ScienceQA, which look for a letter in fixed places of the reply."""

import re

from dmlr.records import Gold
from dmlr.verify.decision import Decision, Posed
from dmlr.verify.rules.extracted import unread

BEGINNINGS = ("", "(", "option ", "the answer is ")  # of a reply in small letters (MMStar)
STATED = re.compile(r"The answer is ([A-Z]).")  # any character behind it, but one (ScienceQA)
BARE = re.compile(r"([A-Z])(?:\..*)?", re.DOTALL)


def mmstar(reply: str, gold: Gold, posed: Posed) -> Decision:
    """The gold's letter begins the reply, or stands behind "(", "option " or "the answer is " there.

    Nothing else counts and nothing ends the letter: "A cat ..." states A and "Based on ..." states B.
    The official script calls a reply wrong that begins with no option's letter; here it is unparsed.
    """
    rule, letters = "official mmstar beginning", _letters(posed)
    low = reply.strip().lower().replace("\n", " ")
    marks = [low.removeprefix(start)[:1].upper() for start in BEGINNINGS if low.startswith(start)]
    stated = [mark for mark in marks if mark in letters]
    right = [mark for mark in stated if mark in (gold.letter, *gold.aliases)]
    if not stated:
        return unread(reply, rule, "must begin with an option's letter")
    return _decided((right or stated)[0], gold, rule)


def scienceqa(reply: str, gold: Gold, posed: Posed) -> Decision:
    """The reply says "The answer is X." once, X being an option's letter.

    Ours: a reply that is the letter alone, or begins with it and a point, counts too, since a prompt
    without examples does not teach the sentence. The official script takes a random option otherwise;
    here the reply is unparsed.
    """
    rule, stated, bare = "official scienceqa", STATED.findall(reply), BARE.fullmatch(reply.strip())
    if bare and not stated:
        stated, rule = [bare[1]], f"{rule} bare letter"
    if len(stated) != 1:
        found = f"got {len(stated)} times"
        return unread(reply, rule, f'must say "The answer is X." once, {found}')
    if stated[0] not in _letters(posed):
        return unread(reply, rule, f"must be a letter of the options, got {stated[0]}")
    return _decided(stated[0], gold, rule)


def _letters(posed: Posed) -> list[str]:
    return [chr(ord("A") + index) for index in range(len(posed.options))]


def _decided(letter: str, gold: Gold, rule: str) -> Decision:
    right = letter in (gold.letter, *gold.aliases)
    return Decision("correct" if right else "wrong", letter, rule, compared=letter)
