"""Hedges: words by which a reply tells of an answer that is not its own, or not its last."""

import re

_SENTENCE = re.compile(r"[.!?](?= )|\n")
_CLAUSE = re.compile(r"[.!?\n;:,]|\b(?:then|so|but)\b")
_UNSURE = re.compile(
    r"(?i)\b(?:if|suppose|supposing|assume|assuming|whether|unless|doubt|not sure|maybe|perhaps|not"
    r"|might|unlikely)\b|n't\b|如果|假设|若|是否"
)
_OTHERS = re.compile(
    r"""(?ix)
    \b(?:he|she|they|people|students?|some(?:one|body)?|many|others|children)\b
        [^.,;:\n]{0,30}\b(?:think|thinks|thought|say|says|said|believe[sd]?|claim(?:s|ed)?|guess(?:es|ed)?
        |argue[sd]?|assume[sd]?|conclude[sd]?)\b
    | \b(?:one|you)\ (?:may|could|would|often|easily|tend)\b
    | \b(?:mistake|mistaken|mistakenly|misconception|tempting|tempted|misled)\b
    | \b(?:wrong|incorrect|false|least\ likely|previous|initial|original|first|earlier|former|old|other
        |another|student's|his|her|their)\ $
    | 错误的?$|不$|有人|同学|学生|(?<!我)(?<!我们)认为|以为|最初|一开始|看似|似乎|之前
    """
)
_AT_FIRST = re.compile(r"(?i)\b(?:at first|initially|on first sight)\b")
_TURN = re.compile(r"(?i)\b(?:but|however|then|so|yet)\b|;")
_CONDITION = re.compile(
    r"(?i)\b(?:if|otherwise|unless)\b|(?:^|[:,;(] ?)(?:had|were)\b|如果|假如|若|否则"
)
_UNREAL = re.compile(r"(?i)\b(?:would|was|were|might|could)\b|[就应会]")
_LATER = re.compile(r"(?i)\b(?:if|unless|had it|were it)\b")
_DENIED = re.compile(r"(?i)\b(?:not|rather than|instead of)(?: |\$|\\\(|\*)*$|[不非]是? ?\$?$")
_TAKEN_BACK = re.compile(
    r"""(?ix)
    \b(?:but|though|although|however|yet)\b,?\ (?:this|that|it|they)\b(?:\ answer)?
        \ (?:is|was|are|were|would\ be|seems)\ (?:\w+\ )?
        (?:wrong|incorrect|false|mistaken|misleading|not\ (?:correct|right|true|so))\b
    | \bwhich\ (?:is|was|would\ be)\ (?:\w+\ )?(?:wrong|incorrect|false|not\ (?:correct|right|true))\b
    | \bbut\b[^.\n]{0,60}\b(?:shows?|proves?|reveals?|suggests?|tells?)\ otherwise\b
    | ^[^.!?\n]{0,80}[.!]\ (?:(?:however|but|yet|no),?\ )?(?:this|that|it)\b(?:\ answer)?
        \ (?:is|was|would\ be)\ (?:\w+\ )?(?:wrong|incorrect|mistaken|not\ (?:correct|right|true))\b
    | [这那此]\w{0,2}(?:错|不对|不正确)
    """
)
_REFUSED = re.compile(
    r"(?i)[$*)\\ ]{0,4} ?(?:is|are|was|would be)\b (?:\w+ )?"
    r"(?:wrong|incorrect|false|not (?:correct|right))\b"
)


def hedged(text: str, start: int, end: int) -> bool:
    """True where the words around a phrase doubt, suppose or take back what it says.

    ``start`` and ``end`` are the phrase's place. Doubt and other people's opinions count in its own
    clause, a supposition in its whole sentence and only with what is unreal ("had it been longer, the
    answer would be 9"): "if we add them, the answer is 8" supposes nothing.
    """
    clause = _CLAUSE.split(_sentence(text, start, 40))[-1]
    if _UNSURE.search(clause) or foreign(text, start):
        return True
    rest = text[end : end + 200].lstrip(" :")
    unreal = _UNREAL.search(text, start, end) is not None
    return bool(
        supposed(text, start, unreal=unreal)
        or (unreal and _LATER.search(_SENTENCE.split(rest, maxsplit=1)[0]))
        or _TAKEN_BACK.search(rest)
    )


def foreign(text: str, start: int) -> bool:
    """True where what follows is somebody else's answer, a wrong one, or one of an earlier look."""
    sentence = _sentence(text, start, 100)
    clause = _CLAUSE.split(sentence)[-1]
    return bool(_OTHERS.search(clause) or _AT_FIRST.search(_TURN.split(sentence)[-1]))


def supposed(text: str, start: int, *, unreal: bool = False) -> bool:
    """True where the sentence sets a condition and says what would be; or ``unreal`` says that."""
    sentence = _sentence(text, start, 300)
    found = _CONDITION.search(sentence)
    return bool(found and (unreal or _UNREAL.search(sentence, found.end())))


def denied(text: str, start: int) -> bool:
    """True where "not" or "rather than" stands right before the place."""
    return _DENIED.search(text[max(0, start - 30) : start]) is not None


def refused(text: str, end: int) -> bool:
    """True where what stands before the place is called wrong right behind it."""
    return _REFUSED.match(text, end) is not None


def _sentence(text: str, start: int, most: int) -> str:
    """What stands before the place in its sentence, ``most`` characters of it."""
    return _SENTENCE.split(text[max(0, start - most) : start])[-1].lstrip()
