"""The published numbers: what is there, and what a slip in a file is told as."""

import shutil
from pathlib import Path

import pytest

from dmlr.errors import ConfigError
from dmlr.merged import configuration
from dmlr.published import Number, read, state

ROOT = Path(__file__).parent.parent


@pytest.fixture
def paper(tmp_path, monkeypatch):
    """A copy of config/paper in a working directory, and a way to edit it."""
    shutil.copytree(ROOT / "config/paper", tmp_path / "config/paper")
    monkeypatch.chdir(tmp_path)

    def edit(name, old, new):
        path = tmp_path / "config/paper" / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return edit


def test_all_published_numbers_are_there():
    found = read()
    sources = [one.source for one in found.numbers]
    assert [sources.count(name) for name in ("table1", "table2", "reproductions")] == [210, 12, 2]
    # Table 1, VLAA-Thinking, DMLR, ScienceQA, the one with two decimals; Table 2, its last row.
    assert Number("table1", "VLAA-Thinking", "DMLR", "scienceqa", 51.98) in found.numbers
    assert Number("table2", None, "dvi", "scienceqa", 54.9) in found.numbers
    told = "issue 6 of the authors' repository, LLM judge, relaxed criteria"
    assert found.numbers[-1] == Number(
        "reproductions", "Qwen3-VL-4B", "DMLR", "mathvista_mini", 57.5, 1000, told
    )


def test_every_name_is_one_of_the_catalogs():
    merged, _ = configuration([])
    names = read().names
    for words, catalog in (
        (names.models, "model_catalog"),
        (names.methods, "profile_catalog"),
        (names.injections, "profile_catalog"),
        (names.benchmarks, "benchmark_catalog"),
    ):
        listed = {name for found in words.values() for name in found}
        assert listed <= merged[catalog].keys()


def test_an_empty_field_is_no_published_number(paper):
    before = state()
    paper("table2.csv", "none,62.7,", "none,,")
    assert len(read().numbers) == 223
    assert state() != before


def test_the_files_of_the_working_directory_come_first(paper):
    paper("table1.csv", "58.7", "12.5")
    assert read().numbers[0].accuracy == 12.5


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [
        (
            "table1.csv", "mm_math", "mm-math",
            "table1.csv: its columns must be model, method, mathvista_mini, mathvision_mini, mm_math, "
            "hallusionbench, mmvp, mmstar, scienceqa, each once, got 'model, method, mathvista_mini, "
            "mathvision_mini, mm-math, hallusionbench, mmvp, mmstar, scienceqa'",
        ),
        ("table2.csv", "injection,", "", "table2.csv: its columns must be injection, "),
        (
            "table1.csv", "21.6", "abc",
            "table1.csv: line 2: mathvision_mini must be a number from 0 to 100, got 'abc'",
        ),
        (
            "table2.csv", "34.0", "100.1",
            "table2.csv: line 4: mathvision_mini must be a number from 0 to 100, got '100.1'",
        ),
        (
            "table2.csv", "34.0", "nan",
            "table2.csv: line 4: mathvision_mini must be a number from 0 to 100, got 'nan'",
        ),
        (
            "table2.csv", "dvi", "best",
            "table2.csv: line 4: injection must be a word of names.yaml (none, all, dvi), got 'best'",
        ),
        ("table2.csv", "dvi,63.4,", "dvi,", "table2.csv: line 4: must have 5 fields"),
        ("table2.csv", "dvi", "all", "line 4: must be another row than those before it, got all again"),
        (
            "reproductions.csv", "44.7,1000", "44.7,many",
            "reproductions.csv: line 2: n must be a number from 0 to 1000000, got 'many'",
        ),
        (
            "names.yaml", "[multimodal-cot]", "[multimodal-cot, vanilla]",
            "names.yaml: methods must be names that stand under one word, got 'vanilla, twice'",
        ),
        ("names.yaml", "[icot]", "[I CoT]", "names.yaml: methods.ICoT.0: String should match"),
        ("names.yaml", "injections:", "rows:", "names.yaml: injections: Field required"),
        ("names.yaml", "[icot]", "[icot", "names.yaml: must be a YAML file ("),
    ],
)  # fmt: skip
def test_a_slip_is_one_line_that_names_its_place(paper, name, old, new, line):
    paper(name, old, new)
    with pytest.raises(ConfigError) as error:
        read()
    assert line in str(error.value)
    assert "\n" not in str(error.value)


def test_order_counts_and_a_comment_does_not(paper):
    before = state()
    paper("names.yaml", "# three readings of the word: docs/design.md", "")
    assert state() == before
    paper("names.yaml", "[vanilla, vanilla-direct,", "[vanilla-direct, vanilla,")
    assert state() != before


def test_a_missing_file_is_named(paper):
    Path("config/paper/table2.csv").unlink()
    with pytest.raises(
        ConfigError, match=r"config/paper/table2\.csv: must be a CSV file in UTF-8 \("
    ):
        read()
