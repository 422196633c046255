"""Measured numbers beside the published ones, counted by hand.

Marks as in test_comparisons: + correct, - wrong, ? unparsed; twenty samples each. The baseline has ten
of them right, which is 50.0 [29.9, 70.1] by Wilson.
"""

import csv

import duckdb
import pytest

from dmlr.datasets.shard import write_shard
from dmlr.store.cells import cells
from dmlr.store.database import build
from dmlr.store.paper_tables import write_paper_tables
from dmlr.store.told import AggregateSettings
from tests.test_comparisons import BASE, EIGHT, OPEN, SIX, sample, write_run

PAPER = ("paper", "official")
MODELS = ("qwen2.5-vl-7b", "own-model")
# SIX: 16 of 20, 80.0 [58.4, 91.9], p = 0.03125. EIGHT: 17 of 20, 85.0 [64.0, 94.8], p = 0.0390625.
RUNS = {
    ("mathvista", "qwen2.5-vl-7b", "dmlr-paper"): SIX,
    ("mathvista", "qwen2.5-vl-7b", "dmlr-inject-none"): EIGHT,
    ("mmvp", "qwen2.5-vl-7b", "vanilla"): OPEN,
    ("mmvp", "qwen2.5-vl-7b", "dmlr-paper"): "+" * 20,
    ("own", "own-model", "dmlr-paper"): EIGHT,
}
BENCHMARKS = ("mathvista", "mmvp", "own")
PROFILES = ("vanilla", "dmlr-paper", "dmlr-inject-none")


def written(folder, models=MODELS, seeds=(3,)):
    """The tables of all runs; those that are not told have the marks of the baseline."""
    results = folder / "results"
    for benchmark in BENCHMARKS:
        shard = results / "benchmarks" / benchmark / "shards/00000.jsonl"
        write_shard(shard, [sample(f"{benchmark}/{number}") for number in range(20)])
        for model in models:
            for profile in PROFILES:
                for seed in seeds:
                    marks = RUNS.get((benchmark, model, profile), BASE) if seed == 3 else BASE
                    write_run(results, benchmark, profile, seed, {PAPER: marks}, model=model)
    settings = AggregateSettings(
        code="c", benchmarks=dict.fromkeys(BENCHMARKS, 1), models={name: {} for name in models},
        profiles={name: {"method": name} for name in PROFILES}, seeds=list(seeds),
        protocols=["paper", "another"], baseline="vanilla", flips_against="dmlr-paper",
        max_unscored_share=0.05, published="that of config/paper",
    )  # fmt: skip
    build(settings, results, folder / "dmlr.duckdb")
    with duckdb.connect(str(folder / "dmlr.duckdb"), read_only=True) as opened:
        write_paper_tables(opened, cells(opened, "vanilla"), folder, ["provenance 0123"])
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("paper"))


def lines(folder, name):
    text = (folder / f"{name}.md").read_text().splitlines()
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text if "|" in line]


def rows(folder, name):
    with (folder / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_table_1_has_the_papers_rows_and_columns_and_then_what_else_was_run(folder):
    head, _, *body = lines(folder, "table1")
    assert head == [
        "model", "method", "profile", "mathvista", "mathvision_mini", "mm_math", "hallusionbench",
        "mmvp", "mmstar", "scienceqa", "own",
    ]  # fmt: skip
    # 30 rows of the paper, two of another model; an injection is no method of Table 1.
    assert [row[:3] for row in (*body[:6], *body[29:])] == [
        ["qwen2.5-vl-7b", "Vanilla", "vanilla"],
        ["Qwen2.5-VL-7B", "Multimodal-CoT", "–"],
        ["Qwen2.5-VL-7B", "CCoT", "–"],
        ["Qwen2.5-VL-7B", "ICoT", "–"],
        ["qwen2.5-vl-7b", "DMLR", "dmlr-paper"],
        ["Qwen2.5-VL-3B", "Vanilla", "–"],
        ["Qwen3-VL-4B", "DMLR", "–"],
        ["own-model", "Vanilla", "vanilla"],
        ["own-model", "DMLR", "dmlr-paper"],
    ]
    assert len(body) == 32


def test_a_cell_has_what_was_measured_beside_what_was_published(folder):
    _, _, vanilla, _, _, _, dmlr, *_ = lines(folder, "table1")
    assert vanilla[3] == "50.0 [29.9, 70.1], n = 20<br>paper 58.7, inside"
    # Holm over the table: five comparisons, of p = 0.03125, 0.0390625 and three times 1, not those of
    # Table 2's profiles besides: 5 * 0.03125.
    assert dmlr[3] == (
        "80.0 [58.4, 91.9], n = 20<br>+30.0 [+10.5, +52.6] (p = 0.031, Holm 0.16)<br>paper 59.1, inside"
    )
    # Nothing scored: bounds, and no word on the published number; nothing to compare with either.
    assert vanilla[7] == "not final: 0.0–100.0, n = 0<br>paper 68.7"
    assert dmlr[7] == "100.0 [83.9, 100.0], n = 20<br>paper 70.1, outside"
    assert (vanilla[4], dmlr[4]) == ("–<br>paper 21.6", "–<br>paper 24.4")
    assert vanilla[10] == "50.0 [29.9, 70.1], n = 20"


def test_the_notes_say_what_stands_there(folder):
    notes = [line for line in (folder / "table1.md").read_text().splitlines() if "|" not in line]
    said = [note for note in notes if note]
    assert said[0].endswith("; protocol paper, labels official")
    assert said[1] == (
        "of 3 published numbers that have a measured one beside them, 2 lie inside its interval"
    )
    assert said[2].startswith(
        "others reported 44.7 (n = 1000) for Qwen2.5-VL-7B, DMLR, mathvista_mini"
    )
    assert said[-1] == "provenance 0123"
    assert "the paper names no model for its Table 2" in (folder / "table2.md").read_text()


def test_table_1_as_numbers_has_every_cell_under_every_protocol_and_label_set(folder):
    found = rows(folder, "table1")
    # 2 models, 2 profiles, 3 benchmarks, 2 protocols, 2 label sets; and 210 - 4 published numbers alone.
    assert len([row for row in found if row["n"]]) == 48
    assert len([row for row in found if not row["n"]]) == 206
    (dmlr,) = [
        row
        for row in found
        if (row["model"], row["profile"], row["benchmark"])
        == (MODELS[0], "dmlr-paper", "mathvista")
        and (row["protocol"], row["labels"]) == PAPER
    ]
    numbers = {name: value for name, value in dmlr.items() if name != "provenance"}
    assert numbers == {
        "paper_model": "Qwen2.5-VL-7B", "method": "DMLR", "paper_benchmark": "mathvista_mini",
        "model": "qwen2.5-vl-7b", "profile": "dmlr-paper", "benchmark": "mathvista", "seed": "3",
        "protocol": "paper", "labels": "official", "samples": "20", "n": "20", "correct": "16",
        "accuracy": "80.0000", "low": "58.3983", "high": "91.9342", "pairs": "20",
        "difference": "30.0000", "difference_low": "10.5263",
        "difference_high": "52.6316", "p": "0.03125", "holm_p": "0.15625", "detectable": "",
        "unparsed": "0", "failed": "0", "no_gold": "0", "floor": "80.0000", "ceiling": "80.0000",
        "final": "yes", "published": "59.1000", "published_inside": "yes",
    }  # fmt: skip
    assert len(dmlr["provenance"]) == 12


def test_a_cell_that_was_not_run_is_empty_and_never_zero(folder):
    (missing,) = [
        row
        for row in rows(folder, "table1")
        if (row["paper_model"], row["method"], row["paper_benchmark"])
        == ("VLAA-Thinking", "DMLR", "scienceqa")
    ]
    assert {name: value for name, value in missing.items() if value} == {
        "paper_model": "VLAA-Thinking", "method": "DMLR", "paper_benchmark": "scienceqa",
        "published": "51.9800",
    }  # fmt: skip
    found = [row for row in rows(folder, "table1") if row["final"] == "no"]
    assert {(row["n"], row["accuracy"], row["published_inside"]) for row in found} == {
        ("0", "", "")
    }


def test_table_2_has_its_injections_beside_numbers_of_no_named_model(folder):
    head, _, *body = lines(folder, "table2")
    assert head[3:] == ["mathvista", "mathvision_mini", "mmvp", "mmstar", "scienceqa", "own"]
    assert [row[:3] for row in body] == [
        ["qwen2.5-vl-7b", "none", "dmlr-inject-none"],
        ["qwen2.5-vl-7b", "dvi", "dmlr-paper"],
        ["own-model", "none", "dmlr-inject-none"],
        ["own-model", "dvi", "dmlr-paper"],
        ["–", "all", "–"],
    ]
    # Two profiles of two models on three benchmarks, less two without a pair (mmvp of the first model):
    # ten tests, of which the first is SIX; EIGHT is here and at the other model: 9 * 0.0390625.
    assert body[0][3] == (
        "85.0 [64.0, 94.8], n = 20<br>+35.0 [+10.5, +57.9] (p = 0.039, Holm 0.35)<br>paper 62.7, outside"
    )
    assert body[2][3].endswith("<br>paper 62.7, inside")
    assert body[4][3:] == [f"–<br>paper {n}" for n in (62.1, 32.7)] + [
        "–", "–<br>paper 67.6", "–<br>paper 52.7", "–",
    ]  # fmt: skip


def test_of_several_seeds_readers_see_the_lowest_and_the_numbers_have_all(tmp_path):
    folder = written(tmp_path, models=MODELS[:1], seeds=(5, 3))
    _, _, _, _, _, _, dmlr, *_ = lines(folder, "table1")
    assert dmlr[3].startswith("80.0 [58.4, 91.9], n = 20<br>+30.0")
    assert "seed 3; the CSV file has 3, 5" in (folder / "table1.md").read_text()
    assert {row["seed"] for row in rows(folder, "table1") if row["n"]} == {"3", "5"}
