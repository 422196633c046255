"""Folding: the many characters that a model writes for one, brought to that one.

Nothing here changes what a reply says: full-width letters and digits, dashes that are minus signs,
quotes, blanks of every width, marks that are not seen, tokens of a chat template.
"""

import re
import unicodedata

_FOLDS = {
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212\ufe63"), "-"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u300c\u300d\u300e\u300f\u00ab\u00bb"), '"'),
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u2032"), "'"),
    **dict.fromkeys([0x09, 0x0B, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "),
    **dict.fromkeys([0x0C, 0x0D, 0x85, 0x2028, 0x2029], "\n"),
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},  # the full-width forms
    **{ord("。"): ". ", ord("【"): "[", ord("】"): "]", ord("⁄"): "/", ord("∕"): "/"},
    **{ord("✕"): "×", ord("º"): "°", ord("˚"): "°", ord("≃"): "≈"},
}
# Letters and digits of mathematical alphabets, or in a circle (several circled digits are no number).
_STYLED = re.compile(
    "[\u24b6-\u24e9\U0001d400-\U0001d7ff]|(?<![\u2460-\u2473])[\u2460-\u2473](?![\u2460-\u2473])"
)
_VULGAR = re.compile("([0-9]?)([\u00bc-\u00be\u2150-\u215e])")
# Format and control characters, variation selectors; a lone surrogate, which no file can store.
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_TOKENS = re.compile(r"<\|[A-Za-z_]{1,30}\|>|</s>|<eos>|</?(?:b|i|u|p|em|strong|center|span)>")
_BREAK = re.compile(r"<br ?/?>")
_BOX = re.compile(r"\\(?:boxed|fbox|framebox) (?=\{)|\\(?:fbox|framebox)(?=\{)")
# What is left of a command whose backslash and first letter were read as an escape: \b, \f, \t.
_ESCAPED = {"\x08oxed{": r"\boxed{", "\x0crac{": r"\frac{", "\text{": r"\text{"}
# A command whose backslash was escaped once too often.
_DOUBLED = re.compile(r"\\\\(?=(?:boxed|[dt]?frac|text|sqrt|pi|circ|times|mathrm|left|right)\b)")
_BLANKS = re.compile(r" {2,}")
_LINES = re.compile(r" ?\n[ \n]*")


def folded(text: str) -> str:
    """The text in plain characters, without runs of blanks or empty lines."""
    for broken, command in _ESCAPED.items():
        text = text.replace(broken, command)
    text = _box_tokens(_SURROGATE.sub("\ufffd", text).translate(_FOLDS))
    text = _BREAK.sub("\n", _TOKENS.sub("", _UNSEEN.sub("", text)))
    text = _STYLED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = _BOX.sub(r"\\boxed", _DOUBLED.sub(r"\\", _VULGAR.sub(_fraction, text)))
    return _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()


def _box_tokens(text: str) -> str:
    """A box that a model writes with two tokens of its own (GLM-4.1V) as LaTeX writes it."""
    opening, closing = "<|begin_of_box|>", "<|end_of_box|>"
    if text.count(opening) == text.count(closing):
        text = text.replace(opening, "\\boxed{").replace(closing, "}")
    return text


def _fraction(found: re.Match[str]) -> str:
    fraction = unicodedata.normalize("NFKC", found[2]).replace("⁄", "/")
    return f"{found[1]} {fraction}" if found[1] else fraction
