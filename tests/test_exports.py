"""What an export holds; a released one can be laid beside the authors' own results.json."""

import csv
import json

import duckdb
import pytest

from dmlr import prompts
from dmlr.datasets.shard import write_shard
from dmlr.errors import ConfigError
from dmlr.records import Gold, ImageFile, Prediction, Sample, TraceStep, write_records
from dmlr.spreadsheet import FORMULA
from dmlr.store.cells import cells
from dmlr.store.database import build
from dmlr.store.exports import Request, export_runs
from dmlr.store.released import asking, write_released
from dmlr.store.tables import accuracy_table
from dmlr.store.told import AggregateSettings
from tests.test_experiments import loaded
from tests.verifying import score

IDS = ["10", "2", "33"]  # neither numbers nor texts are in order
A, B = (Gold(kind="choice", letter=letter, text=letter.lower()) for letter in "AB")
GOLDS = [
    {"released": A, "official": B, "corrected": B},
    {"released": None, "official": A, "corrected": A},
    {"released": B, "official": B, "corrected": None},
]
REPLIES = ["A", "A", "B"]
MADE = {
    "code": "c", "model": {}, "profile": {"method": "vanilla"}, "seed": 3, "packages": {},
    "weights": "w", "processing": "p",
}  # fmt: skip


def sample(number, prompt_source):
    return Sample(
        sample_id=f"own/{IDS[number]}",
        question="Which?",
        options=("a", "b"),
        gold=GOLDS[number],
        image=ImageFile(sha256="ab" * 32, file="ab.png", width=5, height=7, bytes=11),
        category="all",
        groups={},
        prompt_source=prompt_source,
        wordings={"released": "Say which.\nOptions:\nA. a\nB. b"},
    )


def database(folder, prompt_source, rules="boxed", before=""):
    """Three samples and one run of them, through the real stages."""
    results = folder / "results"
    shard = results / "benchmarks/own/shards/00000.jsonl"
    samples = [sample(number, prompt_source) for number in range(3)]
    write_shard(shard, samples)
    run = results / "runs/own/m/vanilla/seed-3"
    predictions = run / "00000.predictions.parquet"
    answers = [
        Prediction(sample_id=one.sample_id, status="ok", text=f"{before}\\boxed{{{reply}}}")
        for one, reply in zip(samples, REPLIES, strict=True)
    ]
    write_records(predictions, Prediction, answers, MADE)
    write_records(run / "00000.traces.parquet", TraceStep, [], MADE)
    verdicts = results / "verdicts/paper/own/m/vanilla/seed-3.parquet"
    score([shard], [predictions], verdicts, rules)
    settings = AggregateSettings(
        code="c", benchmarks={"own": 1}, models={"m": {}}, profiles={"vanilla": MADE["profile"]},
        seeds=[3], protocols=["paper"], baseline="vanilla", flips_against="vanilla",
        max_unscored_share=1.0,
    )  # fmt: skip
    build(settings, results, folder / "dmlr.duckdb")
    return duckdb.connect(str(folder / "dmlr.duckdb"), read_only=True)


@pytest.mark.parametrize(
    ("prompt_source", "labels", "right", "question"),
    [
        ("released", "released", [True, None, True], "Say which.\nOptions:\nA. a\nB. b"),
        ("unified", "official", [False, True, True], "Which?\nOptions:\nA. a\nB. b"),
    ],
)
def test_entries_have_the_order_of_the_file_and_say_their_labels(
    tmp_path, prompt_source, labels, right, question
):
    with database(tmp_path, prompt_source) as opened:
        write_released(opened, "own--m--vanilla--seed-3", "paper", tmp_path / "export")
    found = json.loads((tmp_path / "export/results.json").read_text())
    assert found["args"]["labels"] == labels
    assert [entry["data_idx"] for entry in found["entries"]] == [0, 1, 2]
    assert [entry["is_correct"] for entry in found["entries"]] == right
    assert found["entries"][0]["question"] == question


def test_a_sample_without_a_gold_is_counted_apart_and_bounds_the_score(tmp_path):
    with database(tmp_path, "released") as opened:
        found = {cell.labels: cell for cell in cells(opened, "vanilla") if cell.category is None}
    released = found["released"]
    assert (released.samples, released.n, released.failed, released.no_gold) == (3, 2, 0, 1)
    assert released.accuracy.value == 100.0
    assert released.floor == released.ceiling == pytest.approx(200 / 3)
    table = accuracy_table(list(found.values()))
    assert table.header[-4:] == ["unparsed", "failed", "no gold", "vs baseline (p)"]
    assert table.shown[-1][-6:] == ["2", "100.0 [34.2, 100.0]", "0", "0", "1", "–"]
    assert "no gold" not in accuracy_table([found["official"]]).header


CARD = {"system": "Think first.", "hint": "Hint: be brief. "}
ASKING = {
    "vanilla": (prompts.SYSTEM, prompts.TASK),
    "vanilla-direct": (None, prompts.DIRECT_TASK),
    "vanilla-card": ("Think first.", "Hint: be brief. "),
    "prompt-without-tokens": (prompts.SYSTEM, prompts.TASK),
    "self-consistency": (prompts.SYSTEM, prompts.TASK),
    "multimodal-cot": (prompts.SYSTEM, prompts.TASK),
    "ccot": (prompts.SYSTEM, prompts.GRAPH_ANSWER_TASK),
    "icot": (prompts.SYSTEM, prompts.TASK),
    "dmlr-released-2026-03": (prompts.SYSTEM, prompts.TASK),
}


@pytest.mark.parametrize("name", ASKING)
def test_an_export_says_how_its_profile_asked(name):
    catalog = loaded("controls").profile_catalog
    config = {"profile": catalog[name].model_dump(), "model": {"card": CARD}}
    assert asking(config) == ASKING[name]


def test_every_profile_of_the_catalogs_can_be_exported():
    for profile in loaded("controls").profile_catalog.values():
        system, task = asking({"profile": profile.model_dump(), "model": {"card": CARD}})
        assert task
        assert system is None or system


RUN = "own--m--vanilla--seed-3"


def exported(run_dmlr, folder, *words):
    """The command line in the folder of a database, and what it prints."""
    done = run_dmlr("export", *words, "--database", "dmlr.duckdb", "--out", "out", cwd=folder)
    assert "Traceback" not in done.stderr
    return done


def test_json_lines_have_question_golds_reply_verdicts_and_costs(run_dmlr, tmp_path):
    database(tmp_path, "unified").close()
    done = exported(run_dmlr, tmp_path, "vanilla", "--format", "jsonl")
    assert (done.returncode, done.stderr) == (0, f"export out/{RUN}.jsonl\n")
    first, second, _ = map(json.loads, (tmp_path / f"out/{RUN}.jsonl").read_text().splitlines())
    assert (first["run"], first["sample_id"]) == (RUN, "own/10")
    assert (first["question"], first["options"]) == ("Which?", ["a", "b"])
    assert first["golds"]["released"]["letter"] == "A"
    assert second["golds"]["released"] is None
    assert first["reply"] == "\\boxed{A}"
    assert first["verdicts"]["paper"]["released"] == {
        "verdict": "correct", "score": 1, "extracted": "A", "rule": "boxed choice", "reason": None,
    }  # fmt: skip
    assert first["verdicts"]["paper"]["official"]["score"] == 0
    assert second["verdicts"]["paper"]["released"]["score"] is None
    assert first["costs"]["generated_tokens"] == 0


def test_csv_is_flat_and_starts_no_formula(run_dmlr, tmp_path):
    database(tmp_path, "unified", before="=HYPERLINK(1)\r\n,").close()
    assert exported(run_dmlr, tmp_path, "--all", "--format", "csv").returncode == 0
    with (tmp_path / f"out/{RUN}.csv").open(newline="") as file:
        first, second, third = csv.DictReader(file)
    assert first["reply"] == "'=HYPERLINK(1)\r\n,\\boxed{A}"
    assert json.loads(first["options"]) == ["a", "b"]
    assert [row["gold released"] for row in (first, second, third)] == ["A", "", "B"]
    assert [row["paper official verdict"] for row in (first, second, third)] == [
        "wrong", "correct", "correct",
    ]  # fmt: skip
    assert second["paper released reason"] == "no gold in the label set released"
    assert not any(
        value.startswith(FORMULA) for row in (first, second, third) for value in row.values()
    )


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        (Request(["m--v"], False, None, "csv"), None),
        (Request(["x"], False, None, "csv"), f"RUN: must be a run, or a part of one run's name alone, got 'x', which fits none of them: {RUN}"),
        (Request([], False, None, "csv"), "export: needs the names of runs, or --all and none"),
        (Request(["m"], True, None, "csv"), "export: needs the names of runs, or --all and none"),
        (Request([], True, "who", "csv"), "--protocol: must be one of paper, got 'who'"),
    ],
)  # fmt: skip
def test_what_cannot_be_exported_is_one_line(tmp_path, request_, line):
    database(tmp_path, "unified").close()
    if line is None:
        export_runs(tmp_path / "dmlr.duckdb", request_, tmp_path)
        assert (tmp_path / f"{RUN}.csv").is_file()
    else:
        with pytest.raises(ConfigError) as error:
            export_runs(tmp_path / "dmlr.duckdb", request_, tmp_path)
        assert str(error.value) == line
