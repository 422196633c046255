"""Phrases that state an answer ("the answer is", "Answer:", 故选), and what they state."""

import re
from dataclasses import dataclass

from dmlr.verify.extraction.clauses import LONGEST, first_end, sentence
from dmlr.verify.extraction.hedges import hedged

MOST = 100  # of the phrases of a reply, the last ones

_TELLS = (
    r"(?:is|are|was|(?:would|should|must|will|has\ to)\ (?:(?:therefore|thus|then|clearly)\ )?be)\b"
)
_ANSWER = re.compile(
    rf"""(?ix)
    \b(?:answers?|ans)\b (?:\ (?:choice|option|letter))?
    (?:\ to\ (?:the|this|your)\ (?:question|problem|puzzle)
        |\ (?:among|from|of|out\ of)\ (?:the|these|those)\ (?:\w+\ )?(?:choices|options|answers))?
    ["']? \ ?
    (?: (?P<colon>[:=—]) | {_TELLS} | (?P<heading>\n) )
    | \bfinal\ answer\ (?=[(\[$\\\d]|-(?!\ )|(?-i:[A-Z])\b)
    | \[答案\] | 答案 (?:应该|应|就)? (?:是|为|选|:) | (?:^|(?<=\n)) 答\ ?:
    """
)
_CHOICE = re.compile(
    rf"""(?ix)
    \b(?:correct|right|best|appropriate|matching)\ (?:option|choice|one|letter|statement)s?
        (?:\ letter|\ to\ choose)? \ ? (?::|{_TELLS})
    | \b(?:option|choice|statement|answer)\ (?:that|which)(?P<which>(?:\ [\w'-]{{1,20}}){{1,8}}?)\ is
        (?=:?\ [(\[]?(?-i:[A-Z])\b)
    | \b(?:my|the|final)\ choice\ ?(?::|{_TELLS})
    | (?P<picked>\b(?:I|we)(?:'d|'ll|\ would|\ will)?\ (?:choose|select|pick|go\ with)\b)
    | \banswer\ -\ (?=[(\[]?(?-i:[A-Z])\b)
    | 正确的? (?:选项|答案|说法|结论|一项)? (?:是|为|:)
    | (?:故|应|该|所以|因此|应当) 选 (?:择)? (?:选项)? :?
    | (?<![不挑当筛备首任精候别勿]) 选 (?:择)? :? \ ? (?=[(\[]?(?-i:[A-Z])(?![A-Za-z]))
    """
)
_HEADING = re.compile(r"(?i)(?:^|\n)\W*(?:the )?(?:(?:final|correct|my) )*$")
_NEGATIVE = re.compile(r"(?i)\b(?:not|never|least|wrong|incorrect|false|except|cannot)\b|n't\b")
_FILLER = re.compile(
    r"(?i)(?:[\s:,]+|(?:therefore|thus|clearly|indeed|simply|most likely|likely|probably|just|hence|then"
    r"|definitely|certainly|obviously|actually|equal to|the (?:number|value|integer|letter))\b(?!-))"
)
_BLANK = re.compile(r"[\s:,]*")
_QUOTED = re.compile(r"\"([^\"\n]{1,300})\" ?(?=[,}\].;]|$)")


@dataclass(frozen=True)
class Statement:
    """What a phrase states: ``line`` to the end of its line, ``sentence`` to the end of its sentence.

    The sentence is without the words that say how sure it is ("clearly", "most likely").
    ``end`` is where in the text the answer has been said. ``picked`` is True for what somebody chooses,
    which may also be a point of a figure.
    """

    end: int
    line: str
    sentence: str
    picked: bool = False


def statements(text: str, *, choices: bool) -> list[Statement]:
    """What the phrases of a text state, in its order.

    Questions and suppositions ("if the answer is B") state nothing.

    Args:
        text: a text that is folded and has no Markdown.
        choices: True counts the phrases that name options too.
    """
    cues = list(_ANSWER.finditer(text))
    if choices:
        cues = sorted([*cues, *_CHOICE.finditer(text)], key=lambda cue: cue.start())
    found = [_statement(text, cue, choices) for cue in cues[-MOST:]]
    return [statement for statement in found if statement is not None]


def _statement(text: str, cue: re.Match[str], choices: bool) -> Statement | None:
    groups = cue.groupdict()
    if _NEGATIVE.search(groups.get("which") or "") or hedged(text, *cue.span()):
        return None
    if groups.get("heading") and not _HEADING.search(text[max(0, cue.start() - 40) : cue.start()]):
        return None
    said = _BLANK.match(text, cue.end())
    begin = said.end() if said else cue.end()
    quoted = _QUOTED.match(text, begin)
    if quoted:
        return Statement(quoted.end(), quoted[1], quoted[1])
    line = _line(text, begin)
    begin = _after_fillers(text, begin)
    listed = "\n" in text[cue.start() : begin]
    if listed and text.startswith("- ", begin):  # a bullet and no minus sign
        line, begin = line[2:], begin + 2
    answer = sentence(_line(text, begin), labelled=choices, listed=listed)
    if not answer or answer.endswith("?") or _article(cue, answer):
        return None
    return Statement(begin + first_end(answer), line, answer, bool(groups.get("picked")))


def _line(text: str, begin: int) -> str:
    """The rest of a line, without the brace that ends JSON."""
    line = text[begin : begin + LONGEST].split("\n", 1)[0]
    return line if "{" in line else line.rstrip(" }")


def _after_fillers(text: str, begin: int) -> int:
    for _ in range(4):
        filler = _FILLER.match(text, begin)
        begin = filler.end() if filler else begin
    return begin


def _article(cue: re.Match[str], said: str) -> bool:
    """True for a small a or i at the very end of a reply: one that was cut off, no letter."""
    return not cue.groupdict().get("colon") and said.strip() in ("a", "i")
