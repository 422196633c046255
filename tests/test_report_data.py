"""The data beside the pages: what they hold, and that only what changed is made again."""

import json
import os

import duckdb
import pytest
from jinja2 import ChoiceLoader, DictLoader, PackageLoader
from PIL import Image

from dmlr.errors import RecordError
from dmlr.records import AttentionMap, write_records
from dmlr.report import pages
from dmlr.report.folder import part
from dmlr.report.pictures import SIDE, Picture, add_pictures
from dmlr.report.sample_data import Benchmark, sample_scripts
from dmlr.report.scripts import Entry, script, script_of
from tests import reporting
from tests.reporting import (
    COLUMNS,
    DMLR_RUN,
    PATCHES,
    ROWS,
    SHOWN_EVIL,
    VANILLA_RUN,
    make,
    picture,
    render,
    samples,
    scripts,
)  # fmt: skip

MEASURED = "measures/tiny/m/dmlr/seed-3/00000.attention.parquet"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    render(make(folder), folder / "reports")
    return scripts(folder / "reports" / "data")


@pytest.fixture(scope="module")
def dmlr(data):
    return data[f"runs/{DMLR_RUN}/replies-000"]


def test_an_index_has_a_line_for_each_sample_in_the_benchmarks_order(data):
    index = data["benchmarks/tiny/index"]
    assert index["groups"] == ["kind"]  # scenes have as many values as samples
    sha256 = samples()[0].image.sha256
    evil = ["tiny/0", "easy", f"Which? {SHOWN_EVIL}", "one\ntwo", sha256, "choice", ["even"]]
    assert index["samples"][0] == evil
    assert [line[0] for line in index["samples"]] == [f"tiny/{number}" for number in range(10)]


def test_a_runs_index_has_a_letter_for_each_sample(data):
    found = data[f"runs/{DMLR_RUN}/index"]
    assert found["verdicts"] == "cwccccccuf"
    assert found["ends"] == "eeeeeeeeex"
    assert found["disputed"] == "0" * 10
    assert found["answers"] == ["A", "B", *["A"] * 6, None, None]
    assert data[f"runs/{VANILLA_RUN}/index"]["verdicts"] == "ccccccwwww"


def test_a_sample_has_all_that_is_shown_of_it(data):
    image = samples()[0].image
    assert data["benchmarks/tiny/samples-000"]["tiny/1"] == {
        "question": "Which?",
        "options": [["one", ["official"]], ["two", []]],
        "golds": [["official", "A. one"]],
        "image": [image.file, 50, 30],
        "category": "easy",
        "groups": [["kind", "odd"], ["scene", "1"]],
    }


def test_an_answer_has_its_reply_its_verdicts_and_what_it_took(dmlr):
    found = dmlr["tiny/0"]
    assert found["reply"] == [f"I say {SHOWN_EVIL} ", "\\boxed{A}", ""]
    assert found["verdicts"] == [
        ["paper", "official", "correct", "A", "boxed choice", None, None, None]
    ]
    # Prompt, image, first stage, generated, forwarded tokens, passes, rows of its batch, its peak.
    assert found["took"] == [11, 15, 0, 7, 95, 13, 5, 2**30]
    assert found["seconds"] == [0.0, 0.0, 0.0, 0.5]
    assert (found["grid"], found["reward"]) == ([ROWS, COLUMNS], [0.25, 0.75, 1])


def test_a_failed_answer_says_why_and_took_nothing_known(dmlr):
    found = dmlr["tiny/9"]
    assert found["error"] == f"out of {SHOWN_EVIL}"
    assert found["verdicts"][0][2] == "failed"
    assert not {"reply", "took", "grid", "trace"} & set(found)


def test_what_some_methods_write_besides_is_there(data):
    vanilla = data[f"runs/{VANILLA_RUN}/replies-000"]
    assert vanilla["tiny/1"]["insertions"] == [[3, 4], [5]]
    assert vanilla["tiny/2"]["replies"] == [f"First {SHOWN_EVIL}", "\\boxed{A}", ""]
    assert [one for one in vanilla if "insertions" in vanilla[one]] == ["tiny/1"]


def test_a_trace_is_told_by_quantity_and_its_patches_where_they_change(dmlr, data):
    assert dmlr["tiny/0"]["trace"] == {
        "step": [0, 1, 2],
        "reward": [0.25, 0.75, 0.5],
        "candidate": [0.1, 0.1, 0.1],
        "sigma": [0.1, 0.1, 0.1],
        "best": [0, 1, 0],
        "count": [3, 3, 3],
        "budget": [5, 5, 5],
        "think_norm": [1.0, 1.0, 1.0],
        "update_norm": [1.0, 1.0, 1.0],
        "patches": [None, PATCHES, None],
    }
    assert "trace" not in dmlr["tiny/8"]
    assert "trace" not in data[f"runs/{VANILLA_RUN}/replies-000"]["tiny/0"]


def test_protocols_that_differ_are_a_dispute(tmp_path):
    results = make(tmp_path)
    with duckdb.connect(str(results / "dmlr.duckdb")) as database:
        database.execute("INSERT INTO protocols VALUES ('other', 1, 'a model', NULL, NULL)")
        database.execute(
            "INSERT INTO verdicts SELECT run, 'other', sample_id, labels, 'wrong', 0, 'B', 'B', 'asked',"
            " NULL, 'k', 'model-7', 'No: \u202e B', 5, 6 FROM verdicts WHERE run = ?",
            [DMLR_RUN],
        )
    render(results, tmp_path / "reports")
    found = scripts(tmp_path / "reports" / "data")
    assert found[f"runs/{DMLR_RUN}/index"]["disputed"] == "1011111111"  # both say wrong of 1
    assert found[f"runs/{DMLR_RUN}/index"]["verdicts"] == "cwccccccuf"  # the first protocol's
    judged = found[f"runs/{DMLR_RUN}/replies-000"]["tiny/0"]["verdicts"][1]
    assert judged == [
        "other", "official", "wrong", "B", "asked", None, "model-7", "No: [U+202E] B"
    ]  # fmt: skip


@pytest.mark.parametrize("patch", [-1, 15])
def test_a_chosen_patch_outside_of_the_grid_is_refused(tmp_path, monkeypatch, patch):
    monkeypatch.setattr(reporting, "PATCHES", [[2], [patch]])
    results = make(tmp_path)
    wanted = rf"{DMLR_RUN}, tiny/0: best_patches must lie in the 3 x 5 grid, got {patch}; run"
    with pytest.raises(RecordError, match=wanted):
        render(results, tmp_path / "reports")


def test_a_traced_patch_outside_of_the_grid_is_refused(tmp_path):
    results = make(tmp_path)
    with duckdb.connect(str(results / "dmlr.duckdb")) as database:
        database.execute(
            "UPDATE traces SET best_patches = [[2], [15]] WHERE sample_id = 'tiny/4' AND step = 2"
        )
    wanted = rf"{DMLR_RUN}, tiny/4, step 2: best_patches must lie in the 3 x 5 grid, got 15; run"
    with pytest.raises(RecordError, match=wanted):
        render(results, tmp_path / "reports")


def maps(**changes):
    fields = {"sample_id": "tiny/0", "source": "think", "step": 0, "token": 1}
    fields |= {"grid_rows": 1, "grid_columns": 3, "attention": [0.1, 0.2, 0.0]}
    return AttentionMap(**fields | changes)


def test_attention_is_told_in_parts_of_a_maps_highest_value(tmp_path):
    results = make(tmp_path)
    reply = maps(source="reply", step=None, token=None, attention=[0.0, 0.0, 0.0])
    made = [maps(), maps(token=2, attention=[0.4, 0.1, 0.2]), maps(step=-1), reply]
    write_records(results / MEASURED, AttentionMap, made, {})
    render(results, tmp_path / "reports")
    found = scripts(tmp_path / "reports" / "data")[f"runs/{DMLR_RUN}/attention"]
    # 0.1 of 0.2 is 127.5 of 255, which rounds to even; a fourth of it is 63.75.
    assert found == {
        "tiny/0": {
            "grid": [1, 3],
            "think": {
                "0": {"1": [0.2, [128, 255, 0]], "2": [0.4, [255, 64, 128]]},
                "-1": {"1": [0.2, [128, 255, 0]]},
            },
            "reply": [0.0, [0, 0, 0]],
        }
    }
    page = (tmp_path / "reports" / "samples" / "tiny--m--seed-3.html").read_text("utf-8")
    assert page.count("&#34;attention&#34;: true") == 1


@pytest.mark.parametrize(
    "bad", [{"attention": [0.1, 0.2]}, {"attention": [0.1, -0.2, 0.3]}, {"grid_rows": 3}]
)
def test_attention_that_does_not_fill_its_grid_is_refused(tmp_path, bad):
    results = make(tmp_path)
    write_records(results / MEASURED, AttentionMap, [maps(), maps(**bad)], {})
    with pytest.raises(RecordError, match=r"attention of tiny/0 must be \d shares of a 1 x 3 grid"):
        render(results, tmp_path / "reports")


def test_no_text_ends_a_script_or_a_line_of_one():
    evil = "</script><!-- \u2028 \u2029 \ud800 \0 \u202e ' \" \\ `${1}`"
    for text in (script("a", {"b": [evil]}), script_of("a", [Entry("b", {evil: evil}, {})])):
        assert "<" not in text
        assert not {"\u2028", "\u2029", "\ud800", "\0"} & set(text)
        text.encode()
    shown = "</script><!-- [U+2028] [U+2029] [U+D800] [U+0000] [U+202E] ' \" \\ `${1}`"
    assert json.loads(script("a", evil).removeprefix('dmlr.add("a",').removesuffix(");\n")) == shown


def test_what_is_no_number_does_not_become_one():
    with pytest.raises(ValueError, match="not JSON compliant"):
        script("a", float("nan"))


def test_samples_lie_in_chunks_of_fifty():
    row = {
        "question": "?", "options": [], "gold": {}, "sha256": "a" * 64, "file": "a.png",
        "width": 1, "height": 1, "category": "c", "groups": {}, "hint": "", "errata": [],
        "prompt_source": "unified", "style": "plain", "wordings": {},
    }  # fmt: skip
    found = Benchmark("b", [{**row, "sample_id": f"b/{n}"} for n in range(101)], [])
    texts = dict(sample_scripts(found))
    assert list(texts) == ["index.js", "samples-000.js", "samples-001.js", "samples-002.js"]
    assert [texts[f"samples-00{n}.js"].count('"question"') for n in range(3)] == [50, 50, 1]
    assert '"b/50"' in texts["samples-001.js"]


def state(folder):
    return {
        path.relative_to(folder).as_posix(): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_nothing_is_written_where_nothing_changed(tmp_path):
    results, out = make(tmp_path), tmp_path / "reports"
    render(results, out)
    before = state(out)
    render(results, out)
    assert state(out) == before


def test_a_new_run_leaves_the_others_alone_and_one_that_is_gone_loses_its_files(tmp_path):
    out = tmp_path / "reports"
    render(make(tmp_path, profiles=["vanilla"], flips_against="absent"), out)
    alone = state(out)
    render(make(tmp_path, flips_against="absent"), out)
    both = state(out)
    changed = {name for name in alone if both[name] != alone[name]}
    page = "tiny--m--seed-3.html"
    # What tells of all runs, and what sets those of the group against each other.
    told = {"index.html", "completeness.html", "performance.html", "how.html", "audits/tiny.html"}
    assert changed == told | {"compare/index.html", f"compare/{page}", f"samples/{page}"}
    new = {name for name in both if name not in alone}
    assert {name.partition("--dmlr--")[0] for name in new} == {"runs/tiny--m", "data/runs/tiny--m"}
    render(make(tmp_path, profiles=["vanilla"]), out)
    assert set(state(out)) == set(alone)
    assert [path.name for path in (out / "data" / "runs").iterdir()] == [VANILLA_RUN]


def test_one_changed_verdict_makes_the_data_of_its_run_alone(tmp_path):
    results, out = make(tmp_path), tmp_path / "reports"
    render(results, out)
    before = state(out)
    with duckdb.connect(str(results / "dmlr.duckdb")) as database:
        database.execute(
            "UPDATE verdicts SET reason = 'looked at' WHERE run = ? AND sample_id = 'tiny/3'",
            [DMLR_RUN],
        )
    render(results, out)
    after = state(out)
    place = f"data/runs/{DMLR_RUN}"
    # The index stays as it was: no verdict changed, only the reason of one.
    assert {name for name in after if after[name] != before[name]} == {
        f"{place}/replies-000.js", f"{place}/.made.json",
    }  # fmt: skip
    assert "looked at" in (out / place / "replies-000.js").read_text("utf-8")


def test_a_template_changes_pages_and_neither_data_nor_pictures(tmp_path, monkeypatch):
    results, out = make(tmp_path), tmp_path / "reports"
    render(results, out)
    before = state(out)
    template = {
        "base.html.jinja": "<!doctype html><title>New</title>{% block main %}{% endblock %}"
    }
    other = pages._environment().overlay(
        loader=ChoiceLoader([DictLoader(template), PackageLoader("dmlr.report")])
    )
    monkeypatch.setattr(pages, "_environment", lambda: other)
    render(results, out)
    after = state(out)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {name for name in before if name.endswith(".html")}


def test_a_part_that_was_broken_off_is_made_again(tmp_path):
    def broken():
        yield "a.js", "half"
        raise KeyboardInterrupt

    assert part(tmp_path, "one", lambda: [("a.js", "whole"), ("b.js", "b")])
    with pytest.raises(KeyboardInterrupt):
        part(tmp_path, "two", broken)
    assert (tmp_path / "a.js").read_text() == "half"
    assert part(tmp_path, "one", lambda: [("a.js", "whole")])  # though it was whole before
    assert sorted(os.listdir(tmp_path)) == [".made.json", "a.js"]
    assert (tmp_path / "a.js").read_text() == "whole"
    assert not part(tmp_path, "one", lambda: [("a.js", "not asked for")])
    (tmp_path / "a.js").unlink()
    assert part(tmp_path, "one", lambda: [("a.js", "whole")])


def test_pictures_are_shared_and_small_ones_made_once(tmp_path):
    source = tmp_path / "wide.png"
    Image.new("RGBA", (400, 100), (255, 0, 0, 128)).save(source)
    found, out = Picture(source, "ab" * 32), tmp_path / "out"
    add_pictures([found], out)
    copy, small = out / "images" / f"{'ab' * 32}.png", out / "thumbs" / f"{'ab' * 32}.webp"
    assert copy.stat().st_ino == source.stat().st_ino
    with Image.open(small) as image:
        assert image.size == (SIDE, SIDE // 4)
        assert image.mode == "RGBA"
    made = small.stat().st_mtime_ns
    add_pictures([found], out)
    assert small.stat().st_mtime_ns == made
    (out / "images" / "mine.txt").write_text("a note of the reader's")
    add_pictures([], out)
    assert [path.name for path in out.rglob("*") if path.is_file()] == ["mine.txt"]
    assert source.exists()


def test_a_picture_that_cannot_be_read_is_named(tmp_path):
    source = tmp_path / "broken.png"
    source.write_bytes(picture()[:60])
    with pytest.raises(RecordError, match=r"broken\.png: image cannot be read"):
        add_pictures([Picture(source, "ab" * 32)], tmp_path / "out")


def test_a_folder_of_data_that_holds_something_else_is_left_and_named(tmp_path):
    out = tmp_path / "reports"
    render(make(tmp_path), out)
    (out / "data" / "runs" / DMLR_RUN / "notes.txt").write_text("mine")
    with pytest.raises(RecordError, match=r"must hold nothing but data of the report"):
        render(make(tmp_path, profiles=["vanilla"]), out)
    assert (out / "data" / "runs" / DMLR_RUN / "notes.txt").read_text() == "mine"
