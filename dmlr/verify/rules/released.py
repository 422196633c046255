"""What the two released states share: the gold as the released files write it, and a reply's answer.

No released code is used; both states are told in the project's notes on it, and what those leave open
is decided by us and said where it stands.
"""

from collections.abc import Callable

from dmlr.boxes import last_boxed
from dmlr.records import Gold
from dmlr.verify.decision import Posed


def released_gold(gold: Gold, posed: Posed) -> str:
    r"""The whole gold string as the released file of the question's benchmark writes it.

    Both released states compare with that string: ``C. 145°`` (MathVista, MathVision, ScienceQA),
    ``A: text`` (MMStar), ``(a) text`` (MMVP), ``\boxed{No}`` (HallusionBench) and ``\boxed{4+\sqrt{2}}``
    (MathVision). MM-Math's file is not known; a box is our guess. Any other benchmark has the letter
    before the text, or the text.

    A gold that came from such a file has its string. It is put together for the golds of other sources,
    and then differs from the file in 346 of MMStar's golds, where the file has a bare letter (twice a
    piece of the question), and in 29 of MathVision's, which have dollars or a blank inside the box.
    """
    if gold.solution:
        return gold.solution
    if gold.letter is None:
        return BOXED.format(gold.text) if posed.benchmark in BOXED_TEXTS else gold.text
    return LETTERED.get(posed.benchmark, _dotted)(gold.letter, gold.text)


def _dotted(letter: str, text: str) -> str:
    return f"{letter}. {text}"


def _mathvision(letter: str, text: str) -> str:
    """A bare letter in a box where the text has a comma, at which the released lists were cut."""
    return BOXED.format(letter) if "," in text or not text else _dotted(letter, text)


BOXED = "\\boxed{{{}}}"
BOXED_TEXTS = ("mathvision", "mm-math", "hallusionbench")
LETTERED: dict[str, Callable[[str, str], str]] = {
    "mathvision": _mathvision,
    "mmstar": lambda letter, text: f"{letter}: {text}",
    "mmvp": lambda letter, text: f"({letter.lower()}) {text}",
}


def boxed_answer(reply: str) -> str | None:
    """The last box of the reply; None where there is none, or nothing in it."""
    return last_boxed(reply) or None


def tagged_answer(reply: str) -> str | None:
    """What the last closed answer tag holds; None where there is none, or nothing in it."""
    end = reply.rfind("</answer>")
    start = reply.rfind("<answer>", 0, max(end, 0))
    return reply[start + len("<answer>") : end].strip() or None if start >= 0 else None
