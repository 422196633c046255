"""Pages that compare profiles and protocols; every expected number is worked out by hand beside it."""

import duckdb
import pytest

from dmlr.report import disputes, matrix
from dmlr.store.difference import difference
from tests.browser import Tab, chromium
from tests.reporting import DMLR_RUN, SHOWN_EVIL, VANILLA_RUN, make, page, render, table

PAGE = "compare/tiny--m--seed-3.html"
SAMPLES = "../samples/tiny--m--seed-3.html"
OTHER = "INSERT INTO protocols VALUES ('other', 1, 'a model', NULL, NULL)"
# A judge that finds every answer of the run wrong.
JUDGED = """
INSERT INTO verdicts
SELECT
    run, 'other', sample_id, labels, 'wrong', 0, 'B', 'B', 'asked', NULL, 'k', 'model-7',
    'No: \u202e B' || repeat('!', 200), 5, 6
FROM verdicts
WHERE run = ?
"""


def disputed(folder):
    results = make(folder)
    with duckdb.connect(str(results / "dmlr.duckdb")) as database:
        database.execute(OTHER)
        database.execute(JUDGED, [DMLR_RUN])
    return results


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    render(disputed(folder), folder / "reports")
    return folder / "reports"


def test_the_matrix_has_all_profiles_against_all(out):
    found = page(out / PAGE).one("div", aria_labelledby="matrix")
    rows = table(found)
    # Of samples 0 to 7, which both have a score for, dmlr gains 6 and 7 and loses 1.
    gained, lost = difference(8, 2, 1), difference(8, 1, 2)
    assert rows[0] == ["Row less column", "vanilla", "dmlr"]
    ends = f"[−{-lost.low:.1f}, +{lost.high:.1f}]"
    assert rows[1] == ["vanilla", "·", f"−12.5 {ends} p 1.000, n 8 1 / 2"]
    ends = f"[−{-gained.low:.1f}, +{gained.high:.1f}]"
    assert rows[2] == ["dmlr", f"+12.5 {ends} p 1.000, n 8 2 / 1", "·"]


def test_counts_of_the_matrix_lead_to_the_samples_both_ways(out):
    rows = list(page(out / PAGE).one("div", aria_labelledby="matrix").all("tr"))
    links = [[a.attributes["href"] for a in row.all("a")][1:] for row in rows[1:]]
    assert links == [
        [f"{SAMPLES}#profile=vanilla&flip={flip}&against=dmlr" for flip in ("gained", "lost")],
        [f"{SAMPLES}#profile=dmlr&flip={flip}&against=vanilla" for flip in ("gained", "lost")],
    ]


def test_each_pair_says_what_is_answered_otherwise_and_what_differs_first(out):
    seen = page(out / PAGE)
    base, other = (table(seen.one("div", aria_labelledby=f"counts-{n}"))[1] for n in (1, 2))
    # 0 and 2 to 5 are right in both, none is wrong in both; 8 and 9 have a score with vanilla alone.
    counts = ["8", "5", "2", "1", "0", "2", "0", "0"]
    assert base == ["dmlr", *counts, "profile.method", "dmlr", "vanilla", "0"]
    # Both answered 0 to 8; the answers to 1, 6 and 7 differ, and 8 could be read with vanilla alone.
    counts = ["8", "5", "1", "2", "0", "2", "0", "0", "4 of 9, 44.4 %"]
    assert other == ["vanilla", *counts, "profile.method", "vanilla", "dmlr", "0"]


def test_columns_without_room_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(matrix, "ROOM", 2)
    render(make(tmp_path), tmp_path / "reports")
    seen = page(tmp_path / "reports" / PAGE)
    assert table(seen.one("div", aria_labelledby="matrix"))[0] == ["Row less column", "vanilla"]
    assert "The columns are the first 1 of 2 profiles" in seen.text


def test_a_difference_that_unscored_answers_could_move_is_not_told(tmp_path):
    render(make(tmp_path, max_unscored_share=0.1), tmp_path / "reports")
    rows = table(page(tmp_path / "reports" / PAGE).one("div", aria_labelledby="matrix"))
    assert rows[2] == ["dmlr", "not final n 8", "·"]


def test_a_profile_alone_has_nothing_to_be_compared_with(tmp_path):
    render(make(tmp_path, profiles=["vanilla"], flips_against="absent"), tmp_path / "reports")
    seen = page(tmp_path / "reports" / PAGE)
    assert "nothing to compare" in seen.text
    assert list(seen.all("table")) == []
    assert "One protocol alone" in page(tmp_path / "reports/disputes.html").text


def test_the_list_of_comparisons_leads_to_them(out):
    seen = page(out / "compare/index.html")
    assert table(seen)[1] == ["tiny", "m", "3", "2"]
    assert seen.one("tbody").one("a").attributes["href"] == f"../{PAGE}"


def test_protocols_agree_so_far_by_run(out):
    seen = page(out / "disputes.html")
    together = seen.one("div", aria_labelledby="runs")
    # The other protocol finds everything wrong, as the first does sample 1 of the eight with a score
    # in both. Correct 7 times and wrong 9 times, alpha is 1 - 15 (16 - 2) / (256 - 49 - 81) = -2 / 3.
    assert table(together)[2] == ["dmlr", "9", "8", "12.5", "−0.667"]
    links = [a.attributes["href"] for a in together.all("a")]
    assert links[1] == "./samples/tiny--m--seed-3.html#profile=dmlr&disputed=yes"
    pairs = table(seen.one("details").one("table"))
    # Kappa is 0: the other protocol says one thing whatever the answer. 7 of 8 become 0 of 8.
    assert pairs[1] == ["other", "12.5 κ 0.00, α −0.67 −87.5"]


def test_the_most_disputed_answers_say_who_says_what_and_why(out):
    first = next(page(out / "disputes.html").one("div", aria_labelledby="disputed").all("tbody"))
    head, right, wrong = table(first)
    assert head == ["tiny/0 : 1 of 2 dissent; gold A. one (official); dmlr on tiny, m, seed 3"]
    assert right == ["✓ correct", "A", "paper boxed choice"]
    reply = ("No: [U+202E] B" + "!" * 200)[: disputes.LONGEST + len("[U+202E]") - 1]
    assert wrong == ["✗ wrong", "B", f"other asked: {reply}…"]
    assert first.one("a").attributes["href"].endswith("#profile=dmlr&sample=tiny%2F0")


def test_disputes_without_room_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(disputes, "MOST", 2)
    monkeypatch.setattr(disputes, "ROOM", 0)
    render(disputed(tmp_path), tmp_path / "reports")
    seen = page(tmp_path / "reports" / "disputes.html")
    assert len(list(seen.one("div", aria_labelledby="disputed").all("tbody"))) == 2
    assert "7 more are in results/tables/disputed.csv" in seen.text


def test_a_runs_settings_are_first_what_differs_from_the_paper(out):
    for run, method in ((DMLR_RUN, []), (VANILLA_RUN, [["method", "vanilla", "dmlr"]])):
        seen = page(out / "runs" / f"{run}.html")
        assert table(seen.one("div", aria_labelledby="changed"))[1:] == [
            *method, ["think_tokens", "2", "4"]
        ]  # fmt: skip
        assert "Of the fields of dmlr-paper, 1 mean nothing to this method" in seen.text


def test_failures_stand_with_their_reasons(out):
    found = page(out / "runs" / f"{DMLR_RUN}.html").one("div", aria_labelledby="reasons")
    assert table(found)[1:] == [["no answer", f"out of {SHOWN_EVIL}", "1", "tiny/9", "paper"]]
    assert found.one("a").attributes["href"] == f"{SAMPLES}#profile=dmlr&sample=tiny%2F9"
    assert "Failures" not in page(out / "runs" / f"{VANILLA_RUN}.html").text


def test_every_link_leads_to_a_page_and_every_table_has_a_name_and_scopes(out):
    for path in (out / PAGE, out / "compare/index.html", out / "disputes.html"):
        seen = page(path)
        for link in seen.all("a"):
            place, _, fragment = link.attributes["href"].partition("#")
            if place:
                assert (path.parent / place).is_file()
            else:
                assert list(seen.all("main" if fragment == "main" else "h2", id=fragment))
        for one in seen.all("table"):
            assert "aria-labelledby" in one.attributes or list(one.all("caption"))
            assert all("scope" in head.attributes for head in one.all("th"))


def test_a_count_opens_its_samples_and_a_phone_never_scrolls_sideways(out):
    with chromium() as browser:
        tab = Tab(browser, width=390)
        for name in (PAGE, "compare/index.html", "disputes.html", f"runs/{DMLR_RUN}.html"):
            tab.open(out / name)
            assert tab.page.evaluate("document.documentElement.scrollWidth") == 390
        tab.open(out / PAGE)
        tab.page.locator("#matrix ~ .frame tbody tr").nth(1).locator("td a").first.click()
        tab.page.wait_for_selector(".list li")
        assert tab.listed() == ["tiny/6", "tiny/7"]
        assert tab.complaints == []
        tab.close()
