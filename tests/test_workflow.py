"""What makes what run again: the real workflow on the embedded model and a few samples.

The tests of one module-wide project run in order; each puts back what it changed. What must run nothing is
changed at once, since a plan takes seconds.
"""

import csv
import json
import os
import time

import duckdb
import pytest

from dmlr.records import Prediction, TraceStep, read_records
from tests.measuring import MEASURED
from tests.project import Project, run_once

ALL = {
    "prepare_shapes": 1,
    "features_of_shard": 2,
    "reason": 4,
    "verify": 2,
    "aggregate": 1,
    "report": 1,
}
TABLES = (
    "accuracy", "protocols", "metrics", "agreement", "agreement-all", "judging", "compute", "table1",
    "table2", "controls", "labels", "ceilings", "gap", "ladder", "seeds", "reward",
)  # fmt: skip
KINDS = ("csv", "parquet", "md", "tex")
RUN = "results/runs/shapes/shapes-1m/dmlr-paper/seed-42"


@pytest.fixture(scope="module")
def project(tmp_path_factory, finished_workflow):
    return Project(tmp_path_factory.mktemp("project"), like=finished_workflow)


@pytest.fixture
def edited(project):
    """Edit the project's files; what was edited is put back at the end."""
    before = {}

    def edit(path, old, new):
        before.setdefault(path, (project.folder / path).read_text())
        project.edit(path, old, new)

    yield edit
    for path, text in before.items():
        (project.folder / path).write_text(text)


def test_a_first_run_does_what_was_planned(finished_workflow):
    assert run_once(finished_workflow) == {"planned": ALL, "done": ALL}


def test_every_stage_leaves_what_the_design_names(project):
    for path in (
        "results/benchmarks/shapes/samples.parquet",
        "results/benchmarks/shapes/audit.json",
        "results/benchmarks/shapes/shards/00001.jsonl",
        "results/features/shapes-1m/shapes/00001.json",
        f"{RUN}/00001.predictions.parquet",
        f"{RUN}/00001.traces.parquet",
        "results/verdicts/paper/shapes/shapes-1m/dmlr-paper/seed-42.parquet",
        *(f"results/tables/{table}.{kind}" for table in TABLES for kind in KINDS),
        "reports/index.html",
        "reports/runs/shapes--shapes-1m--dmlr-paper--seed-42.html",
    ):
        assert (project.folder / path).is_file(), path


def test_the_database_holds_every_record_and_the_table_its_numbers(project):
    with duckdb.connect(str(project.folder / "results/dmlr.duckdb"), read_only=True) as database:
        counts = database.execute(
            "SELECT (SELECT count(*) FROM samples), (SELECT count(*) FROM predictions), "
            "(SELECT count(*) FROM traces), (SELECT count(*) FROM verdicts)"
        ).fetchone()
        right = database.execute(
            "SELECT count(*) FROM verdicts JOIN runs USING (run) WHERE profile = 'vanilla' AND score = 1"
        ).fetchone()[0]
    assert counts == (7, 14, 14, 14)
    with (project.folder / "results/tables/accuracy.csv").open() as file:
        rows = {(r["profile"], r["category"]): r for r in csv.DictReader(file)}
    assert rows["vanilla", "all"]["correct"] == str(right)
    assert rows["dmlr-paper", "all"]["mcnemar_p"] != ""


def test_exports_are_a_target_of_their_own_with_a_job_per_run(project):
    assert not (project.folder / "results/exports").exists()
    assert project.succeed("exports") == {"export": 2, "exports": 1}
    assert project.planned("exports") == {}
    folder = project.folder / "results/exports/shapes--shapes-1m--dmlr-paper--seed-42"
    results = json.loads((folder / "results.json").read_text())
    assert set(results) == {
        "model",
        "dataset",
        "accuracy",
        "correct",
        "total",
        "config",
        "args",
        "entries",
    }
    assert set(results["entries"][0]) == {
        "data_idx", "question", "image_path", "sys_prompt", "prompt", "model_output", "answer",
        "ground_truth", "ground_truth_text", "is_correct", "best_reward", "best_reward_step",
        "stop_reason",
    }  # fmt: skip
    log = (folder / "reward_logs/reward_steps_000006.csv").read_text().splitlines()
    assert log[0] == "step,reward,sigma,is_new_best,patch_count,patch_budget"
    assert [line.split(",")[2] for line in log[1:]] == ["0.095", "0.09025"]  # after the decay


ROUNDED = (
    "initial_reward",
    "best_reward",
    "candidate_reward",
    "reward",
    "think_norm",
    "update_norm",
)


def records(folder):
    """Everything that was predicted, without what depends on batch and machine: what is exact, and what is rounded."""
    found = []
    for kind, ending in ((Prediction, "predictions"), (TraceStep, "traces")):
        for path in sorted(folder.glob(f"results/runs/*/*/*/seed-42/*.{ending}.parquet")):
            for record in read_records(path, kind):
                row = record.model_dump(exclude=MEASURED)
                rounded = [row.pop(name) for name in ROUNDED if row.get(name) is not None]
                found.append(((path.parent.parent.name, row), rounded))
    return zip(*found, strict=True)


@pytest.mark.slow  # answers everything anew, 28 s; test_blocks cuts into jobs, the oracles into batches
def test_how_samples_are_cut_into_shards_and_batches_changes_no_prediction(project, tmp_path):
    other = Project(tmp_path)
    other.configure({"shard_size": 7, "batch_size": 1})
    other.succeed("reasoning")
    exact, rounded = records(project.folder)
    others, others_rounded = records(other.folder)
    assert len(exact) == 2 * 7 + 7 * 2  # two runs' predictions, one run's steps
    assert exact == others
    for values, expected in zip(rounded, others_rounded, strict=True):
        assert values == pytest.approx(expected, abs=1e-4)


def test_the_vision_tower_runs_once_per_distinct_image(project):
    logs = [path.read_text() for path in project.folder.glob("logs/features/**/*.log")]
    assert (
        sorted(log.splitlines()[-1].split(": ")[-1] for log in logs)
        == ["2 images, vision tower ran 2 times, 0 kept"] * 2
    )
    reason_logs = [path.read_text() for path in project.folder.glob("logs/reason/**/*.log")]
    assert len(reason_logs) == 4
    assert not any("vision tower ran" in log for log in reason_logs)


def test_a_second_run_does_nothing_although_every_file_was_touched(project):
    for part in ("dmlr", "config", "workflow"):
        for path in (project.folder / part).rglob("*.*"):
            path.touch()
    assert "Nothing to be done" in project.run().stdout


def test_how_jobs_use_the_machine_runs_nothing(project):
    project.configure(
        {"batch_size": 2, "gpu_share": 2, "model_catalog": {"shapes-1m": {"gpus": 2}}}
    )
    assert project.planned() == {}
    project.configure({})


@pytest.mark.slow  # four plans, and a run that starts every job
def test_a_clock_that_jumps_skips_nothing_and_answers_nothing_again(project):
    made = [path for part in ("results", "reports") for path in (project.folder / part).rglob("*")]
    files = [path for path in made if path.is_file()]
    before = {path: path.stat().st_mtime_ns for path in files}
    said = answers(project)
    journals = {path: path.read_bytes() for path in files if path.suffix == ".jsonl"}
    tomorrow = time.time() + 86_400
    for moment in (tomorrow, 0.0):
        for path in files:
            os.utime(path, (moment, moment))
        # Snakemake takes the future for now, and knows files over a megabyte, the database, by their time.
        assert project.planned().keys() <= {"report"}
        project.configure({"profile_catalog": {"dmlr-paper": {"sigma": 0.2}}})
        assert project.planned()["reason"] == 2
        project.configure({})
    # Now all that is read comes from the future, and all that was made of it from 1970.
    for path in files:
        if "benchmarks" in path.parts or "features" in path.parts:
            os.utime(path, (tomorrow, tomorrow))
    project.succeed()
    assert answers(project) == said
    assert {path: path.read_bytes() for path in journals} == journals
    for path, moment in before.items():
        os.utime(path, ns=(moment, moment))
    assert project.planned() == {}


def test_sigma_changes_the_runs_of_its_profile_alone(project):
    project.configure({"profile_catalog": {"dmlr-paper": {"sigma": 0.2}}})
    assert project.planned() == {"reason": 2, "verify": 1, "aggregate": 1, "report": 1}
    project.configure({})


def test_another_profile_answers_with_it_alone_and_makes_the_tables_and_pages_anew(project):
    profiles = ["vanilla", "dmlr-paper", "wide"]
    wide = {"method": "dmlr", "sigma": 0.2, "steps": 2}
    project.configure({"profiles": profiles, "profile_catalog": {"wide": wide}})
    assert project.planned() == {"reason": 2, "verify": 1, "aggregate": 1, "report": 1}
    project.configure({"profiles": ["vanilla"], "flips_against": "vanilla"})
    assert project.planned() == {"aggregate": 1, "report": 1}
    project.configure({})


def test_another_seed_answers_with_it_alone(project):
    project.configure({"seeds": [42, 43]})
    assert project.planned() == {"reason": 4, "verify": 2, "aggregate": 1, "report": 1}
    project.configure({})


def test_two_values_that_swap_places_are_noticed(project):
    project.configure({"profile_catalog": {"dmlr-paper": {"steps": 10, "top_k": 2}}})
    assert project.planned()["reason"] == 2
    project.configure({})


def test_a_template_changes_the_report_alone(project, edited):
    edited("dmlr/report/templates/base.html.jinja", "</body>", "<!-- new --></body>")
    assert project.planned() == {"report": 1}


@pytest.mark.parametrize(
    ("path", "old", "new", "jobs"),
    [
        (
            "dmlr/verify/rules/boxed.py", '"boxed integer"', '"an integer"',
            {"verify": 2, "aggregate": 1, "report": 1},
        ),
        (
            "dmlr/latent/loop.py", "sigma *= profile", "sigma = sigma * profile",
            {"reason": 4, "verify": 2, "aggregate": 1, "report": 1},
        ),
        (
            "dmlr/resources/shapes-1m/tokenizer_config.json", "4096", "4095",
            {"features_of_shard": 2, "reason": 4, "verify": 2, "aggregate": 1, "report": 1},
        ),
        ("config/paper/table1.csv", "58.7", "58.6", {"aggregate": 1, "report": 1}),
        ("dmlr/store/sql/cells.sql", "count(*) AS samples", "COUNT(*) AS samples",
         {"aggregate": 1, "report": 1}),
    ],
    ids=["verify", "reason", "checkpoint", "published", "aggregate"],
)  # fmt: skip
def test_code_changes_run_their_stage_and_what_comes_after(project, edited, path, old, new, jobs):
    edited(path, old, new)
    assert project.planned() == jobs


def test_comments_docstrings_help_and_what_jobs_may_use_run_nothing(project, edited):
    edited("dmlr/latent/loop.py", "# Algorithm 1's inner loop", "# the inner loop")
    edited("dmlr/verify/rules/boxed.py", '"""Rule set boxed', '"""The rule set boxed')
    edited("dmlr/cli.py", "Render the pages.", "Render all pages.")
    edited("dmlr/devices/needs.py", "= 15, 2, 4", "= 30, 4, 8")
    assert project.planned() == {}


def test_preparing_to_equal_bytes_runs_nothing_after_it(project):
    assert project.succeed("--forcerun", "prepare_shapes") == {"prepare_shapes": 1}
    assert project.planned() == {}


def test_one_changed_question_answers_one_sample_again(project, edited):
    before = answers(project)
    edited(
        "dmlr/datasets/shapes.py",
        "question=question.text,",
        'question=question.text.replace("?", " now?") if index == 6 else question.text,',
    )
    done = project.succeed("reasoning")
    assert (done["prepare_shapes"], done.get("features_of_shard", 0), done["reason"]) == (1, 1, 2)
    log = (project.folder / "logs/reason/shapes/shapes-1m/dmlr-paper/seed-42/00001.log").read_text()
    assert "3 samples, 2 already in the journal" in log
    assert answers(project).keys() == before.keys()
    assert [answers(project)[key] for key in list(before)[:6]] == list(before.values())[:6]


def answers(project):
    paths = sorted((project.folder / RUN).glob("*.predictions.parquet"))
    return {p.sample_id: p.text for path in paths for p in read_records(path, Prediction)}


def test_an_unknown_key_stops_before_any_job(project):
    project.configure({"profile_catalog": {"dmlr-paper": {"sigam": 1}}})
    done = project.run()
    assert done.returncode == 1
    assert "small.yaml: profile_catalog.dmlr-paper.sigam is not a known key" in done.stdout
    assert "Traceback" not in done.stdout
    project.configure({})


def test_a_wrong_published_number_stops_before_any_job(project, edited):
    edited("config/paper/table2.csv", "62.7", "627")
    done = project.run()
    assert done.returncode == 1
    assert (
        "table2.csv: line 2: mathvista_mini must be a number from 0 to 100, got '627'"
        in done.stdout
    )
    assert "Traceback" not in done.stdout


def test_a_wrong_checkpoint_directory_stops_before_any_job(project):
    project.configure({"model_catalog": {"shapes-1m": {"checkpoint": "/nowhere"}}})
    done = project.run()
    assert done.returncode == 1
    assert "/nowhere: must be a checkpoint directory, found nothing there" in done.stdout
    assert "Traceback" not in done.stdout
    project.configure({})


def test_partial_plans_are_refused_with_the_way_to_do_it(project):
    done = project.run("--until", "verify", "--dry-run")
    assert done.returncode == 1
    assert (
        "name a target instead: prepared, features, reasoning, measures, verdicts, tables, table1, table2, figures, reverify or all"
        in done.stdout
    )
