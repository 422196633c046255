"""The accuracy table as LaTeX."""

from collections.abc import Iterable, Sequence

from dmlr.store.cells import Cell
from dmlr.store.rows import WORDS
from dmlr.store.words import bounds, others


def latex_text(header: Sequence[str], rows: Iterable[Sequence[str]], notes: Sequence[str]) -> str:
    """Any table; columns of names are aligned left, the others right."""
    aligned = "".join("l" if name in WORDS else "r" for name in header)
    lines = ["% needs \\usepackage{booktabs}", f"\\begin{{tabular}}{{{aligned}}}", "\\toprule"]
    lines += [_line(header), "\\midrule", *map(_line, rows), "\\bottomrule"]
    lines += [
        f"\\multicolumn{{{len(header)}}}{{l}}{{\\footnotesize {_escaped(note)}}} \\\\"
        for note in notes
    ]
    return "\n".join([*lines, "\\end{tabular}", ""])


def _line(row: Sequence[str]) -> str:
    return " & ".join(_escaped(word) for word in row) + " \\\\"


def latex(found: list[Cell]) -> str:
    """The table; a cell that is not final has its bounds in place of the accuracy."""
    flipped = any(cell.flips is not None for cell in found)
    lines = [
        "% needs \\usepackage{booktabs}",
        "\\begin{tabular}{lllrllrrrrr" + "r" * flipped + "}",
        "\\toprule",
        "Benchmark & Model & Profile & Seed & Labels & Protocol & $n$ & Accuracy "
        "& 95\\,\\% interval & $\\Delta$ & $p$" + " & Other answers" * flipped + " \\\\",
        "\\midrule",
    ]
    for cell in found:
        names = (cell.benchmark, cell.model, cell.profile, str(cell.seed), cell.labels)
        words = [_escaped(word) for word in (*names, cell.protocol)]
        one = cell.accuracy if cell.final else None
        value = f"{one.value:.1f}" if one else "--"
        interval = f"[{one.low:.1f}, {one.high:.1f}]" if one else "--"
        if not cell.final:
            interval = f"not final: {bounds(cell).replace('–', '--')}"
        compared = cell.difference is not None and cell.pairs_final
        difference = f"${cell.difference:+.1f}$" if compared else "--"
        p_value = f"{cell.p_value:.2g}" if compared and cell.p_value is not None else "--"
        row = [*words, str(cell.n), value, interval, difference, p_value]
        row += [_escaped(others(cell)).replace("–", "--")] * flipped
        lines.append(" & ".join(row) + " \\\\")
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}", ""])


def _escaped(word: str) -> str:
    return word.replace("_", "\\_").replace("&", "\\&").replace("%", "\\%").replace("#", "\\#")
