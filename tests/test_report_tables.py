"""The pages of the tables: the rows of their Markdown, links, files, and in a browser sorting and filters."""

from importlib.resources import files
from shutil import copytree
from urllib.parse import parse_qs, urlsplit

import pytest

from dmlr.errors import RecordError
from dmlr.files import write_text
from dmlr.report import tables as made
from dmlr.report.data import Run
from dmlr.report.navigation import ENTRIES, navigation
from dmlr.report.run_links import RunLinks
from dmlr.report.table_folder import paths, write_table_pages
from dmlr.report.table_list import TABLES
from dmlr.report.tables import table_pages
from dmlr.store.aggregate import write_all
from dmlr.store.rows import markdown_text
from dmlr.store.shown import read_shown
from dmlr.store.table import Table, write_table
from dmlr.store.told import AggregateSettings
from tests.browser import Tab, chromium
from tests.reporting import DMLR_RUN, EVIL, SHOWN_EVIL, make, page, render, table

TWO_MEGABYTES = 2_000_000
ROWS = [
    ("tiny", "m", "dmlr", "3", "official", "8", "87.5 [52.9, 97.8]"),
    ("tiny", "m", "vanilla", "3", "official", "10", "100.0 [72.2, 100.0]"),
    ("tiny", "m", "other", "3", "released", "0", "–"),
    ("wide", "m", "dmlr", "3", "official", "9", "not final: 10.0–90.0"),
    ("wide", "m", "vanilla", "3", "released", "1,200", "9.5 [3.0, 20.0]"),
]
CELL = "60.0 [31.3, 83.2], n = 10\n-2.5 [-9.0, +4.0] (p = 1)\npaper 90.1, outside"
GRID = [
    ("m", "Vanilla", "vanilla", CELL, CELL),
    ("m", "DMLR", "dmlr", CELL, CELL),
    ("other", "DMLR", "dmlr", CELL, CELL),
]
HEADER = ("benchmark", "model", "profile", "seed", "labels", "n", "accuracy [95 %]")


def run(benchmark, profile, seed=3):
    return Run(f"{benchmark}--m--{profile}--seed-{seed}", benchmark, "m", profile, seed, {}, {})


RUNS = [run("tiny", "vanilla"), run("tiny", "dmlr"), run("wide", "dmlr"), run("wide", "vanilla")]


def write(folder, name, header, shown, *, rows=None, notes=()):
    columns = [*map(str, range(len(header)))]
    write_table(Table(name, columns, rows or shown, header, shown, notes), folder)


def pages(results, out, runs=RUNS):
    found = table_pages(results, RunLinks(runs))
    write_table_pages(found, navigation({"index.html", *paths(found)}), out / "tables")
    return out / "tables"


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    note = "provenance 0123456789ab; dmlr show 0123456789ab expands it"
    write(folder / "results", "accuracy", HEADER, ROWS, rows=[*ROWS, ROWS[0]], notes=[note])
    write(folder / "results", "compute", ("profile", "n"), [("dmlr", str(n)) for n in range(300)])
    write(folder / "results", "table1", ("model", "method", "profile", "tiny", "wide"), GRID)
    return pages(folder / "results", folder)


def links(node):
    return {a.text: a.attributes["href"] for a in node.all("a")}


def test_what_markdown_shows_is_read_back(tmp_path):
    shown = [["a | b", "\\c `d` <b> {|}", "+1.5\npaper 2.0"], ["", "x", "–"], ["y", "", ""]]
    write(tmp_path, "any", ["profile", "labels", "n"], shown, notes=["one | two", "<three>"])
    found = read_shown(tmp_path / "any.md")
    assert found.header == ["profile", "labels", "n"]
    assert found.numeric == [False, False, True]
    assert found.rows == shown
    assert found.notes == ["one | two", "<three>"]


def test_a_table_that_is_none_is_refused(tmp_path):
    (tmp_path / "any.md").write_text("| a | b |\n| --- | --- |\n| 1 |\n")
    with pytest.raises(RecordError, match=r"any.md:3: must have 2 cells, got 1; run snakemake"):
        read_shown(tmp_path / "any.md")
    (tmp_path / "any.md").write_text("")
    with pytest.raises(RecordError, match=r"any.md: not a readable table"):
        read_shown(tmp_path / "any.md")


def test_only_what_a_report_has_is_led_to():
    assert [one.words for one in navigation({"index.html"})] == ["Overview", "Samples"]
    everything = {one.path.partition("#")[0] for one in ENTRIES}
    assert navigation(everything) == ENTRIES


def test_every_table_of_the_results_has_its_page(tmp_path):
    results, out = make(tmp_path), tmp_path / "reports"
    told = AggregateSettings.model_construct(baseline="vanilla")  # all that is asked for
    write_all(told, results / "dmlr.duckdb", results / "tables")
    render(results, out)
    listed = page(out / "tables" / "index.html")
    names = [th.one("a").attributes["href"] for th in listed.all("th", scope="row")]
    assert names == [f"{name}.html" for name in TABLES]  # all of them, and in their order
    for name in TABLES:
        seen = page(out / "tables" / f"{name}.html")
        text = (out / "tables" / f"{name}.html").read_text("utf-8")
        assert "<script>" not in text
        assert 'style="' not in text
        for place in (node.attributes["href"] for node in seen.all("a")):
            path = urlsplit(place).path
            assert (out / "tables" / (path or "index.html")).is_file(), place
        assert (out / "tables" / f"{name}.csv").is_file()
    for path in (
        out / "index.html",
        out / "runs" / f"{DMLR_RUN}.html",
        out / "tables/accuracy.html",
    ):
        (site,) = page(path).all("nav", class_="site")
        assert [*links(site)] == [one.words for one in ENTRIES]
    # Once more with a table less: its page and files go, what is the same stays as it is.
    before = (out / "tables" / "accuracy.html").stat().st_mtime_ns
    for path in (results / "tables").glob("ladder.*"):
        path.unlink()
    copied = (out / "tables" / "accuracy.parquet").stat().st_mtime_ns
    render(results, out)
    assert not list((out / "tables").glob("ladder.*"))
    assert (out / "tables" / "accuracy.html").stat().st_mtime_ns == before
    assert (out / "tables" / "accuracy.parquet").stat().st_mtime_ns == copied


def test_without_tables_there_is_no_page_of_them(tmp_path):
    render(make(tmp_path, profiles=["vanilla"]), tmp_path / "reports")
    site = page(tmp_path / "reports/index.html").one("nav", class_="site")
    of_tables = {"Tables", "Controls"}
    assert [*links(site)] == [one.words for one in ENTRIES if one.words not in of_tables]
    assert not (tmp_path / "reports" / "tables").exists()


def test_a_page_has_the_rows_of_the_markdown_and_says_what_else_there_is(tables):
    seen = page(tables / "accuracy.html")
    assert [tuple(row) for row in table(seen.one("table"))] == [HEADER, *ROWS]
    assert "provenance 0123456789ab; dmlr show 0123456789ab expands it" in seen.text
    assert "CSV and Parquet have 6 rows with every number unrounded, those of all" in seen.text
    assert all(th.attributes["scope"] in ("col", "row") for th in seen.one("table").all("th"))


def test_a_row_leads_to_its_run_and_to_its_samples(tables):
    rows = [*page(tables / "accuracy.html").one("tbody").all("tr")]
    assert links(rows[0]) == {
        "dmlr": "../runs/tiny--m--dmlr--seed-3.html",
        "8": "../samples/tiny--m--seed-3.html#profile=dmlr",
    }
    assert links(rows[2]) == {}  # there is no such run


def test_a_row_of_several_seeds_leads_to_the_rows_of_each(tmp_path):
    header = ("benchmark", "model", "profile", "seeds")
    write(tmp_path / "results", "seeds", header, [("tiny", "m", "dmlr", "2")])
    out = pages(tmp_path / "results", tmp_path, [run("tiny", "dmlr"), run("tiny", "dmlr", 4)])
    (link,) = links(page(out / "seeds.html").one("tbody")).values()
    found = urlsplit(link)
    assert found.path == "../tables/accuracy.html"
    asked = {"benchmark": ["tiny"], "model": ["m"], "profile": ["dmlr"]}
    assert parse_qs(found.query) == asked


def test_the_papers_grid_shows_what_was_run_and_what_was_not(tmp_path):
    header = ("model", "method", "profile", "tiny", "wide")
    measured = "60.0 [31.3, 83.2], n = 10\n-2.5 (p = 1)\npaper 90.1, outside"
    write(tmp_path / "results", "table1", header, [("m", "DMLR", "dmlr", measured, "–\npaper 7.5")])
    out = pages(tmp_path / "results", tmp_path)
    _, _, tiny, wide = page(out / "table1.html").one("tbody").all("td")
    assert links(tiny) == {"60.0": "../runs/tiny--m--dmlr--seed-3.html"}
    assert tiny.text == "60.0 [31.3, 83.2], n = 10 −2.5 (p = 1) paper 90.1, outside"
    assert tiny.attributes["class"] == "number"
    assert (wide.text, wide.attributes["class"]) == ("– paper 7.5", "number empty")
    assert links(wide) == {}


def test_hostile_words_are_text(tmp_path):
    write(tmp_path / "results", "judging", ("judge model", "n"), [(f"{EVIL} a|b", "1")])
    out = pages(tmp_path / "results", tmp_path)
    assert page(out / "judging.html").one("th", scope="row").text == f"{SHOWN_EVIL} a|b"


def test_what_would_not_fit_has_a_page_for_each_benchmark_and_says_what_it_leaves_out(
    tmp_path, monkeypatch
):
    size = made._size(made._fields("accuracy", read_shown_of(tmp_path), ROWS[0], RunLinks(RUNS)))
    monkeypatch.setattr(made, "ROOM", int(2.5 * size))
    out = pages(tmp_path / "results", tmp_path)
    assert {path.name for path in out.glob("acc*.html")} == {"accuracy.html", "accuracy--wide.html"}
    first, second = page(out / "accuracy.html"), page(out / "accuracy--wide.html")
    assert [row[0] for row in table(first.one("table"))[1:]] == ["tiny", "tiny"]
    assert "The first 2 of 3 rows, as many as a page has room for" in first.text
    assert [row[0] for row in table(second.one("table"))[1:]] == ["wide", "wide"]
    assert links(second.one("nav", class_="contents")) == {
        "tiny": "accuracy.html",
        "wide": "accuracy--wide.html",
    }


def read_shown_of(tmp_path):
    write(tmp_path / "results", "accuracy", HEADER, ROWS)
    return read_shown(tmp_path / "results" / "accuracy.md")


def test_no_page_is_over_two_megabytes(tmp_path):
    shown = [(f"wide-{place % 2}", "m" * 3000, str(place)) for place in range(1000)]
    text = markdown_text(("benchmark", "model", "n"), shown)
    write_text(tmp_path / "results" / "agreement.md", text)
    out = pages(tmp_path / "results", tmp_path)
    found = {path.name: path.stat().st_size for path in out.glob("*.html")}
    assert set(found) == {"index.html", "agreement.html", "agreement--wide-1.html"}
    assert max(found.values()) < TWO_MEGABYTES
    assert "of 500 rows, as many as a page has room for" in page(out / "agreement.html").text


def test_a_file_that_is_too_large_is_named_and_not_copied(tmp_path, monkeypatch):
    write(tmp_path / "results", "accuracy", HEADER, ROWS)
    size = (tmp_path / "results" / "accuracy.md").stat().st_size
    monkeypatch.setattr(made, "LARGEST", size)
    out = pages(tmp_path / "results", tmp_path)
    seen = page(out / "accuracy.html")
    assert "Too large to lie here, and in the folder results/tables only: acc" in seen.text
    assert (out / "accuracy.csv").exists()
    assert not (out / "accuracy.parquet").exists()


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture
def tab(browser):
    opened = Tab(browser)
    yield opened
    assert opened.complaints == []
    opened.close()


@pytest.fixture(scope="module")
def live(tables):
    """The same pages with the scripts and styles beside them."""
    copytree(files("dmlr.report") / "static", tables.parent / "static")
    return tables / "accuracy.html"


def profiles(tab):
    rows = tab.page.locator("tbody tr").all()
    return [" ".join(row.locator("td").nth(1).inner_text().split()) for row in rows]


def test_a_column_sorts_numbers_as_numbers_and_what_has_none_comes_last(tab, live):
    tab.open(live)
    accuracy = tab.page.get_by_role("button", name="accuracy [95 %]")
    accuracy.click()
    # 100.0, 87.5, 9.5; then the dash and what is not final, in the table's own order.
    assert profiles(tab) == ["vanilla", "dmlr", "vanilla", "other", "dmlr"]
    head = tab.page.locator("th[data-key=accuracy]")
    assert head.get_attribute("aria-sort") == "descending"
    assert tab.page.url.endswith("accuracy.html?sort=accuracy&order=down")
    accuracy.click()
    assert profiles(tab) == ["vanilla", "dmlr", "vanilla", "other", "dmlr"]
    assert tab.texts("tbody tr td:last-child")[0] == "9.5 [3.0, 20.0]"
    assert head.get_attribute("aria-sort") == "ascending"
    accuracy.click()
    assert profiles(tab) == [row[2] for row in ROWS]
    assert head.get_attribute("aria-sort") is None
    assert tab.page.url.endswith("accuracy.html")
    tab.page.get_by_role("button", name="n", exact=True).click()
    assert tab.texts("tbody tr td:nth-child(6)") == ["1,200", "10", "9", "8", "0"]


def test_filters_choose_rows_and_stand_in_the_address_and_back_undoes_them(tab, live):
    tab.open(live)
    assert tab.texts("output") == ["5 of 5 rows"]
    # Model and seed have one value each and are no choice.
    names = [one.get_attribute("name") for one in tab.page.locator("select").all()]
    assert names == ["benchmark", "profile", "labels"]
    assert tab.texts("[name=profile] option") == ["all", "dmlr (2)", "other (1)", "vanilla (2)"]
    tab.page.select_option("[name=profile]", "dmlr")
    tab.page.select_option("[name=benchmark]", "wide")
    assert tab.texts("tbody th") == ["wide"]
    assert profiles(tab) == ["dmlr"]
    assert tab.texts("output") == ["1 of 5 rows"]
    assert tab.page.url.endswith("accuracy.html?benchmark=wide&profile=dmlr")
    tab.page.go_back()
    assert profiles(tab) == ["dmlr", "dmlr"]
    assert tab.page.input_value("[name=benchmark]") == ""


def test_a_link_can_ask_for_rows_and_for_what_there_is_not(tab, live):
    tab.open(live, "?labels=released&sort=profile&order=down")
    assert profiles(tab) == ["vanilla", "other"]
    tab.open(live, "?labels=corrected&sort=nonsense")
    assert profiles(tab) == []
    assert tab.texts("output") == ["0 of 5 rows"]
    assert tab.page.input_value("[name=labels]") == "corrected"


def test_of_many_rows_the_first_are_shown_until_all_are_asked_for(tab, live):
    tab.open(live.with_name("compute.html"), "?sort=n&order=down")
    shown = tab.page.locator("tbody tr")
    assert shown.count() == 250
    assert shown.first.inner_text().split() == ["dmlr", "299"]
    assert tab.texts("output") == ["300 of 300 rows"]
    tab.page.get_by_role("button", name="Show all 300 rows, not only the first 250").click()
    assert shown.count() == 300
    assert tab.texts("main button:visible") == ["profile", "n"]


SEEN = "rows => rows.map((row) => getComputedStyle(row.cells[0].firstChild).opacity === '1')"
LEFT = "cells => cells.map((cell) => Math.round(cell.getBoundingClientRect().left))"


def test_the_papers_grid_says_a_model_once_and_keeps_it_and_the_profile_in_sight(browser, live):
    tab = Tab(browser, width=390)
    tab.open(live.with_name("table1.html"))
    assert tab.page.eval_on_selector_all("tbody tr", SEEN) == [True, False, True]
    (model, _, profile, *_) = tab.page.eval_on_selector_all("tbody tr:first-child > *", LEFT)
    tab.page.locator(".frame").evaluate("frame => frame.scrollLeft = 150")
    (now, method, beside, *_) = tab.page.eval_on_selector_all("tbody tr:first-child > *", LEFT)
    assert now == model > method  # the method is gone, to the left
    assert model < beside < profile
    wide = tab.page.locator("tbody th").first.bounding_box()["width"]
    assert beside == pytest.approx(model + wide, abs=1)
    # Sorted so that no row has the model of the one above, all say it.
    tab.page.get_by_role("button", name="profile").click()
    assert tab.texts("tbody tr td:nth-child(3)") == ["dmlr", "dmlr", "vanilla"]
    assert tab.page.eval_on_selector_all("tbody tr", SEEN) == [True, True, True]
    tab.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_never_scrolls_sideways(browser, live, width):
    tab = Tab(browser, width=width)
    tab.open(live)
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.close()
