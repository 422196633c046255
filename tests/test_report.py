"""The pages, read as their reader sees them; every expected number is worked out by hand beside it."""

from urllib.parse import parse_qs

import pytest

from dmlr.boxes import last_boxed, last_span
from dmlr.errors import RecordError
from dmlr.report import front
from dmlr.report.charts import nice_ticks
from dmlr.report.numbers import decimals, p_value, signed
from dmlr.report.pictures import image_name
from dmlr.report.text import pieces, shown
from tests.reporting import (
    DMLR_RUN,
    SHOWN_EVIL,
    VANILLA_RUN,
    make,
    page,
    picture,
    render,
    table,
)


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    render(make(folder), folder / "reports")
    return folder / "reports"


def pages(out):
    return sorted(out.rglob("*.html"))


@pytest.fixture(scope="module")
def dmlr(out):
    return page(out / "runs" / f"{DMLR_RUN}.html")


def test_the_accuracy_table_shows_shares_bounds_and_the_paired_difference(out):
    rows = table(page(out / "index.html").one("table", aria_labelledby="accuracy-caption"))
    # 6 of 10; Wilson's interval of 6 of 10 is 31.3 to 83.2.
    base = ["vanilla", "10", "60.0", "[31.3, 83.2]", "", "0", "0", "–", "baseline"]
    # Both answered 0 to 8; the answers to 1, 6 and 7 differ, and 8 could be read here alone.
    assert rows[3] == [*base, "44.4 % of 9"]
    # 7 of 8 scored; all ten samples give 70 % if the other two are wrong, 90 % if they are right.
    # On the 8 pairs two are gained (6, 7) and one is lost (1): +12.5 points; 2 against 1 is p = 1.
    shares = ["dmlr", "8", "87.5", "[52.9, 97.8]", "", "1", "1", "70.0–90.0"]
    assert rows[4] == [*shares, "8", "+12.5", "2 / 1", "1.000", "reference"]


def test_the_first_page_says_what_other_answers_are(out):
    caption = page(out / "index.html").one("p", id="accuracy-caption").text
    assert caption.endswith(
        "other answers are the share of answers that differ from those of dmlr, right or wrong, "
        "among the samples that both answered"
    )


def test_without_another_profile_to_compare_answers_with_there_is_no_such_column(tmp_path):
    render(make(tmp_path, flips_against="absent"), tmp_path / "reports")
    index = page(tmp_path / "reports" / "index.html")
    found = index.one("table", aria_labelledby="accuracy-caption")
    assert table(found)[3][-1] == "baseline"
    assert "ther answers" not in index.text
    assert "absent" not in index.text


def test_a_page_says_what_the_answers_cost(out):
    seen = page(out / "performance.html")
    assert seen.one("h1").text == "What the answers cost"
    rows = table(seen.one("table", aria_labelledby="took-caption"))
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
    vanilla = took(page(out / "runs" / f"{VANILLA_RUN}.html"))
    assert "peak memory of its batch, GiB" not in vanilla
    assert vanilla["forwarded tokens"] == ["10", "19.0", "19", "19", "190"]


def test_a_benchmark_breaks_down_by_category_and_by_groups_of_few_values(out):
    seen = page(out / "audits" / "tiny.html")
    assert [node.text for node in seen.all("h3")] == ["By category", "By kind"]
    rows = table(seen.one("table", aria_labelledby="breakdown-1"))
    # Easy are samples 0 to 4: vanilla has 5 of 5, dmlr 4 of 5.
    assert [row[:4] for row in rows[2:4]] == [
        ["easy", "vanilla", "5", "100.0"],
        ["easy", "dmlr", "5", "80.0"],
    ]


def test_parts_without_room_on_the_benchmarks_page_stand_on_the_runs_pages(tmp_path, monkeypatch):
    monkeypatch.setattr(front, "BREAKDOWNS", 7)  # two profiles, two categories and two kinds are 8
    render(make(tmp_path), tmp_path / "reports")
    seen = page(tmp_path / "reports" / "audits" / "tiny.html")
    assert "Accuracy by category and group stands on the page of each run." in seen.text
    assert not list(seen.all("h3"))
    run = page(tmp_path / "reports" / "runs" / f"{DMLR_RUN}.html")
    assert [node.text for node in run.all("h3")] == ["By category", "By kind"]


def test_the_index_says_what_may_be_concluded(out):
    text = page(out / "index.html").text
    assert "dmlr does not differ from vanilla beyond noise" in text
    assert "m is a tiny model that ships with the pipeline" in text
    text = page(out / "audits" / "tiny.html").text
    assert "10 samples over 1 image: all 10 rows. Official answers: 10 choice." in text
    assert "accuracy: 100.0 % (10 of 10), always A" in text


def test_hostile_text_is_text(out):
    for path in pages(out):
        text = path.read_text(encoding="utf-8")
        assert "<script>" not in text
        assert not {"\0", "\u202e"} & set(text)
        assert all("src" in node.attributes and not node.parts for node in page(path).all("script"))
        assert not list(page(path).all("style"))
        assert 'style="' not in text


def test_the_folder_is_whole(out):
    for path in pages(out):
        seen = page(path)
        links = [n.attributes["href"] for tag in ("a", "link") for n in seen.all(tag)]
        links += [n.attributes["src"] for tag in ("img", "script") for n in seen.all(tag)]
        for link in links:
            place, _, name = link.partition("#")
            target = (path.parent / place) if place else path
            assert link == "data:," or target.is_file(), link
            if name and "samples/" not in link:
                assert f'id="{name}"' in target.read_text(encoding="utf-8"), link
    (image,) = (out / "images").iterdir()
    assert image.read_bytes() == picture()
    assert [small.name for small in (out / "thumbs").iterdir()] == [f"{image.stem}.webp"]


def test_a_run_leads_to_its_samples(dmlr):
    links = [n.attributes["href"] for n in dmlr.one("ul", class_="ways").all("a")]
    found = [link.partition("#") for link in links]
    assert {place for place, _, _ in found} == {"../samples/tiny--m--seed-3.html"}
    asked = [{key: value for key, (value,) in parse_qs(told).items()} for _, _, told in found]
    assert {"profile": "dmlr", "flip": "lost", "against": "vanilla"} in asked
    assert {"profile": "dmlr", "verdict": "unparsed"} in asked


def test_counts_lead_to_the_samples_that_are_counted(out):
    index = page(out / "index.html")
    gained, lost = [a for a in index.all("a") if "flip=" in a.attributes["href"]]
    assert (gained.text, lost.text) == ("2", "1")
    assert gained.attributes["href"] == (
        "./samples/tiny--m--seed-3.html#profile=dmlr&flip=gained&against=vanilla"
    )
    parts = page(out / "audits" / "tiny.html")
    easy = [a for a in parts.all("a") if a.attributes["href"].endswith("&category=easy")]
    assert [a.text for a in easy] == ["5", "5"]


def test_without_scripts_the_samples_are_a_table_of_verdicts_and_answers(out):
    seen = page(out / "samples" / "tiny--m--seed-3.html")
    assert "hidden" in seen.one("div", id="explorer").attributes
    rows = table(seen.one("noscript").one("table"))
    assert rows[0] == ["Sample", "Question", "Gold", "vanilla", "dmlr"]
    assert rows[1] == ["tiny/0", f"Which? {SHOWN_EVIL}", "A. one", "✓ A", "✓ A"]
    assert rows[2] == ["tiny/1", "Which?", "A. one", "✓ A", "✗ B"]
    assert rows[9] == ["tiny/8", "Which?", "A. one", "✗ B", "? unparsed"]
    assert rows[10] == ["tiny/9", "Which?", "A. one", "✗ B", "! failed"]


def test_the_optimisation_is_summed_up(dmlr):
    text = dmlr.text
    # Nine predictions have rewards (all but the failed one), eight of them a trace.
    assert "The reward of 9 of 9 samples rose above its start" in text
    rows = table(next(dmlr.all("details")).one("table"))
    assert rows[1] == ["start", "9", "0.250", "[0.250, 0.250]", "0.250", "–", "0"]
    assert rows[3] == ["1", "8", "0.750", "[0.750, 0.750]", "0.750", "3.0", "8"]
    assert rows[4] == ["2", "8", "0.500", "[0.500, 0.500]", "0.750", "3.0", "0"]


def test_long_digests_keep_their_whole_as_title(dmlr):
    shorts = {node.text: node.attributes["title"] for node in dmlr.all("code", title="ab" * 32)}
    assert shorts == {"abababababab…": "ab" * 32}
    assert "efefefefefef…+changes" in dmlr.text


def test_the_baseline_has_no_charts(out):
    vanilla = page(out / "runs" / f"{VANILLA_RUN}.html")
    assert not list(vanilla.all("figure", class_="chart"))


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
    with pytest.raises(RecordError, match=r"dmlr\.duckdb: must be a database of dmlr aggregate"):
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


def test_a_reply_is_cut_around_its_answer():
    assert pieces("a \\boxed{B} c", "B") == ["a ", "\\boxed{B}", " c"]
    # Without a box it is the last place where the answer stands as a word.
    assert pieces("B, so Bob: B.", "B") == ["B, so Bob: ", "B", "."]
    assert pieces("12 and 1, 112", "1") == ["12 and ", "1", ", 112"]
    assert pieces("Bob", "B") == ["Bob"]
    assert pieces("None", None) == pieces("None", "") == ["None"]


def test_unseen_characters_are_shown():
    assert (
        shown("a\0b\x1b\x7f\u2066\ud800\tc\n") == "a[U+0000]b[U+001B][U+007F][U+2066][U+D800]\tc\n"
    )
    assert shown(None) == "–"


def test_what_is_no_number_is_a_dash_and_what_is_next_to_nothing_has_no_sign():
    assert [decimals(None), decimals(float("nan")), decimals(-1234.56)] == [None, None, "−1,234.6"]
    assert [signed(None), signed(-0.04), signed(-0.5)] == [None, "0.0", "−0.5"]
    assert [p_value(None), p_value(0.0004), p_value(1.0)] == [None, "<0.001", "1.000"]


def test_ticks_are_round_and_enclose_the_range():
    assert nice_ticks(-0.06, 0.92) == [-0.2, 0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert nice_ticks(0, 25) == [0, 5, 10, 15, 20, 25]
    assert nice_ticks(3, 3)[0] <= 3 <= nice_ticks(3, 3)[-1]
