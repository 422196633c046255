"""Choices: the option that a text names, by letter or by text."""

import re

from dmlr.verify.extraction.dress import LONGEST, plain
from dmlr.verify.extraction.option_texts import letters, options_with
from dmlr.verify.extraction.unread import Read, Unread

_LEAD = (
    r"(?:(?i:(?:the )?(?:(?:final|correct|right|best) )?(?:answer|option|choice|letter)) ?:? ?"
    r"|选项? ?)?"
)
_ALONE = re.compile(rf"(?P<lead>{_LEAD})[(\[]? ?(?P<letter>[A-Za-z]) ?[)\]]?(?: ?选?项)? ?[.:,;!]?")
_LABELLED = re.compile(
    rf"{_LEAD}(?:[(\[] ?(?P<bracketed>[A-Za-z]) ?[)\]](?: ?[.:,]| -(?= ))?|(?P<pointed>[A-Za-z])[.:)\]]"
    r"|(?P<equal>[A-Z]) ?="
    r"|(?P<other>[A-Z])(?: ?[,;—、]| -(?= )| (?=\()))[ :]?(?P<rest>.+)",
    re.DOTALL,
)
_WORDED = re.compile(rf"{_LEAD}(?P<letter>[A-Z]) (?P<rest>.+)", re.DOTALL)
_ONE = r"(?:(?:option|choice) )?[(\[]?(?<![A-Za-z])([A-Z])(?![A-Za-z'])[)\]]?"
_JOINT = r"(?: ?[,/&+;、] ?| (?=or |and )| ?(?=[或和与及]))(?:or |and |或|和|与|及)?"
_RUN = rf"(?:(?i:either|both|between|options?|choices?|选项?) )?{_ONE}(?:{_JOINT}{_ONE}){{1,25}}"
_LISTED = re.compile(rf"{_RUN} ?[.;)]?")
_JOINED = re.compile(
    rf"(?:(?i:either|both|between|options?|choices?) )?{_ONE}\.?,?"
    rf"(?: (?:or|and|and/or|&) | ?[或和与及] ?){_ONE}"
)
_LABEL = re.compile(r"(?:(?<=\s)|^)(?:[(\[]?([A-Z])[)\].:]|\(([a-z])\))(?= |$)")
_BRACKETED = re.compile(r"^\(([^()]*)\)$")
_VALUE = re.compile(r"([A-Z]) ?=")
_REFUSED = re.compile(r"(?i:not|neither|never|cannot|can't|except|none but) |不")


def choice(text: str, options: tuple[str, ...], *, stated: bool) -> Read:
    """The letter that a text names as its answer.

    A capital by itself is an option's label wherever it is one, also where it is another option's text
    (MMStar has such options): the prompts ask for a label.

    Args:
        text: a piece of a reply.
        options: those offered; with none, every letter may be one.
        stated: True where the piece is said to be the answer (a box, a tag, after "the answer is"):
            a letter may then be followed by words of explanation, elsewhere only by its option's text.
    """
    if len(text) > LONGEST:
        return Unread("is too long for a choice")
    bare = plain(text)
    offered = letters(options) or [chr(code) for code in range(ord("A"), ord("Z") + 1)]
    named = options_with(text, options)
    alone = _ALONE.fullmatch(bare)
    if alone:
        return _one(alone, named, offered)
    if named:
        return _named(bare, named, offered)
    if _REFUSED.match(bare):
        return Unread("says only what is not the answer")
    found = _several(bare, offered) or _labelled(bare, options, offered, stated=stated)
    return found or Unread("names no option by its letter or text")


def _one(alone: re.Match[str], named: list[str], offered: list[str]) -> Read:
    """A letter by itself; a small one may be the text of another option."""
    letter = alone["letter"].upper()
    text = named and letter not in named and not alone["lead"]
    if text and letter in offered and alone["letter"].islower():
        return Unread(f"{letter} is an option's letter and another one's text", several=True)
    if letter not in offered and text and len(named) == 1:
        return named[0]
    if letter not in offered:
        return Unread(f"{letter} is not offered, only {offered[0]} to {offered[-1]}")
    return letter


def _named(bare: str, named: list[str], offered: list[str]) -> Read:
    """The option that a text is, unless it gives a letter the value of another option (B = 3)."""
    if len(named) > 1:
        return Unread(f"is the text of several options: {', '.join(named)}", several=True)
    value = _VALUE.match(bare)
    if value and value[1] in offered and value[1] != named[0]:
        return Unread(f"names {value[1]} and the text of another option", several=True)
    return named[0]


def _several(bare: str, offered: list[str]) -> Unread | None:
    """Two letters or more, where a text lists them or joins them by a word."""
    run = _LISTED.fullmatch(bare) or _JOINED.match(bare)
    if run:
        found = dict.fromkeys(re.findall(r"(?<![A-Za-z])[A-Z](?![A-Za-z])", run[0]))
    elif (
        re.fullmatch("[A-Z]{2,6}", bare)
        and len(set(bare)) == len(bare)
        and set(bare) <= set(offered)
    ):
        found = dict.fromkeys(bare)
    else:
        return None
    if len(found) < 2:
        return None
    return Unread(f"names several options: {', '.join(found)}", several=True)


def _labelled(
    bare: str, options: tuple[str, ...], offered: list[str], *, stated: bool
) -> Read | None:
    """A letter and what follows it: its option's text, or words about it."""
    found = _LABELLED.match(bare)
    worded = None if found else _WORDED.match(bare)
    if not found:
        return _worded(worded, options) if worded else None
    written: str = found["bracketed"] or found["pointed"] or found["equal"] or found["other"]
    letter = written.upper()
    own = options_with(found["rest"], options, exact=False)
    own = own or options_with(_BRACKETED.sub(r"\1", found["rest"]), options, exact=False)
    labels = {(one[1] or one[2]).upper() for one in _LABEL.finditer(found["rest"])}
    if letter in own:
        return letter
    if own or labels & set(offered) - {letter}:
        return Unread(f"names {letter} and the text or letter of another option", several=True)
    if found["equal"]:
        return Unread(f"sets {letter} equal to what is not its text", several=True)
    if letter not in offered:
        return Unread(f"{letter} is not offered, only {offered[0]} to {offered[-1]}")
    if stated or not options:
        return letter
    return Unread(f"{letter} is followed by what is not its text")


def _worded(found: re.Match[str], options: tuple[str, ...]) -> Read | None:
    """A letter and its text with nothing between; before any other word a capital A is an article."""
    own = options_with(found["rest"], options)
    if found["letter"] in own:
        return found["letter"]
    if own and found["letter"] != "A":
        return Unread(f"names {found['letter']} and the text of another option", several=True)
    return None
