"""The report, read as its reader sees it; every expected number is worked out by hand beside it."""

import hashlib
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from dmlr.boxes import last_boxed, last_span
from dmlr.errors import RecordError
from dmlr.records import Gold, ImageFile, Prediction, Sample, TraceStep, write_records
from dmlr.report.charts import nice_ticks
from dmlr.report.numbers import decimals, p_value, signed
from dmlr.report.overlay import overlay
from dmlr.report.report import report
from dmlr.report.samples import image_name
from dmlr.report.text import anchor, shown
from dmlr.settings import AggregateSettings, PlannedRun, ReportSettings, RunKey
from dmlr.store.database import build
from tests.verifying import score

EVIL = "<script>alert(1)</script>\0 \u202eevil"
WIDTH, HEIGHT, ROWS, COLUMNS = 50, 30, 3, 5
# Replies to samples 0 to 9, whose gold is A: 6 of 10 right, then 7 of 8 scored.
VANILLA = ["A"] * 6 + ["B"] * 4
DMLR = ["A", "B", "A", "A", "A", "A", "A", "A", "none", "failed"]
AUDIT = {
    "format": 1,
    "benchmark": "tiny",
    "source": {"loader": "shapes", "split": "test"},
    "subset": {"of": 10, "chosen": 10},
    "samples": 10,
    "images": 1,
    "skipped": {},
    "categories": {"easy": 5, "hard": 5},
    "groups": {"kind": 2, "scene": 10},
    "labels": {
        "official": {"answers": 10, "empty": 0, "kinds": {"choice": 10}, "letters": {"A": 10}}
    },
    "findings": [],
    "errata": [],
    "floors": [
        {"labels": "official", "metric": "accuracy", "answer": "A", "correct": 10, "of": 10}
    ],
}
VOID = {"meta", "link", "img", "input", "br"}


class Node(HTMLParser):
    """A page, or a part of it, as a tree."""

    def __init__(self, tag="page", attributes=()):
        super().__init__()
        self.tag, self.attributes, self.parts = tag, dict(attributes), []
        self.open = [self]

    def handle_starttag(self, tag, attrs):
        node = Node(tag, attrs)
        self.open[-1].parts.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag, attrs):
        self.open[-1].parts.append(Node(tag, attrs))

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag

    def handle_data(self, data):
        self.open[-1].parts.append(data)

    def all(self, tag, **attributes):
        for part in self.parts:
            if isinstance(part, Node):
                wanted = {k.rstrip("_").replace("_", "-"): v for k, v in attributes.items()}
                if part.tag == tag and wanted.items() <= part.attributes.items():
                    yield part
                yield from part.all(tag, **attributes)

    def one(self, tag, **attributes):
        (found,) = self.all(tag, **attributes)
        return found

    @property
    def text(self):
        words = (part if isinstance(part, str) else part.text for part in self.parts)
        return " ".join(" ".join(words).split())


def page(path):
    text = path.read_text(encoding="utf-8")
    node = Node()
    node.feed(text)
    node.close()
    assert node.open == [node]
    return node


def table(node):
    return [[cell.text for cell in row.parts if isinstance(cell, Node)] for row in node.all("tr")]


def picture():
    file = io.BytesIO()
    Image.new("RGB", (WIDTH, HEIGHT), "red").save(file, "PNG")
    return file.getvalue()


def samples(file=None):
    content = picture()
    sha256 = hashlib.sha256(content).hexdigest()
    name = file or f"{sha256}.png"
    image = ImageFile(sha256=sha256, file=name, width=WIDTH, height=HEIGHT, bytes=len(content))
    return [
        Sample(
            sample_id=f"tiny/{number}",
            question=f"Which? {EVIL}" if number == 0 else "Which?",
            options=("one", "two"),
            gold={"official": Gold(kind="choice", text="one", letter="A")},
            image=image,
            category="easy" if number < 5 else "hard",
            groups={"kind": "odd" if number % 2 else "even", "scene": str(number)},
        )
        for number in range(10)
    ]


def prediction(number, word, optimised):
    if word == "failed":
        return Prediction(sample_id=f"tiny/{number}", status="failed", error=f"out of {EVIL}")
    reply = f"I say {EVIL} \\boxed{{{word}}}" if word in "AB" else "I do not know"
    state = {"initial_reward": 0.25, "best_reward": 0.75, "best_step": 1} if optimised else {}
    if optimised and number == 0:
        state["best_patches"] = [[7], [7, 14]]
    if not optimised and number == 1:
        state |= {"insertions": [[3, 4], [5]], "triggers": 5}
    if not optimised and number == 2:
        state["replies"] = [f"First {EVIL}", "\\boxed{A}", ""]
    if optimised and number < 3:  # 1, 2 and 4.5 GiB
        state["peak_memory_bytes"] = [2**30, 2**31, 9 * 2**29][number]
    return Prediction(
        sample_id=f"tiny/{number}", status="ok", text=reply, stop_reason="end", prompt_tokens=11,
        image_tokens=15, generated_tokens=7, model_passes=13, decode_seconds=0.5, grid_rows=ROWS,
        grid_columns=COLUMNS, forwarded_tokens=95 if optimised else 19, batch_rows=5, **state,
    )  # fmt: skip


def trace(number):
    return [
        TraceStep(
            sample_id=f"tiny/{number}", step=step, candidate_reward=0.1, reward=reward, sigma=0.1,
            is_best=step == 1, patch_count=3, patch_counts=[1, 2], best_patches=[[5], [0, 3]], patch_budget=5, think_norm=1, update_norm=1,
        )
        for step, reward in enumerate([0.25, 0.75, 0.5])
    ]  # fmt: skip


def write_run(results, profile, words, shard):
    model = {"checkpoint": "embedded:tiny", "revision": None}
    key = RunKey(benchmark="tiny", model="m", profile=profile, seed=3)
    told = {"method": profile, "think_tokens": 2}
    run = PlannedRun(key=key, profile=told, model=model, shards=[shard.stem])
    optimised = profile == "dmlr"
    made = {"code": "c", "model": model, "profile": told, "seed": 3, "packages": {"torch": "2"}}
    made |= {"weights": "ab" * 32, "processing": "cd" * 32, "commit": "ef" * 20 + "+changes"}
    folder = results / "runs" / key.folder
    predictions = folder / f"{shard.stem}.predictions.parquet"
    answers = [prediction(number, word, optimised) for number, word in enumerate(words)]
    steps = [step for number in range(8) for step in trace(number)] if optimised else []
    write_records(predictions, Prediction, answers, made)
    write_records(folder / f"{shard.stem}.traces.parquet", TraceStep, steps, made)
    verdicts = results / "verdicts" / "paper" / f"{key.folder}.parquet"
    score([shard], [predictions], verdicts)
    return run


def make(
    folder,
    *,
    file=None,
    profiles=("vanilla", "dmlr"),
    audit=AUDIT,
    changes=None,
    flips_against="dmlr",
    max_unscored_share=1.0,
):
    """Records of one benchmark and its runs, through the real stages into a database.

    ``changes`` has fields by a sample's number that are other than those of ``samples``.
    """
    results = folder / "results"
    shard = results / "benchmarks" / "tiny" / "shards" / "00000.jsonl"
    shard.parent.mkdir(parents=True, exist_ok=True)
    made = [
        sample.model_copy(update=(changes or {}).get(number, {}))
        for number, sample in enumerate(samples(file))
    ]
    shard.write_text("".join(sample.model_dump_json() + "\n" for sample in made))
    images = results / "benchmarks" / "tiny" / "images"
    images.mkdir(exist_ok=True)
    (images / f"{made[0].image.sha256}.png").write_bytes(picture())
    (shard.parents[1] / "audit.json").write_text(json.dumps(audit))
    words = {"vanilla": VANILLA, "dmlr": DMLR}
    runs = [write_run(results, profile, words[profile], shard) for profile in profiles]
    told = AggregateSettings(
        code="c",
        benchmarks={"tiny": 1},
        models={"m": runs[0].model},
        profiles={run.key.profile: run.profile for run in runs},
        seeds=[3],
        protocols=["paper"],
        baseline="vanilla",
        flips_against=flips_against,
        max_unscored_share=max_unscored_share,
    )
    build(told, results, results / "dmlr.duckdb")
    return results


def render(results, out, benchmarks=("tiny",)):
    told = ReportSettings(code="c", baseline="vanilla", benchmarks=list(benchmarks))
    report(told, results / "dmlr.duckdb", results, out)


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    render(make(folder), folder / "reports")
    return folder / "reports"


@pytest.fixture(scope="module")
def dmlr(out):
    return page(out / "runs" / "tiny--m--dmlr--seed-3.html")


def test_the_accuracy_table_shows_shares_bounds_and_the_paired_difference(out):
    rows = table(next(page(out / "index.html").all("table")))
    # 6 of 10; Wilson's interval of 6 of 10 is 31.3 to 83.2.
    base = ["vanilla", "10", "60.0", "[31.3, 83.2]", "", "0", "0", "–", "baseline"]
    # Both answered 0 to 8; the answers to 1, 6 and 7 differ, and 8 could be read here alone.
    assert rows[3] == [*base, "44.4 % of 9"]
    # 7 of 8 scored; all ten samples give 70 % if the other two are wrong, 90 % if they are right.
    # On the 8 pairs two are gained (6, 7) and one is lost (1): +12.5 points; 2 against 1 is p = 1.
    shares = ["dmlr", "8", "87.5", "[52.9, 97.8]", "", "1", "1", "70.0–90.0"]
    assert rows[4] == [*shares, "8", "+12.5", "2 / 1", "1.000", "reference"]


def test_the_first_page_says_what_other_answers_are(out):
    captions = [node.text for node in page(out / "index.html").all("p", class_="caption")]
    assert captions[0].endswith(
        "other answers are the share of answers that differ from those of dmlr, right or wrong, "
        "among the samples that both answered"
    )


def test_without_another_profile_to_compare_answers_with_there_is_no_such_column(tmp_path):
    render(make(tmp_path, flips_against="absent"), tmp_path / "reports")
    index = page(tmp_path / "reports" / "index.html")
    assert table(next(index.all("table")))[3][-1] == "baseline"
    assert "ther answers" not in index.text
    assert "absent" not in index.text


def test_the_first_page_says_what_the_answers_cost(out):
    index = page(out / "index.html")
    assert "What the answers cost" in [node.text for node in index.all("h2")]
    rows = table(index.one("table", aria_labelledby="took-caption"))
    assert rows[0][:2] == ["Profile", "Answers n"]
    assert rows[0][5:7] == ["Forwarded tokens", "Forwarded vs baseline"]
    assert not {"First stage tokens", "ICoT: blocks", "Prefill, seconds"} & set(rows[0])  # nobody's
    assert rows[0][-1] == "Peak memory, GiB"
    assert rows[1] == ["Benchmark tiny, model m, seed 3"]
    tokens, seconds = ["11.0", "15.0", "7.0"], ["0.500", "0.500"]
    assert rows[2] == [
        "vanilla",
        "10",
        *tokens,
        "19.0",
        "1.00",
        "13.0",
        *seconds,
        "5.0",
        "–",
    ]
    assert rows[3] == [
        "dmlr",
        "9",
        *tokens,
        "95.0",
        "5.00",
        "13.0",
        *seconds,
        "5.0",
        "4.50",
    ]


def test_a_run_says_what_an_answer_took_where_it_is_known(out, dmlr):
    def took(seen):
        (found,) = [t for t in seen.all("table") if "What an answer took" in t.text]
        return {row[0]: row[1:] for row in table(found)}

    # Three answers know their peak: 1, 2 and 4.5 GiB. Of batches no sum over samples is taken.
    assert took(dmlr)["peak memory of its batch, GiB"] == ["3", "2.50", "2.00", "4.50", "–"]
    assert took(dmlr)["rows of its batch"] == ["9", "5.0", "5", "5", "–"]
    assert took(dmlr)["forwarded tokens"] == ["9", "95.0", "95", "95", "855"]
    vanilla = took(page(out / "runs" / "tiny--m--vanilla--seed-3.html"))
    assert "peak memory of its batch, GiB" not in vanilla
    assert vanilla["forwarded tokens"] == ["10", "19.0", "19", "19", "190"]


def test_the_index_breaks_down_by_category_and_by_groups_of_few_values(out):
    index = page(out / "index.html")
    assert [node.text for node in index.all("h3")] == ["By category", "By kind"]
    rows = table(index.one("table", aria_labelledby="breakdown-1-1"))
    # Easy are samples 0 to 4: vanilla has 5 of 5, dmlr 4 of 5.
    assert [row[:4] for row in rows[2:4]] == [
        ["easy", "vanilla", "5", "100.0"],
        ["easy", "dmlr", "5", "80.0"],
    ]


def test_the_index_says_what_may_be_concluded(out):
    text = page(out / "index.html").text
    assert "dmlr does not differ from vanilla beyond noise" in text
    assert "m is a tiny model that ships with the pipeline" in text
    assert "10 samples over 1 image: all 10 rows. Official answers: 10 choice." in text
    assert "accuracy: 100.0 % (10 of 10), always A" in text


def test_hostile_text_is_text(out):
    for path in [out / "index.html", *(out / "runs").iterdir()]:
        text = path.read_text(encoding="utf-8")
        assert "<script>" not in text
        assert not {"\0", "\u202e"} & set(text)
        scripts = [node.attributes["src"] for node in page(path).all("script")]
        assert [Path(name).name for name in scripts] == ["report.js"]
        assert not list(page(path).all("style"))
        assert 'style="' not in text


def test_a_sample_shows_what_was_asked_said_and_decided(dmlr):
    sample = dmlr.one("article", id="sample-0")
    assert sample.one("p", class_="question").text == (
        "Which? <script>alert(1)</script>[U+0000] [U+202E]evil"
    )
    assert sample.one("mark").text == "\\boxed{A}"
    assert sample.one("li", class_="gold").text == "A one gold (official) answered"
    assert table(sample.one("table", class_="scores"))[1] == [
        "official", "paper", "A. one", "A", "✓ correct", "boxed choice", "–",
    ]  # fmt: skip


def test_a_sample_says_how_many_blocks_came_into_its_reply(out):
    vanilla = page(out / "runs" / "tiny--m--vanilla--seed-3.html")
    said = "Image tokens inserted into the reply: 2 blocks"
    assert [said in node.text for node in vanilla.all("article")] == [False, True, *[False] * 8]


def test_a_sample_shows_the_replies_that_were_voted_on(out, dmlr):
    vanilla = page(out / "runs" / "tiny--m--vanilla--seed-3.html")
    details = vanilla.one("article", id="sample-2").one("details")
    assert details.one("summary").text == "Replies that were voted on: 3"
    shown = [node.text for node in details.all("pre")]
    assert shown == ["First <script>alert(1)</script>[U+0000] [U+202E]evil", "\\boxed{A}", ""]
    said = [node.attributes["id"] for node in vanilla.all("article") if "voted on" in node.text]
    assert said == ["sample-2"]
    assert "voted on" not in dmlr.text


def test_unparsed_and_failed_are_never_wrong(dmlr):
    marks = {node.attributes["id"]: next(node.all("span")).text for node in dmlr.all("article")}
    assert [marks[f"sample-{number}"] for number in (0, 1, 8, 9)] == [
        "✓ correct", "✗ wrong", "? unparsed", "! failed",
    ]  # fmt: skip
    failed = dmlr.one("article", id="sample-9")
    assert "No reply: out of <script>" in failed.text
    assert not list(failed.all("pre"))
    assert "wrong" not in failed.one("table", class_="scores").text


def test_samples_are_marked_where_the_verdict_flips(dmlr):
    flips = [node.attributes["data-flip"] for node in dmlr.all("article")]
    same = ["same"] * 4
    # 8 and 9 are wrong in the baseline and have no score here: no flip.
    assert flips == ["same", "lost", *same, "gained", "gained", "unscored", "unscored"]
    link = dmlr.one("article", id="sample-1").one("span", class_="flip lost").one("a")
    assert link.attributes["href"] == "tiny--m--vanilla--seed-3.html#sample-1"


def test_patches_lie_where_the_grid_says(dmlr):
    drawing = dmlr.one("article", id="sample-0").one("svg", class_="overlay")
    places = {
        (node.attributes["data-token"], node.attributes["data-patch"]): [
            float(node.attributes[name]) for name in ("x", "y", "width", "height")
        ]
        for node in drawing.all("rect")
        if "data-token" in node.attributes
    }
    # 50 x 30 pixels are shown at 320 x 192, so a patch of the 3 x 5 grid is 64 x 64. Patch 7 lies
    # in row 1, column 2 (from 0), patch 14 in row 2, column 4. Token 1 is inset by 2, token 2 by 6.
    assert places == {
        ("1", "7"): [128 + 2, 64 + 2, 60, 60],
        ("2", "7"): [128 + 6, 64 + 6, 52, 52],
        ("2", "14"): [256 + 6, 128 + 6, 52, 52],
    }
    assert [node.text for node in drawing.all("text")] == ["1 2", "2"]
    listed = dmlr.one("article", id="sample-0").one("ul", class_="chosen")
    assert [node.text for node in listed.all("li")] == [
        "think token 1: 7 (r2 c3)",
        "think token 2: 7 (r2 c3) , 14 (r3 c5)",
    ]


def test_a_patch_outside_of_the_grid_is_refused():
    with pytest.raises(
        RecordError, match=r"tiny/1: best_patches must lie in the 3 x 5 grid, got 15"
    ):
        overlay([[15]], ROWS, COLUMNS, size=(320.0, 192.0), where="tiny/1")


def test_the_optimisation_is_summed_up(dmlr):
    text = dmlr.text
    # Nine predictions have rewards (all but the failed one), eight of them a trace.
    assert "The reward of 9 of 9 samples rose above its start" in text
    rows = table(dmlr.one("details").one("table"))
    assert rows[1] == ["start", "9", "0.250", "[0.250, 0.250]", "0.250", "–", "0"]
    assert rows[3] == ["1", "8", "0.750", "[0.750, 0.750]", "0.750", "3.0", "8"]
    assert rows[4] == ["2", "8", "0.500", "[0.500, 0.500]", "0.750", "3.0", "0"]


def test_long_digests_keep_their_whole_as_title(dmlr):
    shorts = {node.text: node.attributes["title"] for node in dmlr.all("code", title="ab" * 32)}
    assert shorts == {"abababababab…": "ab" * 32}
    assert "efefefefefef…+changes" in dmlr.text


def test_the_baseline_has_no_flips_no_charts_and_no_outlines(out):
    vanilla = page(out / "runs" / "tiny--m--vanilla--seed-3.html")
    assert len(list(vanilla.all("article"))) == 10
    assert not [n for n in vanilla.all("article") if "data-flip" in n.attributes]
    assert not list(vanilla.all("figure", class_="chart"))
    assert not list(vanilla.all("svg", class_="overlay"))


def test_filters_offer_what_differs_and_are_hidden_without_the_script(dmlr):
    form = dmlr.one("form", class_="filters")
    assert "hidden" in form.attributes
    names = [node.attributes["name"] for node in form.all("select")]
    assert names == ["verdict", "category", "flip", "group-0"]
    words = [node.text for node in form.one("select", name="verdict").all("option")]
    assert words == ["all (10)", "correct (7)", "failed (1)", "unparsed (1)", "wrong (1)"]


def test_the_folder_is_whole(out, dmlr):
    for path in [out / "index.html", *(out / "runs").iterdir()]:
        seen = page(path)
        links = [n.attributes["href"] for tag in ("a", "link") for n in seen.all(tag)]
        links += [n.attributes["src"] for tag in ("img", "script") for n in seen.all(tag)]
        for link in links:
            place, _, name = link.partition("#")
            target = (path.parent / place.partition("?")[0]) if place else path
            assert link == "data:," or target.is_file(), link
            assert not name or f'id="{name}"' in target.read_text(encoding="utf-8"), link
    (image,) = (out / "images").iterdir()
    assert image.read_bytes() == picture()


def test_equal_records_make_equal_pages_and_a_run_that_is_gone_loses_its_page(tmp_path):
    out = tmp_path / "reports"
    results = make(tmp_path)
    render(results, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    render(results, out)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    render(make(tmp_path, profiles=["vanilla"]), out)
    assert [path.name for path in (out / "runs").iterdir()] == ["tiny--m--vanilla--seed-3.html"]


@pytest.mark.parametrize("file", ["../../evil.png", "a/b.png", "a\\b.png", ".png", "a\0.png", ""])
def test_an_image_name_that_leads_elsewhere_is_refused(file):
    with pytest.raises(RecordError, match=r"samples.image.file: must be a bare file name"):
        image_name("0" * 64, file)
    with pytest.raises(RecordError, match=r"samples.image.sha256: must be a bare file name"):
        image_name("../0", "a.png")


def test_nothing_is_written_for_an_evil_image_name(tmp_path):
    results = make(tmp_path, file="../../evil.png", profiles=["vanilla"])
    with pytest.raises(RecordError, match=r"bare file name .* got '../../evil.png'"):
        render(results, tmp_path / "reports")
    assert not (tmp_path / "reports").exists()


def test_a_missing_audit_image_or_database_is_named(tmp_path):
    results = make(tmp_path, profiles=["vanilla"])
    for image in (results / "benchmarks" / "tiny" / "images").iterdir():
        image.unlink()
    with pytest.raises(RecordError, match=r"images/.*\.png: image is missing"):
        render(results, tmp_path / "reports")
    (results / "benchmarks" / "tiny" / "audit.json").write_text("{}")
    with pytest.raises(RecordError, match=r"audit\.json: not a readable audit"):
        render(results, tmp_path / "reports")
    (results / "dmlr.duckdb").unlink()
    with pytest.raises(RecordError, match=r"dmlr\.duckdb: not a readable database"):
        render(results, tmp_path / "reports")


@pytest.mark.parametrize(
    "text",
    [
        "", "\\boxed{", "\\boxed{}", "a \\boxed{ B } c", "\\boxed{A} \\boxed{B}",
        "\\boxed{A} \\boxed{B", "\\boxed{\\frac{1}{2}}", "\\boxed{\\boxed{x}}", "} \\boxed{A}",
        "{\\boxed{A", "\\boxed{a\\boxed{b}c",
    ],
)  # fmt: skip
def test_the_marked_box_is_the_one_that_is_judged(text):
    span = last_span(text)
    found = None if span is None else text[span[0] + len("\\boxed{") : span[1] - 1].strip()
    assert found == last_boxed(text)


def test_unseen_characters_are_shown():
    assert (
        shown("a\0b\x1b\x7f\u2066\ud800\tc\n") == "a[U+0000]b[U+001B][U+007F][U+2066][U+D800]\tc\n"
    )
    assert shown(None) == "–"


def test_anchors_are_stable_and_distinct():
    assert anchor("tiny/7", "tiny") == "sample-7"
    assert anchor("tiny/a b", "tiny") == "sample-a_20_b"
    assert anchor("tiny/a_20_b", "tiny") != anchor("tiny/a b", "tiny")


def test_what_is_no_number_is_a_dash_and_what_is_next_to_nothing_has_no_sign():
    assert [decimals(None), decimals(float("nan")), decimals(-1234.56)] == [None, None, "−1,234.6"]
    assert [signed(None), signed(-0.04), signed(-0.5)] == [None, "0.0", "−0.5"]
    assert [p_value(None), p_value(0.0004), p_value(1.0)] == [None, "<0.001", "1.000"]


def test_ticks_are_round_and_enclose_the_range():
    assert nice_ticks(-0.06, 0.92) == [-0.2, 0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert nice_ticks(0, 25) == [0, 5, 10, 15, 20, 25]
    assert nice_ticks(3, 3)[0] <= 3 <= nice_ticks(3, 3)[-1]
