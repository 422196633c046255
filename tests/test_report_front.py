"""The pages about the whole experiment, read as their reader sees them; numbers are worked out by hand."""

import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest
import yaml

from dmlr import config
from dmlr.errors import RecordError
from dmlr.merged import configuration
from dmlr.report import front
from dmlr.report.audits import audit
from dmlr.report.cautions import cautions
from dmlr.report.completeness import progress
from dmlr.report.costs import costs
from dmlr.report.data import Run, runs
from dmlr.report.headline import headline, main_cells
from dmlr.report.how import HEAD, experiment_file, origins
from dmlr.report.report import report
from dmlr.report.told import ReportSettings
from dmlr.store.cells import cells
from dmlr.store.compute import COLUMNS, Compute
from tests.reporting import DMLR_RUN, EVIL, SHOWN_EVIL, VANILLA_RUN, make, page, table

EXPERIMENT = {
    "figures": ["figure8", "figure9"],
    "measures": {"chains": ["vanilla"], "attention": ["dmlr"]},
    "seeds": [3],
    "benchmarks": ["tiny"],
    "note": EVIL,
}
CAPTION = f"# Figure 8: rewards\n\nMeans over\nsamples {EVIL}.\n\nprovenance 0123456789ab\n"
STEP = {"milliseconds": 90.0, "passes": 2.0, "decode_steps": 3.5}
BENCH = {
    "conditions": {
        "model": "small", "random_weights": True, "parameters": 45_000_000, "dtype": "float32",
        "device": "cpu", "threads": 2, "prefix_tokens": 458, "new_tokens": 64, "repeats": 3,
        "machine": {"commit": "ab" * 20, "installed": {"torch": "2", "transformers": "5"}},
    },
    "image_encoding_ms": 12.5,
    "batches": [
        {
            "batch": 8, "prefill_ms": 100.5, "decode_step_ms": 26.2, "joint": STEP, "paper": STEP,
            "joint_over_plain": 0.8, "peak_bytes": 3 * 2**29, "end_to_end": {
                "vanilla_samples_per_second": 0.48, "dmlr_samples_per_second": 0.22,
                "time_ratio": 2.18, "floor": 1.9,
            },
        }
    ],
}  # fmt: skip


def add_figure(results, name, caption=CAPTION):
    folder = results / "figures"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.md").write_text(caption)
    for suffix in ("svg", "pdf", "csv"):
        (folder / f"{name}.{suffix}").write_bytes(f"{name} as {suffix}".encode())


def render(results, out, experiment=EXPERIMENT):
    told = ReportSettings(
        code="c", baseline="vanilla", benchmarks=["tiny"], paper={}, experiment=experiment
    )
    report(told, results / "dmlr.duckdb", results, out)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    found = make(tmp_path_factory.mktemp("front"))
    add_figure(found, "figure8")
    add_figure(found, "figure3")  # of another experiment
    (found / "bench").mkdir()
    (found / "bench" / "small.json").write_text(json.dumps(BENCH))
    return found


@pytest.fixture(scope="module")
def out(results):
    render(results, results.parent / "reports")
    return results.parent / "reports"


def test_the_first_page_begins_with_what_to_beware_of(out):
    index = page(out / "index.html")
    assert [node.text for node in index.all("h2")][:3] == [
        "Before the numbers", "In short", "Every run at a glance",
    ]  # fmt: skip
    found = [node.text for node in index.all("li", class_="caution")]
    assert found[0].startswith("m is a tiny model that ships with the pipeline")
    assert found[1:4] == [
        f"1 sample without an answer in 1 run of 2: {DMLR_RUN}.",
        f"1 sample with an answer that cannot be read in 1 run of 2: {DMLR_RUN}.",
        f"Planned, but not there: chains of {VANILLA_RUN}, attention of {DMLR_RUN}, figure9; snakemake "
        "makes what is missing.",
    ]
    assert found[4].startswith(
        "Changed code: 2 runs were answered from a working tree with changes"
    )


def test_every_run_stands_in_one_table_and_leads_to_its_page(out):
    found = page(out / "index.html").one("table", aria_labelledby="runs-caption")
    assert table(found) == [
        ["Profile", "tiny official labels"],
        ["Model m, seed 3"],
        ["vanilla", "60.0 [31.3, 83.2]"],  # 6 of 10, 7 of 8
        ["dmlr", "87.5 [52.9, 97.8]"],
    ]
    links = [node.attributes["href"] for node in found.all("a")]
    assert links == ["audits/tiny.html", f"runs/{VANILLA_RUN}.html", f"runs/{DMLR_RUN}.html"]


def test_the_paper_stands_beside_a_number_and_is_inside_of_its_interval_or_outside(results):
    with duckdb.connect(str(results / "dmlr.duckdb"), read_only=True) as database:
        found = main_cells(cells(database, "vanilla"))
    published = {("tiny", "m", "vanilla"): 83.0, ("tiny", "m", "dmlr"): 52.8}
    grid = headline(found, ["tiny", "other"], published, "vanilla")
    ((first, none), (second, _)) = (line.scores for line in grid.blocks[0].lines)
    assert (first.inside, second.inside, none) == (True, False, None)  # [31.3, 83.2], [52.9, 97.8]
    assert grid.beside == [True, False]


def test_a_long_table_leaves_the_first_page(results, tmp_path, monkeypatch):
    monkeypatch.setattr(front, "ROOM", 1)
    render(results, tmp_path)
    index = page(tmp_path / "index.html")
    assert "2 rows are too many for this page: each stands on its run’s." in index.text
    assert [node.attributes["aria-labelledby"] for node in index.all("table")] == ["runs-caption"]


def test_a_table_that_left_the_first_page_is_led_to(results, tmp_path, monkeypatch):
    found = shutil.copytree(results, tmp_path / "results")
    (found / "tables").mkdir()
    (found / "tables" / "accuracy.md").write_text("| profile |\n| --- |\n| dmlr |\n")
    monkeypatch.setattr(front, "ROOM", 1)
    render(found, tmp_path / "reports")
    index = page(tmp_path / "reports" / "index.html")
    assert "2 rows are too many for this page: their own page has all of them" in index.text
    (link,) = [one for one in index.all("a") if one.text == "their own page"]
    assert link.attributes["href"] == "tables/accuracy.html"


def test_completeness_counts_every_run(out):
    seen = page(out / "completeness.html")
    rows = table(seen.one("table"))
    # Of ten: answered, none, scored, unparsed, failed, without a gold.
    assert rows[2:] == [
        ["vanilla", "10", "10", "0", "10", "0", "0", "0"],
        ["dmlr", "10", "9", "1", "8", "1", "1", "0"],
    ]
    lacking = [node.text for node in seen.one("section", aria_labelledby="missing").all("li")]
    assert lacking[-1] == "figure9 is not there: results/figures/figure9.svg"
    short = page(out / "index.html").one("section", aria_labelledby="complete").text
    assert "1 of 2 runs have an answer and a score for every sample" in short
    assert "in the others 1 answer and 2 scores are lacking" in short


def beware(run, cell, audits):
    progressed = [front.Progress(run, cell.samples, cell.samples, cell)]
    return [one.what for one in cautions(progressed, [], audits)]


def test_what_is_pinned_final_and_clean_needs_no_caution(results):
    with duckdb.connect(str(results / "dmlr.duckdb"), read_only=True) as database:
        first, *_ = runs(database, "vanilla")
        cell, *_ = main_cells(cells(database, "vanilla"))
        assert [one.answered for one in progress(database, [first], [cell])] == [10]
    told = audit(results, "tiny")
    clean = {"commit": "ab" * 20, "code": "c"}

    def run(revision, **made):
        model = {"checkpoint": "somebody/model", "revision": revision}
        return Run(first.run, "tiny", "m", "vanilla", 3, {"model": model}, {**clean, **made})

    free = told.source.model_copy(update={"hub": "somebody/Things", "revision": "main"})
    assert beware(run("ab" * 20), cell, [told]) == []
    assert beware(run("main"), cell, []) == ["Weights that can change:"]
    assert beware(run(None, commit=None), cell, []) == ["Unknown commit:"]
    unpinned = told.model_copy(update={"source": free})
    assert beware(run(None), cell, [unpinned]) == ["Questions that can change:"]


def test_each_benchmark_has_a_page_that_the_list_leads_to(out):
    rows = table(page(out / "audits" / "index.html").one("table"))
    assert rows[1] == ["tiny", "10", "1", "official 10", "0", "0"]
    assert (out / "audits" / "tiny.html").exists()


def test_a_figure_is_shown_with_its_caption_and_files(out):
    seen = page(out / "figures.html")
    assert "Planned, but not there: figure9." in seen.text
    image = seen.one("img")
    assert image.attributes["src"] == "figures/figure8.svg"
    assert image.attributes["alt"] == f"Figure 8: rewards. Means over samples {SHOWN_EVIL}."
    assert [p.text for p in seen.one("figcaption").all("p")] == [
        f"Means over samples {SHOWN_EVIL}.", "provenance 0123456789ab",
    ]  # fmt: skip
    assert sorted(path.name for path in (out / "figures").iterdir()) == [
        "figure8.csv", "figure8.pdf", "figure8.svg",
    ]  # fmt: skip
    assert (out / "figures" / "figure8.pdf").read_text() == "figure8 as pdf"


def test_what_is_unchanged_keeps_its_time_and_what_is_gone_goes(results, tmp_path):
    render(results, tmp_path)
    stale = [tmp_path / "audits" / "old.html", tmp_path / "figures" / "figure2.svg"]
    for path in stale:
        path.write_text("old")
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    render(results, tmp_path)
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()} == {
        path: time for path, time in times.items() if path not in stale
    }


def test_the_cost_is_drawn_by_phase_on_one_scale():
    def took(profile, **numbers):
        every = {**dict.fromkeys(COLUMNS), **numbers}
        return Compute("b", "m", profile, 1, f"r-{profile}", 5, every)

    (block,) = costs([
        took("one", seconds=1.0, prefill_seconds=0.25, decode_seconds=0.75, model_passes=10.0),
        took("two", seconds=4.0, prefill_seconds=1.0, optimise_seconds=2.0, decode_seconds=1.0),
    ])  # fmt: skip
    first, second = block.rows
    # The longest is 160 wide.
    assert [(p.look, p.x, p.width) for p in first.seconds.parts] == [
        ("prefill", 0.0, 10.0), ("decode", 10.0, 30.0),
    ]  # fmt: skip
    assert [(p.look, p.x, p.width) for p in second.seconds.parts] == [
        ("prefill", 0.0, 40.0), ("optimise", 40.0, 80.0), ("decode", 120.0, 40.0),
    ]  # fmt: skip
    assert second.seconds.says == "prefill 1.000, optimise 2.000, decode 1.000"
    assert (second.passes.value, second.passes.parts) == (None, [])
    assert first.passes.parts[0].width == 160.0


def test_benches_stand_with_their_conditions(out, results, tmp_path):
    seen = page(out / "performance.html")
    rows = table(seen.one("table", aria_labelledby="bench-1"))
    assert rows[2] == [
        "8", "100.5", "26.20", "90.00", "3.50", "90.00", "3.50", "0.480", "0.220", "2.18", "1.90",
        "1.50",
    ]  # fmt: skip
    assert (
        "small with random weights: 45,000,000 parameters, float32 on cpu (2 CPU threads)"
        in seen.text
    )
    assert "torch 2, transformers 5, commit abababababab…." in seen.text
    (results / "bench" / "odd.json").write_text('{"conditions": 1}')
    with pytest.raises(RecordError, match=r"odd\.json: not a readable bench \(conditions"):
        render(results, tmp_path)
    (results / "bench" / "odd.json").unlink()


def test_a_caption_without_a_title_is_refused(results, tmp_path):
    add_figure(results, "figure9", "no title\n")
    with pytest.raises(RecordError, match=r"figure9\.md: must begin with a title, got 'no title'"):
        render(results, tmp_path)
    for path in (results / "figures").glob("figure9.*"):
        path.unlink()


def test_how_names_commands_origins_and_ids(out, results):
    seen = page(out / "how.html")
    assert "snakemake tables figures --cores 2 --configfile experiment.yaml" in seen.text
    assert "dmlr check --configfile experiment.yaml" in seen.text
    assert re.search(r"dmlr show [0-9a-f]{12} dmlr sql", seen.text)
    rows = table(seen.one("table", aria_labelledby="origins-caption"))
    assert ["packages / torch", "2", "2"] in rows
    assert ["commit", "efefefefefef…+changes", "2"] in rows
    with duckdb.connect(str(results / "dmlr.duckdb"), read_only=True) as database:
        ((known,),) = database.execute(
            "SELECT provenance_id FROM runs WHERE run = ?", [DMLR_RUN]
        ).fetchall()
    assert [DMLR_RUN, f"dmlr show {known}"] in table(
        seen.one("table", aria_label="Ids of the runs")
    )


def test_a_fact_is_told_once_with_the_runs_that_have_it():
    def run(name, code):
        return Run(
            name, "b", "m", "p", 1, {}, {"code": code, "seed": 1, "packages": {"torch": "2"}}
        )

    found = [(one.fact.name, one.fact.value, one.runs) for one in origins([
        run("a", "x"), run("b", "y"), run("c", "y"),
    ])]  # fmt: skip
    assert found == [
        ("code fingerprint", "y", 2), ("code fingerprint", "x", 1), ("packages / torch", "2", 3),
    ]  # fmt: skip


def test_the_file_beside_the_pages_is_the_experiment(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text(yaml.safe_dump({"protocols": ["paper", "judge"], "seeds": [1, 2]}))
    told = config.report_settings(config.load(*configuration([mine])))
    file = tmp_path / "experiment.yaml"
    file.write_text(experiment_file(ReportSettings.model_validate_json(told)))
    assert file.read_text().startswith(HEAD)
    assert config.report_settings(config.load(*configuration([file]))) == told
    kept = yaml.safe_load(file.read_text())
    assert list(kept["profile_catalog"]) == ["dmlr-paper", "vanilla"]
    assert "batch_size" not in kept  # a matter of speed


def test_captions_of_the_archive_are_restructured_text():
    docutils = pytest.importorskip("docutils.core")
    for path in sorted(Path("workflow/report").glob("*.rst")):
        plain = re.sub(r"{{.*?}}", "name", path.read_text(), flags=re.DOTALL)
        docutils.publish_string(plain, settings_overrides={"halt_level": 2, "report_level": 5})
