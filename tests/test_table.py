"""A table in four formats, whatever its texts hold."""

import csv
import shutil
import subprocess

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dmlr.store.latex import escaped
from dmlr.store.table import Table, write_table

HOSTILE = "=a|b\\|c\r\nd<script>`e`{}_^~#$%&"
COLUMNS = ("model", "n", "accuracy", "holm_p", "final", "labels", "pairs")
ROWS = [
    (HOSTILE, 7, 62.5, 1.25e-7, True, None, None),
    ("vanilla", None, -2.0, None, False, None, None),
]
HEADER = ("model", "n", "accuracy", "ahead")
SHOWN = [(HOSTILE, "7", "62.5 [1.0, –]\n-2.5", "[a] → b"), ("vanilla", "–", "-2.0", "*")]


@pytest.fixture
def folder(tmp_path):
    write_table(Table("own.v1", COLUMNS, ROWS, HEADER, SHOWN, ["5 % of <b>_x_\n| y"]), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {
        "own.v1.csv", "own.v1.md", "own.v1.tex", "own.v1.parquet",
    }  # fmt: skip
    return tmp_path


def test_numbers_as_csv_and_no_text_is_a_formula(folder):
    with (folder / "own.v1.csv").open(newline="") as file:
        first, second = csv.DictReader(file, strict=True)
    assert first == {
        "model": "'=a|b\\|c d<script>`e`{}_^~#$%&", "n": "7", "accuracy": "62.5000",
        "holm_p": "1.25e-07", "final": "yes", "labels": "", "pairs": "",
    }  # fmt: skip
    # A negative number is one, not a formula.
    assert [*second.values()] == ["vanilla", "", "-2.0000", "", "no", "", ""]


def test_every_column_of_the_parquet_file_has_a_type(folder):
    table = pq.read_table(folder / "own.v1.parquet")
    assert table.schema.types == [
        pa.string(), pa.int64(), pa.float64(), pa.float64(), pa.bool_(), pa.string(), pa.float64(),
    ]  # fmt: skip
    assert table.to_pylist()[0] == dict(zip(COLUMNS, ROWS[0], strict=True))


def test_a_table_without_rows_has_typed_columns(tmp_path):
    write_table(Table("none", ("model", "n"), [], ("model", "n"), []), tmp_path)
    assert pq.read_schema(tmp_path / "none.parquet").types == [pa.string(), pa.float64()]
    assert (tmp_path / "none.csv").read_text() == "model,n\n"
    assert (tmp_path / "none.md").read_text() == "| model | n |\n| --- | ---: |\n"


def test_a_text_stays_in_its_cell_of_the_markdown_table(folder):
    assert (folder / "own.v1.md").read_text().splitlines() == [
        "| model | n | accuracy | ahead |",
        "| --- | ---: | ---: | --- |",
        "| =a\\|b\\\\\\|c<br>d&lt;script>\\`e\\`{}_^~#$%& | 7 | 62.5 [1.0, –]<br>-2.5 | [a] → b |",
        "| vanilla | – | -2.0 | * |",
        "",
        "5 % of &lt;b>_x_ \\| y",
    ]


def test_latex_is_escaped_and_set_by_booktabs(folder):
    lines = (folder / "own.v1.tex").read_text().splitlines()
    assert lines == [
        r"% needs \usepackage{booktabs}",
        r"\begin{tabular}{lrrl}",
        r"\toprule",
        r"model & n & accuracy & ahead \\",
        r"\midrule",
        r"\begin{tabular}[t]{@{}l@{}}=a\textbar{}b\textbackslash{}\textbar{}c \\ d\textless{}script"
        r"\textgreater{}`e`\{\}\_\textasciicircum{}\textasciitilde{}\#\$\%\&\end{tabular} & 7 & "
        r"\begin{tabular}[t]{@{}r@{}}62.5 [1.0, \textendash{}] \\ $-$2.5\end{tabular} & "
        r"{}[a] $\rightarrow$ b \\",
        r"vanilla & \textendash{} & $-$2.0 & {}* \\",
        r"\bottomrule",
        r"\end{tabular}",
        r"\smallskip",
        r"{\par\footnotesize 5 \% of \textless{}b\textgreater{}\_x\_ \textbar{} y\par}",
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("shapes--shapes-1m", "shapes-{}-shapes-1m"),  # two hyphens would be a dash
        ("released-2025-12", "released-2025-12"),
        ("(-1.5, +2)", "($-$1.5, +2)"),
        ("Δ ≤ −3 ± 1 …", r"$\Delta$ $\leq$ $-$3 $\pm$ 1 \ldots{}"),
        ("Gödel 🤔 語", "Gödel [U+1F914] [U+8A9E]"),
        ("a\tb\n c", "a b c"),
    ],
)
def test_a_text_in_latex(text, written):
    assert escaped(text) == written


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex")
def test_latex_compiles(folder):
    (folder / "all.tex").write_text(
        "\\documentclass{article}\\usepackage{booktabs}\\begin{document}\n\\input{own.v1.tex}\n"
        "\\end{document}\n"
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]
