"""Extraction: the answer that a reply states, or why it states none."""

from dmlr.verify.extraction import places
from dmlr.verify.extraction.dress import unmarked
from dmlr.verify.extraction.folding import folded
from dmlr.verify.extraction.lines import alone, first
from dmlr.verify.extraction.reading import Reading
from dmlr.verify.extraction.stated import called_right, marked, phrased
from dmlr.verify.extraction.wanted import Kind as Kind
from dmlr.verify.extraction.wanted import Wanted


def extract(reply: str, kind: Kind, options: tuple[str, ...] = ()) -> Reading:
    r"""The answer that a reply states.

    Looked at, in this order, is what follows the reasoning: the last ``\boxed{}``, answer tags, phrases
    such as "the answer is", the whole reply, the last line, the first line. A box or a tag decides also
    where it cannot be read, and so does what names several answers; a phrase that the first line
    contradicts names several. Nothing is guessed from prose. Reasoning that is all there is counts only
    by a box or a tag.

    Args:
        reply: anything that a model may write.
        kind: the kind of answer that is looked for (``Gold.kind``).
        options: the options that were offered, in the order of their letters.

    Returns:
        The answer: a capital letter; a plain decimal, or a fraction in lowest terms where none is exact
        (a percent sign or unit stays in ``raw``); "[1, 2]"; Yes or No; LaTeX without its dress.
    """
    parts = places.parts(places.without_fences(unmarked(folded(reply))))
    wanted = Wanted(kind, options)
    if not parts.final and not parts.reasoning:
        return Reading(None, reason="the reply is empty")
    found = _search(parts.final, wanted)
    if found.value is not None or parts.lacking is None:
        return found
    forced = marked(parts.reasoning, wanted)
    if forced and forced.value is not None:
        return forced
    return Reading(None, reason=f"the reply {parts.lacking}")


def _search(text: str, wanted: Wanted) -> Reading:
    """The first place that decides; a phrase that cannot be read leaves it to the lines."""
    found = marked(text, wanted)
    if found:
        return found
    phrase = phrased(text, wanted, first(text, wanted))
    if phrase and phrase.decides:
        return phrase.reading
    line = alone(text, wanted)
    right = called_right(text, wanted)
    if right and right.decides:
        return _agreeing(right.reading, line)
    if line is None or (line.value is None and phrase):
        line = phrase.reading if phrase else None
    return line or Reading(None, reason="states no answer")


def _agreeing(right: Reading, line: Reading | None) -> Reading:
    """What is called right, unless the first or last line is another answer."""
    if line is None or line.value in (None, right.value) or right.value is None:
        return right
    both = f"states several answers: {right.value}, {line.value}"
    return Reading(None, line.raw, line.place, both)
