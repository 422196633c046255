r"""Rule set released-2026-03: boxes and answer tags, yes or no, option letters; then a model is asked.

What these rules find right is settled; everything else is wrong until the model says otherwise, so a
protocol with a judge asks it. Without a judge it stays wrong, as any error does in the released code.

Ours, where the notes say nothing: the answer is the last box, else the last answer tag, else the whole
reply; case, blanks and a last point do not count; the gold loses its box too; y, true, n and false are
variants of yes and no; a letter counts alone, or before a text where a box or a tag holds both; nothing
is right because it is contained.
"""

import re

from dmlr.records import Gold
from dmlr.verify.decision import Decision, Posed
from dmlr.verify.rules.released import boxed_answer, released_gold, tagged_answer

NAME = "released-2026-03"
VARIANTS = {"yes": "yes", "y": "yes", "true": "yes", "no": "no", "n": "no", "false": "no"}
ALONE = re.compile(r"\(?([A-Za-z])\)?[.:]?")
LEADING = re.compile(r"\(([A-Za-z])\)\s|([A-Za-z])[.:)]\s")
ASKS = "no rule matches; here the released code asks a language model"


def judge(reply: str, gold: Gold, posed: Posed) -> Decision:
    """Judge one reply; what no rule finds right is wrong, and not settled."""
    if not reply.strip():
        return Decision("wrong", None, f"{NAME} empty", "the reply is empty")
    framed = boxed_answer(reply) or tagged_answer(reply)
    answer = framed or reply.strip()
    found = plain(answer)
    letter = _letter(answer, leading=framed is not None)
    wanted = released_gold(gold, posed)
    wanted = plain(boxed_answer(wanted) or wanted)
    if found == wanted:
        return Decision("correct", answer, f"{NAME} exact", compared=found)
    if wanted in VARIANTS and VARIANTS.get(found) == VARIANTS[wanted]:
        return Decision("correct", answer, f"{NAME} yes/no", compared=VARIANTS[found])
    if letter is not None and letter == gold.letter:
        return Decision("correct", answer, f"{NAME} option letter", compared=letter)
    return Decision("wrong", answer, f"{NAME} no match", ASKS, compared=found, settled=False)


def plain(text: str) -> str:
    """A text without what these rules take no notice of: case, blanks, a last point."""
    return "".join(text.split()).rstrip(".").lower()


def _letter(answer: str, *, leading: bool) -> str | None:
    """The option that an answer names, as a capital; ``leading`` allows a text behind the letter."""
    if found := ALONE.fullmatch(answer):
        return found[1].upper()
    found = LEADING.match(answer) if leading else None
    return (found[1] or found[2]).upper() if found else None
