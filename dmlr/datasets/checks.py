"""What can be doubtful about one row: its options, its golds and its texts."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dmlr.datasets import answers
from dmlr.datasets.answers import letter_of, option_of
from dmlr.datasets.mmstar import PADDING
from dmlr.datasets.options import offered
from dmlr.datasets.source import Loader, SourceRow
from dmlr.records import Gold

BACKSLASH_N = re.compile(r"\\n(?![a-z])")  # no LaTeX command such as \neq
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2060\ufeff]")
MARKER = re.compile(r"<image ?\d*>")
FAR_SCRIPT = re.compile("[\u0600-\u06ff\u0900-\u097f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
PASSAGE = re.compile(r"experiment|passage|\w+'s test\b", re.IGNORECASE)
BOXED_DOLLARS = re.compile(r"\\boxed\{[^}]*\$")
NUMBER_ASKED = re.compile(r"^Hint: .{0,80}?(integer answer|floating-point number|Python list)")
WORDS_ASKED = re.compile(r"\bone (?:word|sentence)\b", re.IGNORECASE)
PAIRS = ("()", "[]", "{}")


@dataclass(frozen=True)
class Check:
    """A question that is asked of every row.

    Args:
        name: what is wrong with a row that it finds, in a few words.
        explains: what follows from it for a score.
        finds: what exactly is wrong with a row, None where nothing is.
    """

    name: str
    explains: str
    finds: Callable[[SourceRow, Loader | None], str | None]


def _option_count(row: SourceRow, loader: Loader | None) -> str | None:
    """A wrong number of options in the wording of the released file, or else in the row's own."""
    allowed = loader.option_counts if loader else None
    count = len(offered(row.options, row.wordings, "released"))
    return None if allowed is None or count in allowed else f"{count} options"


def _one_option(row: SourceRow, loader: Loader | None) -> str | None:
    del loader
    return "one option" if len(row.options) == 1 else None


def _equal_options(row: SourceRow, loader: Loader | None) -> str | None:
    del loader
    texts = [text for text in row.options if text != PADDING]
    twice = sorted({text for text in texts if texts.count(text) > 1})
    return f"{twice[0]!r} stands twice" if twice else None


def _unbalanced(row: SourceRow, loader: Loader | None) -> str | None:
    del loader
    for i, text in enumerate(row.options):
        odd = text.count("$") % 2 or any(text.count(p[0]) != text.count(p[1]) for p in PAIRS)
        if odd:
            return f"option {letter_of(i)}: {text!r}"
    return None


def _lost_none(row: SourceRow, loader: Loader | None) -> str | None:
    """A "nan" that is no padding: the gold, or in front of a real option."""
    del loader
    golds = {gold.letter for gold in row.gold.values() if gold}
    for i, text in enumerate(row.options):
        behind = [later for later in row.options[i:] if later != PADDING]
        if text == PADDING and (behind or letter_of(i) in golds):
            return f"option {letter_of(i)} is {PADDING!r}"
    return None


def _padding(row: SourceRow, loader: Loader | None) -> str | None:
    if row.options[-1:] != (PADDING,) or _lost_none(row, loader):
        return None
    return f"{len([t for t in row.options if t == PADDING])} options are {PADDING!r}"


def _backslash_n(row: SourceRow, loader: Loader | None) -> str | None:
    del loader
    text = row.wordings.get("released") or "\n".join([row.question, *row.options])
    found = len(BACKSLASH_N.findall(text))
    return f"{found} times" if found else None


def _carriage_return(row: SourceRow, loader: Loader | None) -> str | None:
    del loader
    return "\\r" if any("\r" in text for text in _texts(row)) else None


def _residue(row: SourceRow, loader: Loader | None) -> str | None:
    del loader
    return "_x000D_" if any("_x000D_" in text for text in _texts(row)) else None


def _unseen(row: SourceRow, loader: Loader | None) -> str | None:
    del loader
    golds = [gold.text for gold in row.gold.values() if gold]
    found = {f"U+{ord(c):04X}" for text in [*_texts(row), *golds] for c in UNSEEN.findall(text)}
    return ", ".join(sorted(found)) or None


def _markers(row: SourceRow, loader: Loader | None) -> str | None:
    del loader
    found = {marker for text in _texts(row) for marker in MARKER.findall(text)}
    return f"{len(found)} markers, 1 picture" if len(found) > 1 else None


def _far_script(row: SourceRow, loader: Loader | None) -> str | None:
    del loader
    found = [c for text in _texts(row) for c in FAR_SCRIPT.findall(text)]
    return f"{len(found)} characters" if found else None


def _passage(row: SourceRow, loader: Loader | None) -> str | None:
    """A released prompt without the official hint; without that, one that asks about a passage."""
    prompt = row.wordings.get("released")
    if loader is None or not loader.hints or prompt is None:
        return None
    if "official" in row.gold:
        return "hint left out" if row.hint.strip() and row.hint.strip() not in prompt else None
    return "no hint" if PASSAGE.search(row.question) else None


def _bare_letter(row: SourceRow, loader: Loader | None) -> str | None:
    del loader
    found = (
        answers.LETTER.fullmatch(answers.without_box(row.solution.strip())) if row.options else None
    )
    return found[1] if found else None


def _boxed_twice(row: SourceRow, loader: Loader | None) -> str | None:
    del loader
    return row.solution if row.solution.count("\\boxed") > 1 else None


def _boxed_dollars(row: SourceRow, loader: Loader | None) -> str | None:
    del loader
    return row.solution if BOXED_DOLLARS.search(row.solution) else None


def _number_asked(row: SourceRow, loader: Loader | None) -> str | None:
    """A hint that asks for a number or a list where the answer is a letter."""
    del loader
    found = next((m for text in _texts(row) if (m := NUMBER_ASKED.search(text))), None)
    return found[1] if found and row.options else None


def _words_asked(row: SourceRow, loader: Loader | None) -> str | None:
    del loader
    found = WORDS_ASKED.search(row.question)
    return found[0] if found and any(g and g.kind == "yesno" for g in row.gold.values()) else None


def _texts(row: SourceRow) -> list[str]:
    return [row.question, *row.options, *row.wordings.values()]


CHECKS = (
    Check("broken option list", "its letters may name pieces of options", _option_count),
    Check("single option", "there is nothing to choose", _one_option),
    Check("equal options", "two letters have one text", _equal_options),
    Check("unbalanced option", "a bracket or dollar of it is missing", _unbalanced),
    Check("option 'nan' for 'None'", "a word was lost; the gold may be it", _lost_none),
    Check("option 'nan' as padding", "it is dropped from the official options", _padding),
    Check("literal backslash-n", "the model reads it as two characters", _backslash_n),
    Check("carriage return", "a line ends in two characters", _carriage_return),
    Check("_x000D_", "left over from a spreadsheet", _residue),
    Check("unseen character", "it is there and not shown", _unseen),
    Check("several image markers", "all parts are in one picture", _markers),
    Check("far script", "Arabic, Indic or East Asian characters", _far_script),
    Check("letter without a text", "nothing tells whether the letter is right", _bare_letter),
    Check("boxed twice", "a scorer that opens one box compares with the other", _boxed_twice),
    Check("dollars in the box", "a scorer that compares texts wants them too", _boxed_dollars),
    Check("asks for a number", "the answer is a letter", _number_asked),
    Check("asks for words", "the answer is yes or no", _words_asked),
    Check("passage without a hint", "the text it asks about is not there", _passage),
)


def gold_faults(row: SourceRow, labels: str, loader: Loader | None) -> Iterable[tuple[str, str]]:
    """What is doubtful about the gold of a label set: names of checks, and what they found."""
    gold = row.gold[labels]
    if gold is None:
        yield "no gold", "empty"
        return
    if gold.kind != "choice" or gold.letter is None:
        if row.options:
            yield "gold is no option", repr(gold.text[:60])
        return
    text = option_of(gold.letter, row.options)
    if text is None:
        yield "gold names no option", f"{gold.letter} of {len(row.options)}"
    elif gold.text and gold.text != text and not (text == PADDING or gold.text in text):
        yield "gold text is not its option", f"{gold.letter}. {gold.text[:60]!r}"
    elif (
        labels == "released"
        and loader
        and loader.gold_is_text
        and (other := _taken_from_text(row, gold))
    ):
        yield "letter may be another option's initial", f"{gold.letter}; {other}"


def _taken_from_text(row: SourceRow, gold: Gold) -> str | None:
    """The option whose text begins with the gold's letter, where it is not the gold itself.

    A converter that looked for a letter in the gold's text would have found that one (MathVista).
    """
    for i, text in enumerate(row.options):
        if letter_of(i) != gold.letter and text[:1].upper() == gold.letter and len(text) > 1:
            return f"{letter_of(i)}. {text[:60]!r}"
    return None


GOLD_CHECKS = {
    "no gold": "no reply can be right under these labels",
    "gold is no option": "no letter can be told from it, and none is guessed",
    "gold names no option": "no reply can be right under these labels",
    "gold text is not its option": "letter and text contradict each other",
    "letter may be another option's initial": "suspect that it was read off that option's text",
}
