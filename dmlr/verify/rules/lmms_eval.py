r"""Rule set lmms-eval: what lmms-eval's rules say about a reply, by benchmark, faults included.

Source: our notes on lmms-eval at commit 75571cf; none of its code is used. Where it asks a language
model, the reply is unparsed. MM-Math is not one of its tasks.

Ours, where the notes say nothing: blanks around a reply do not count. MathVision: a leading letter is a
first line of its own, a box goes before a phrase, what stands behind a phrase ends with its line or
sentence, the units are those of length; plain numbers and fractions are compared and the rest of what
latex2sympy could compute is not, so a gold that is a formula is unparsed when its text differs.
MMStar: the ranks below the leading letter. ScienceQA: case counts. MathVista: an integer or decimal is
one where Python reads it; a decimal without a precision is not rounded. The notes suspect that a
precision stored as a float fails all of MathVista's decimals there; that was not run, so not kept.
"""

import re

from dmlr.records import Gold
from dmlr.verify.decision import Decision, Posed
from dmlr.verify.rules.frameworks import (
    Rules,
    asks_model,
    by_family,
    compared,
    lettered,
    nothing,
    number,
    undressed,
)

NAME = "lmms-eval"
PARENTHESISED = re.compile(r"\(([A-Za-z])\)")
TRAILING = re.compile(r" (?:([A-Z])|\(([A-Z])\))\.\Z")
FIRST_LINE = re.compile(r"(?:([A-Z])|\(([A-Z])\))\.?(?:\n|\Z)")
IS_NUMBER = re.compile(r" is ([+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?)\.\Z")
PHRASE = re.compile(r"the (?:final |correct )?answer is", re.IGNORECASE)
MMVP = re.compile(r"([AB])\)?(?:\s|\Z)", re.IGNORECASE)
SCIENCEQA = re.compile(r"([A-Z])(?:\.|\Z)")


def judge(reply: str, gold: Gold, posed: Posed) -> Decision:
    """Judge one reply; failed where lmms-eval has no rule for the benchmark."""
    return by_family(NAME, RULES, reply, gold, posed)


def _mathvista_choice(reply: str, gold: Gold, posed: Posed) -> Decision:
    """An option's text as it stands; an empty reply becomes the shortest option, so may be right."""
    rule, text = "lmms-eval mathvista nearest choice", reply.strip()
    if not posed.options or (text and text not in posed.options):
        return asks_model(NAME, rule)
    taken = _nearest(text, posed.options)
    return compared(taken == gold.text, rule, taken)


def _nearest(text: str, options: tuple[str, ...]) -> str:
    """The option that a letter names, or the one of the smallest edit distance.

    The text is empty or an option. A letter in parentheses stands for all of it, even that of f(x).
    """
    named = PARENTHESISED.search(text)
    text = named[1].upper() if named else text
    letters = lettered(options)
    if text in letters:
        return letters[text]
    # What is neither an option's letter nor an option is one letter at most, whose distance is plain.
    return text if text in options else min(options, key=lambda option: _distance(text, option))


def _distance(letter: str, option: str) -> int:
    """Edit distance between a text and a single letter or nothing."""
    return max(len(option), len(letter)) - int(bool(letter) and letter in option)


def _mathvista_integer(reply: str, gold: Gold, posed: Posed) -> Decision:
    del posed
    rule = "lmms-eval mathvista integer"
    if not reply.strip():
        return nothing(rule, "the reply is empty, which is no integer")
    try:
        value = str(int(reply))
    except ValueError:
        return asks_model(NAME, rule)
    return compared(value == gold.text, rule, reply.strip(), value)


def _mathvista_float(reply: str, gold: Gold, posed: Posed) -> Decision:
    """Rounded to the decimals that count, then the same text as the gold's."""
    del posed
    rule = "lmms-eval mathvista float"
    if not reply.strip():
        return nothing(rule, "the reply is empty, which is no number")
    try:
        found = float(reply)
    except ValueError:
        return asks_model(NAME, rule)
    value = str(found if gold.precision is None else round(found, gold.precision))
    return compared(value == gold.text, rule, reply.strip(), value)


def _mathvista_list(reply: str, gold: Gold, posed: Posed) -> Decision:
    del gold, posed
    rule = "lmms-eval mathvista list"
    if not reply.strip():
        return nothing(rule, "the reply is empty, which is no list")
    return asks_model(NAME, rule)


def _mathvision(reply: str, gold: Gold, posed: Posed) -> Decision:
    """The letter, the text or the number of the gold, case aside; numbers to two decimals."""
    rule, letters = "lmms-eval mathvision", lettered(posed.options)
    piece = _stated(reply.strip(), letters)
    found = _lowered(piece)
    if not found:
        return nothing(rule, "the reply states nothing")
    texts = [_lowered(text) for text in (gold.letter or "", gold.text)]
    if found in filter(None, texts):
        return compared(True, f"{rule} text", piece, found)
    value, wanted = number(found), number(texts[1])
    if value is not None and wanted is not None and round(value, 2) == round(wanted, 2):
        return compared(True, f"{rule} number", piece, found)
    if gold.letter is None and wanted is None:
        reason = "here lmms-eval computes with latex2sympy, which is not reproduced"
        return Decision("unparsed", None, rule, reason, settled=False)
    options = {_lowered(text) for pair in letters.items() for text in pair}
    if found in options if gold.letter else value is not None:
        return compared(False, rule, piece, found)
    reason = "the reply's answer is no " + ("option" if gold.letter else "plain number")
    return Decision("wrong", piece, rule, reason, compared=found, settled=False)


def _stated(reply: str, letters: dict[str, str]) -> str:
    r"""The piece of a reply that states its answer, else the whole.

    A box reaches from the first ``oxed{`` to the last closing brace: with two of them it is no answer.
    """
    for found in (TRAILING.search(reply[-8:]), FIRST_LINE.match(reply)):
        if found and (found[1] or found[2]) in letters:
            return found[1] or found[2]
    if found := IS_NUMBER.search(reply[-64:]):
        return found[1]
    _, box, rest = reply.partition("oxed{")
    if box:
        return rest.rpartition("}")[0] or rest
    return _behind_phrase(reply)


def _behind_phrase(reply: str) -> str:
    *_, last = [0, *(phrase.end() for phrase in PHRASE.finditer(reply))]
    if not last:
        return reply
    return reply[last:].lstrip(": \n").partition("\n")[0].partition(". ")[0].rstrip(". ")


def _lowered(text: str) -> str:
    r"""A text as MathVision's answers are compared; ``\text{}`` stays, so it equals no option."""
    plain = undressed(text).lower()
    alone = re.fullmatch(r"\(([a-z])\)", plain)
    return alone[1] if alone else plain


def _hallusionbench(reply: str, gold: Gold, posed: Posed) -> Decision:
    """Its fallback, which nothing there calls: "yes" anywhere is Yes, also in "eyes", else No.

    In truth it asks a model every time, so neither answer is settled.
    """
    del posed
    word = "Yes" if "yes" in reply.lower() else "No"
    rule = "lmms-eval hallusionbench fallback, unused there"
    return compared(word == gold.text, rule, word, settled=False)


def _mmvp(reply: str, gold: Gold, posed: Posed) -> Decision:
    r"""The first a or b before a blank or the end: an article counts, a boxed or bold letter not."""
    del posed
    found, rule = MMVP.search(reply), "lmms-eval mmvp letter"
    if found is None:
        return nothing(rule, "no a or b before a blank or the end")
    return compared(found[1].upper() == gold.letter, rule, found[1], found[1].upper())


def _mmstar(reply: str, gold: Gold, posed: Posed) -> Decision:
    """A letter that the reply begins with, else one in parentheses, else the first that stands alone."""
    rule, letters = "lmms-eval mmstar letter", "".join(lettered(posed.options))
    ranks = (rf"\A\s*([{letters}])\b", rf"\(([{letters}])\)", rf"\b([{letters}])\b")
    found = (
        next(filter(None, (re.search(rank, reply) for rank in ranks)), None) if letters else None
    )
    if found is None:
        return nothing(rule, "no option's letter stands alone")
    return compared(found[1] == gold.letter, rule, found[1])


def _scienceqa(reply: str, gold: Gold, posed: Posed) -> Decision:
    """The letter and nothing else, or a text that begins with the letter and a point."""
    del posed
    found, rule = SCIENCEQA.match(reply.strip()), "lmms-eval scienceqa letter"
    if found is None:
        return nothing(rule, "must be a letter, or begin with one and a point")
    return compared(found[1] == gold.letter, rule, found[1])


RULES: Rules = {
    "mathvista": {
        "choice": _mathvista_choice,
        "integer": _mathvista_integer,
        "float": _mathvista_float,
        "list": _mathvista_list,
    },
    "mathvision": dict.fromkeys(("choice", "integer", "float", "list", "expression"), _mathvision),
    "hallusionbench": {"yesno": _hallusionbench},
    "mmvp": {"choice": _mmvp},
    "mmstar": {"choice": _mmstar},
    "scienceqa": {"choice": _scienceqa},
}
