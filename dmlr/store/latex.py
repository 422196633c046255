"""A table as LaTeX (booktabs), whatever its texts hold."""

import re
from collections.abc import Iterable, Sequence

from dmlr.store.rows import WORDS

# What LaTeX would read as a command, or its usual fonts lack, and how it is written.
WRITTEN = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}", "–": r"\textendash{}", "—": r"\textemdash{}",
    "…": r"\ldots{}", "’": "'", "‘": "`", "“": "``", "”": "''", "→": r"$\rightarrow$", "−": "$-$",
    "±": r"$\pm$", "≤": r"$\leq$", "≥": r"$\geq$", "Δ": r"$\Delta$",
}  # fmt: skip
# Two hyphens would become a dash; a minus sign is longer than a hyphen; a bracket or a star at the
# beginning of a row would belong to the line break before it.
HYPHENS = re.compile(r"-(?=-)")
MINUS = re.compile(r"(?<![\w.}-])-(?=\d)")
BEGIN = re.compile(r"^(?=[\[*])")


def latex_text(header: Sequence[str], rows: Iterable[Sequence[str]], notes: Sequence[str]) -> str:
    """The rows below their header, then the notes; columns of names are on the left."""
    aligned = "".join("l" if name in WORDS else "r" for name in header)
    lines = [r"% needs \usepackage{booktabs}", rf"\begin{{tabular}}{{{aligned}}}", r"\toprule"]
    lines += [_line(header, aligned), r"\midrule", *(_line(row, aligned) for row in rows)]
    lines += [r"\bottomrule", r"\end{tabular}", *[r"\smallskip"] * bool(notes)]
    lines += [rf"{{\par\footnotesize {escaped(note)}\par}}" for note in notes]
    return "\n".join([*lines, ""])


def escaped(text: str) -> str:
    """A text that LaTeX prints as it is; a character that its usual fonts lack as its number."""
    written = "".join(map(_written, " ".join(text.split())))
    return BEGIN.sub("{}", MINUS.sub("$-$", HYPHENS.sub("-{}", written)))


def _written(character: str) -> str:
    if character in WRITTEN:
        return WRITTEN[character]
    # Latin letters with accents are in every font that LaTeX takes UTF-8 for.
    usual = character.isascii() or "À" <= character <= "ž"
    return character if usual else f"[U+{ord(character):04X}]"


def _line(row: Sequence[str], aligned: str) -> str:
    return " & ".join(map(_cell, row, aligned)) + r" \\"


def _cell(text: str, side: str) -> str:
    """A cell; several lines of it are a small table of their own."""
    lines = [*map(escaped, text.split("\n"))]
    if len(lines) == 1:
        return lines[0]
    return rf"\begin{{tabular}}[t]{{@{{}}{side}@{{}}}}" + r" \\ ".join(lines) + r"\end{tabular}"
