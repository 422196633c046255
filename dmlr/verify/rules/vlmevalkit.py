r"""Rule set vlmevalkit: what VLMEvalKit's rules say about a reply, by benchmark, faults included.

Source: our notes on VLMEvalKit at commit e8e78f0; none of its code is used. Where it asks a language
model, the reply is unparsed (at the end of its tries it would take a random option). Options are
inferred as with its VERBOSE unset; with it, a reply whose only letter is "A" counts less often.
MM-Math is judged as its rules say in the main thread: at that commit they run in other threads, where
all but identical answers fail.

Ours, where the notes say nothing: which punctuation parts words, case does not count in an option's
text. MathVision: a reply that is a plain number is read, any other that is not the gold's text is put to
the model. MM-Math: "within 1e-2" is a difference of 0.0101 at most, as for its computed values; without
box and dollars nothing is read; plain numbers and fractions are compared, and what its sympy would
compute is unparsed.
"""

import re
from string import punctuation

from dmlr.boxes import boxes
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

NAME = "vlmevalkit"
BLANKS = str.maketrans(dict.fromkeys(".,:;!?()[]{}*#$", " "))  # what parts an option's letter
NO_PUNCTUATION = str.maketrans(dict.fromkeys(punctuation, " "))
DOLLARS = re.compile(r"\$([^$]+)\$")
WRAPPED = re.compile(r"\\(?:text|mathrm)\{([^{}]*)\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
BRACKETS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
NEAR = 1e-2 * 1.01  # MM-Math's precision, with the leeway that its computed values get


def judge(reply: str, gold: Gold, posed: Posed) -> Decision:
    """Judge one reply; failed where VLMEvalKit has no rule for the benchmark."""
    return by_family(NAME, RULES, reply, gold, posed)


def inferred(reply: str, options: tuple[str, ...]) -> tuple[str, str] | None:
    """The one option that a reply names, with what named it: letter, or else text; None if not one.

    The article A is a letter too, and an option's text counts inside other words.
    """
    letters, words, low = lettered(options), set(reply.translate(BLANKS).split()), reply.lower()
    named = [letter for letter in letters if letter in words]
    if len(named) == 1:
        return named[0], "letter"
    held = [letter for letter, text in letters.items() if text.strip() and text.lower() in low]
    return (held[0], "text") if len(held) == 1 else None


def _choice(reply: str, gold: Gold, posed: Posed) -> Decision:
    found = inferred(reply, posed.options)
    if found is None:
        return asks_model(NAME, f"{NAME} {posed.benchmark} option")
    letter, way = found
    return compared(letter == gold.letter, f"{NAME} {posed.benchmark} option {way}", letter)


def _mathvista_number(reply: str, gold: Gold, posed: Posed) -> Decision:
    """Equal as numbers of the gold's kind; the decimals that count are not looked at."""
    del posed
    rule, read = f"vlmevalkit mathvista {gold.kind}", {"integer": int, "float": float}[gold.kind]
    try:
        found = read(reply)
    except ValueError:
        return asks_model(NAME, rule)
    return compared(found == read(gold.text), rule, reply.strip(), str(found))


def _mathvista_list(reply: str, gold: Gold, posed: Posed) -> Decision:
    """Wrong whatever the reply says, and settled (VLMEvalKit issue 1679)."""
    del gold, posed
    answer = reply.strip() or None
    reason = "no list is ever right here (VLMEvalKit issue 1679)"
    return Decision("wrong", answer, "vlmevalkit mathvista list", reason, compared=answer)


def _mathvision(reply: str, gold: Gold, posed: Posed) -> Decision:
    del posed
    rule, answer = "vlmevalkit mathvision", reply.strip()
    found, wanted = number(answer), number(gold.text)
    if answer and answer == gold.text:
        return compared(True, f"{rule} text", answer)
    if found is None or wanted is None:
        return asks_model(NAME, rule)
    return compared(abs(found - wanted) < 1e-6, f"{rule} number", answer, str(found))


def _mm_math(reply: str, gold: Gold, posed: Posed) -> Decision:
    """All answers of the reply against all of the gold, in any order; one too many is wrong."""
    del posed
    rule, stated = "vlmevalkit mm-math", _stated(reply)
    if not stated:
        return nothing(rule, "no \\boxed{} and no $...$ in the last line")
    found = _parts(stated)
    right = _matched(_parts(gold.text), found)
    if right is None:
        reason = "here vlmevalkit computes with sympy, which is not reproduced"
        return Decision("unparsed", None, rule, reason, settled=False)
    settled = right or gold.kind in ("integer", "float")
    return compared(right, rule, stated, ", ".join(found), settled=settled)


def _stated(reply: str) -> str:
    """All boxes, else what stands in dollars in the last line; joined by commas."""
    last = reply.strip().rpartition("\n")[2]
    return ",".join(filter(None, boxes(reply) or DOLLARS.findall(last)))


def _parts(text: str) -> list[str]:
    r"""The answers that a text lists: cut at commas outside brackets, ``\pm`` as two."""
    depth, cuts = 0, [-1]
    for place, sign in enumerate(text):
        depth = max(0, depth + BRACKETS.get(sign, 0))
        if sign == "," and depth == 0:
            cuts.append(place)
    cut = [text[a + 1 : b] for a, b in zip(cuts, [*cuts[1:], len(text)], strict=True)]
    parts = [_bare(part) for part in cut]
    return [one for part in parts for one in dict.fromkeys(part.replace("\\pm", s) for s in "+-")]


def _bare(part: str) -> str:
    """An answer without Chinese words and units, and only what is right of its last equals sign."""
    return undressed(WRAPPED.sub(r"\1", CHINESE.sub("", part)).rpartition("=")[2])


def _matched(wanted: list[str], found: list[str]) -> bool | None:
    """Whether the answers are the same in some order; None where only a computation could tell."""
    if len(wanted) != len(found):
        return False
    left, open_ = list(found), False
    for one in wanted:
        same = [_same(one, other) for other in left]
        if True in same:
            del left[same.index(True)]
        elif None in same:
            open_ = True
        else:
            return False
    return None if open_ else True


def _same(wanted: str, found: str) -> bool | None:
    """Equal as texts, or as numbers, where a hundredth and the hundredfold of the gold are right too."""
    if wanted == found:
        return True
    value, right = number(found), number(wanted)
    if value is None or right is None:
        return None
    return any(abs(value - right * factor) <= NEAR for factor in (1, 100, 0.01))


def _hallusionbench(reply: str, gold: Gold, posed: Posed) -> Decision:
    """Which of the words yes and no stands in the reply; with both or neither a model is asked."""
    del posed
    words = {"yes", "no"} & set(reply.lower().translate(NO_PUNCTUATION).split())
    rule = "vlmevalkit hallusionbench word"
    if len(words) != 1:
        return asks_model(NAME, rule)
    word = words.pop().capitalize()
    return compared(word == gold.text, rule, word)


RULES: Rules = {
    "mathvista": {
        "choice": _choice,
        "integer": _mathvista_number,
        "float": _mathvista_number,
        "list": _mathvista_list,
    },
    "mathvision": {"choice": _choice}
    | dict.fromkeys(("integer", "float", "list", "expression"), _mathvision),
    "mm-math": dict.fromkeys(("integer", "float", "list", "expression", "yesno"), _mm_math),
    "hallusionbench": {"yesno": _hallusionbench},
    "mmvp": {"choice": _choice},
    "mmstar": {"choice": _choice},
    "scienceqa": {"choice": _choice},
}
