"""Expressions: LaTeX or text that is handed to a comparison of mathematics."""

import re

from dmlr.verify.extraction.dress import LONGEST, latex, unmarked
from dmlr.verify.extraction.unread import Read, Unread

PROSE = 200  # characters; what has words and is longer explains, it does not answer
FORMULA = 1000  # characters; longer than any gold
_COMMANDS = re.compile(r"\\[A-Za-z]+")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_NAMES = re.compile("[A-Z]{2,4}")  # points of a figure
_MATHEMATICS = (
    "sin cos tan cot sec csc arcsin arccos arctan log ln exp lim max min sqrt pi or and mod"
    " cm mm km kg frac deg th alpha beta theta"
)
_SENTENCE = (
    "clear unclear obvious unknown undetermined correct incorrect wrong right same consistent not as is"
    " are was shown given found below above here following obtained determined calculated derived it"
    " this that we you to the in on from by with"
)
_FUNCTIONS = frozenset(_MATHEMATICS.split())
# Words of a sentence that tells of an answer and does not say it.
_TELLING = frozenset(_SENTENCE.split())
_REFUSAL = re.compile(
    r"""(?ix)
    \W* (?: (?:it|this|the\ \w+)\ )?
    (?: (?:can(?:not|'t|\ not)|could\ not|unable\ to)\b .{0,40} | n\ ?/?\ ?a | sorry\b .{0,80}
      | (?:i\ )? (?:do\ not|don't)\ know .{0,40} | (?:not\ enough|insufficient|no\ sufficient)\b .{0,40}
      | (?:is\ )? (?:undetermined|indeterminate|unknown|unclear|unanswerable|not\ determined)
      | (?:your\ |the\ )?(?:final\ )?answer(?:\ here)? | step\ \d+ \b [^=]*
      | (?:无法|不能)(?:确定|判断|回答).{0,20} | 信息不足 | 不知道 ) \W*
    """
)
_QUOTED_MATH = re.compile(r"(\$[^$]{1,400}\$)(?=[^$\d=]*$)")


def expression(text: str, *, stated: bool, boxed: bool) -> Read:
    """The expression that a text is.

    Args:
        text: a piece of a reply.
        stated: True where the piece is said to be the answer; up to three words may then be one.
        boxed: True in a box or an answer tag, where a sentence is an answer too.
    """
    if len(text) > LONGEST:
        return Unread("is prose and no expression")
    found = _QUOTED_MATH.match(text.strip()) if stated and not boxed else None
    bare = latex(unmarked(found[1] if found and not _alternative(text) else text))
    if not bare:
        return Unread("is empty")
    if _REFUSAL.fullmatch(bare) or (not stated and text.rstrip().endswith((",", ":"))):
        return Unread("is a refusal or a beginning and no expression")
    words = _words(bare)
    if len(bare) > (PROSE if len(words) > 8 else FORMULA):
        return Unread("is prose and no expression")
    if boxed or not words:
        return bare
    limit = 3 if stated else 2
    if len(words) > limit or _TELLING & {word.lower() for word in words}:
        return Unread("is prose and no expression")
    return bare


def _alternative(text: str) -> bool:
    return re.search(r"\b(?:or|and)\b", text) is not None


def _words(bare: str) -> list[str]:
    found = _WORDS.findall(_COMMANDS.sub(" ", bare))
    return [word for word in found if word.lower() not in _FUNCTIONS and not _NAMES.fullmatch(word)]
