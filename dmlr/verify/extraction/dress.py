"""Dress: how Markdown and LaTeX set an answer, which is no part of it."""

import re

LONGEST = 2000  # characters of one statement; what is longer is prose

_EMPHASIS = re.compile(r"(?<![\w)\]])(?:\*\*|__|`)(?=\S)|(?<=\S)(?:\*\*|__|`)(?![\w(])")
_LEADING = re.compile(r"(?m)^(?:(?:[#>•] ?)+(?![-\d.=])|\* (?=\S))")
_WRAPPER = re.compile(
    r"\\(?:text|textbf|textit|textrm|textsf|texttt|mathrm|mathbf|mathit|mathsf|operatorname"
    r"|mbox|bm|boldsymbol|emph|boxed|underline) ?\{|[{}]"
)
_SETTING = re.compile(
    r"\\(?:left|right|bigl?|bigr?|Bigl?|Bigr?|displaystyle|textstyle|bf|rm|it|tiny|small|normalsize"
    r"|large|Large|LARGE|huge|Huge|hspace\{[^{}]*\}|color ?\{[^{}]*\})(?![A-Za-z])|\\!"
)
_COLOURED = re.compile(r"\\textcolor ?\{[^{}]*\} ?(?=\{)")
_SPACING = re.compile(r"(?<!\\)\\(?:[,;: ]|quad(?![A-Za-z])|qquad(?![A-Za-z]))|~(?! ?\d)")
_DELIMITERS = re.compile(r"\\[()\[\]]|\$")
_DEGREES = re.compile(r" ?\^ ?(?:\\circ|\{ ?\\circ ?\})|\\degrees?(?![A-Za-z])|\\circ(?![A-Za-z])")
_SIGNS = (
    ("\\%", "%"), ("\\pm", "±"), ("\\approx", "≈"), ("\\simeq", "≈"), ("\\times", "×"), ("\\cdot", "·"),
    ("{,}", ","), ("\\{", "("), ("\\}", ")"), ("\\_", "_"), ("\\&", "&"),
)  # fmt: skip
_POINT = re.compile(r"(?<!\.)\.$")
_BRACED = re.compile(r"\{([^{}]*)\}")
_ENDS = " \"'*_"
_BLANKS = re.compile(r"\s+")


def unmarked(text: str) -> str:
    """A text without Markdown's emphasis, headings and quotes; powers (2**3) and bullets (-) stay."""
    return _LEADING.sub("", _EMPHASIS.sub("", text))


def latex(text: str) -> str:
    """An expression without dollars, fonts, sizes and a last point; it is still LaTeX."""
    bare = _COLOURED.sub(r"\\text", text.replace("\\$", ""))
    bare = _DELIMITERS.sub("", _unwrapped(bare))
    bare = _BLANKS.sub(" ", _SPACING.sub(" ", _SETTING.sub("", bare)))
    return _POINT.sub("", bare.strip(" ,;")).strip()


def plain(text: str) -> str:
    """A word, a letter or a number without any of LaTeX's and Markdown's dress."""
    bare = latex(unmarked(text))
    for command, sign in _SIGNS:
        bare = bare.replace(command, sign)
    bare = _POINT.sub("", _DEGREES.sub("°", bare).strip(_ENDS)).strip(_ENDS)
    braced = _BRACED.fullmatch(bare)
    return braced[1].strip() if braced else bare


def _unwrapped(text: str) -> str:
    """The contents of fonts and boxes; what follows a digit stays apart from it (a unit)."""
    waiting: list[re.Match[str]] = []
    dropped: dict[int, int] = {}  # begin and end of what only wraps
    for brace in _WRAPPER.finditer(text):
        if brace[0] != "}":
            waiting.append(brace)
        elif waiting and len((opening := waiting.pop())[0]) > 1:
            dropped |= {opening.start(): opening.end(), brace.start(): brace.end()}
    kept, last = [], 0
    for begin, end in sorted(dropped.items()):
        kept += [
            text[last:begin],
            " " if text[begin] != "}" and text[begin - 1 : begin].isdigit() else "",
        ]
        last = end
    return "".join([*kept, text[last:]])
