"""Every page of a report in a real browser, from a folder and a server, with hostile text in all of it.

Screenshots of what was opened stay in ``artefacts/screenshots``.
"""

from functools import partial
from pathlib import Path

import pytest

from tests.browser import Tab, chromium, needed, serving
from tests.hostile import HOSTILE_NAME, LONG, SHOWN, hostile
from tests.links import broken, ids, kinds, nodes, pages, reached
from tests.reporting import page

ROOT = Path(__file__).parents[1].resolve()
SCREENSHOTS = ROOT / "artefacts" / "screenshots"
DEMO = ROOT / "reports"
WIDTHS = {1280: 900, 390: 844}
PAPER = 957  # 4 / 3 of A4 less margins of 10 mm: a browser lays out so much, and makes it smaller
MOST_BYTES = 2_000_000
HACKED = "window.hacked !== undefined"
PLAIN = """buttons => buttons.map(getComputedStyle).every(
  ({ borderStyle, backgroundColor }) => borderStyle === "none" && backgroundColor === "rgba(0, 0, 0, 0)"
)"""
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    hostile(folder)
    return (folder / "reports").resolve()


@pytest.fixture(scope="module")
def browser(out):
    """Only once the report is there: the judge's loop of events runs beside no other."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module", params=["file", "http"])
def base(request, out):
    """The address of the folder."""
    if request.param == "file":
        yield out.as_uri()
    else:
        with serving(out) as url:
            yield url


@pytest.fixture
def tab(browser):
    opened = Tab(browser)
    yield opened
    assert opened.complaints == []
    assert not opened.page.evaluate(HACKED)
    opened.close()


def explorer(out):
    return kinds(out)["samples"].relative_to(out).as_posix()


# --- the folder ---------------------------------------------------------------------------------


def test_every_link_leads_to_a_file_of_the_folder_and_every_page_is_linked(out):
    assert broken(out) == []
    assert reached(out) == set(pages(out))


def test_no_page_is_heavy_and_no_name_on_it_stands_twice(out):
    for path in pages(out):
        assert path.stat().st_size < MOST_BYTES, path
        found = ids(path)
        assert sorted(found) == sorted(set(found)), path


def test_pages_forbid_all_but_files_of_the_folder_and_have_nothing_that_this_would_stop(out):
    for path in pages(out):
        read = page(path)
        allowed = read.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
        assert allowed.startswith("default-src 'none';")
        assert "unsafe" not in allowed
        for one in nodes(read):
            names = one.attributes
            assert not [name for name in names if name == "style" or name.startswith("on")], path
            assert one.tag != "script" or ("src" in names and not one.text), path
            assert one.tag not in {"style", "base", "iframe", "object", "embed"}, path


def test_where_ci_lacks_a_browser_a_test_fails_and_elsewhere_it_is_skipped(monkeypatch):
    for told, ends in (("true", pytest.fail.Exception), ("", pytest.skip.Exception)):
        monkeypatch.setenv("CI", told)
        with pytest.raises(ends, match="chromium is not installed"):
            needed(None, "chromium")


# --- opening ------------------------------------------------------------------------------------


def test_every_kind_of_page_opens_whole_and_asks_for_nothing_outside(tab, out, base):
    for path in kinds(out).values():
        tab.visit(f"{base}/{path.relative_to(out).as_posix()}")
        assert tab.complaints == [], path
        assert tab.page.title(), path
        assert tab.page.locator("h1").is_visible(), path
        assert tab.page.locator("main").is_visible(), path
        assert not tab.page.evaluate(HACKED), path
    assert tab.strangers(base) == []


def test_without_scripts_every_kind_of_page_shows_its_content(browser, out):
    opened = Tab(browser, java_script_enabled=False)
    for path in kinds(out).values():
        opened.open(path)
        shown = opened.page.locator("main").locator("table, svg, img, dl, pre, ul, ol")
        assert any(one.is_visible() for one in shown.all()), path
        assert len(opened.page.inner_text("main")) > 50, path
    assert opened.complaints == []
    opened.close()


def test_hostile_text_stands_on_the_pages_as_text(out):
    audit, samples = page(out / "audits" / "shapes.html"), page(kinds(out)["samples"])
    words = " ".join(SHOWN.split())
    assert words in audit.text  # a category, and what the audit says
    assert words[:140] in samples.text
    assert "{{ 7 * 7 }}" in audit.text


# --- the explorer -------------------------------------------------------------------------------


def test_the_explorer_shows_hostile_samples_as_text(tab, out, base):
    tab.visit(f"{base}/{explorer(out)}#sample=shapes%2Ftest-0000").shows("shapes/test-0000")
    question = tab.page.locator(".question")
    assert question.text_content() == SHOWN
    assert tab.page.locator(".options span[dir]").first.text_content() == SHOWN
    assert tab.texts(".said mark") == ["\\boxed{A}", "\\boxed{A}"]
    assert SHOWN in tab.page.locator(".scores").text_content()  # what the judge wrote
    for foreign in ("script", "base", "style", "iframe", "a[href^='javascript']", "img[src='x']"):
        assert tab.page.locator(f"main {foreign}").count() == 0
    tab.page.locator(".list a").nth(1).click()
    tab.shows("shapes/test-0001")
    assert question.text_content() == LONG
    assert not tab.page.evaluate(SIDEWAYS)
    tab.page.locator(".list a").nth(3).click()
    tab.shows("shapes/test-0003")
    assert SHOWN in tab.page.locator(".said .error").first.text_content()
    assert tab.strangers(base) == []


def test_the_explorer_filters_searches_steps_and_goes_back(tab, out, base):
    tab.visit(f"{base}/{explorer(out)}")
    assert len(tab.listed()) == 7
    tab.page.select_option("[name=verdict]", "failed")
    assert tab.listed() == ["shapes/test-0003"]
    tab.page.go_back()
    assert len(tab.listed()) == 7
    tab.page.go_forward()
    assert tab.listed() == ["shapes/test-0003"]
    tab.page.select_option("[name=verdict]", "")
    tab.page.select_option("[name=category]", SHOWN)
    assert tab.listed() == ["shapes/test-0000"]
    tab.page.select_option("[name=category]", "")
    tab.page.keyboard.press("/")
    tab.page.keyboard.type("<SCRIPT>")
    assert tab.listed() == ["shapes/test-0000", f"shapes/{HOSTILE_NAME}"]
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("j")
    tab.shows("shapes/test-0000")
    tab.page.keyboard.press("ArrowLeft")
    assert tab.page.input_value("[name=step]") == "1"
    assert tab.page.url.endswith("step=1")
    tab.page.select_option("[name=heat]", "think")
    assert tab.page.locator("canvas").count() == 1
    tab.page.locator("[name=step]").focus()
    tab.page.keyboard.press("Home")
    assert tab.page.locator(".overlay").count() == 0


def test_a_link_to_a_sample_with_a_hostile_id_leads_back_to_it(tab, out, base):
    tab.visit(f"{base}/{explorer(out)}")
    tab.page.locator(".list a").nth(2).click()
    tab.page.wait_for_selector(".shown h2")
    link = tab.page.url
    assert tab.page.inner_text(".shown h2") == f"shapes/{HOSTILE_NAME}"
    tab.visit(link)
    tab.page.wait_for_selector(".shown h2")
    assert tab.page.inner_text(".shown h2") == f"shapes/{HOSTILE_NAME}"
    assert tab.page.title().startswith(f"shapes/{HOSTILE_NAME}")
    tab.page.keyboard.press("k")
    tab.shows("shapes/test-0001")


# --- a phone ------------------------------------------------------------------------------------

# On how many lines each of the elements stands.
LINES = """nodes => nodes.map((node) => {
  const range = document.createRange();
  range.selectNodeContents(node);
  return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
})"""


def test_on_a_phone_a_profile_stands_on_one_line_and_what_is_read_has_the_whole_width(browser, out):
    opened = Tab(browser, width=390, height=844)
    opened.open(kinds(out)["compare"])
    names = ".matrix th a, .matrix .unbroken"
    assert "dmlr-paper" in opened.texts(names)
    assert set(opened.page.eval_on_selector_all(names, LINES)) == {1}
    opened.open(out / "disputes.html")
    assert opened.page.locator(".voices").first.bounding_box()["width"] > 350
    opened.close()


def test_on_a_phone_the_picture_of_a_sample_is_on_the_first_screen_whatever_its_names(browser, out):
    opened = Tab(browser, width=390, height=844)
    opened.open(kinds(out)["samples"])
    for number in (1, 2, 3):  # hostile category and groups, a long category, a hostile id
        opened.page.keyboard.press("j")
        opened.page.get_by_text(f"{number} of 7 listed").wait_for()
        seen = opened.page.locator(".stack").bounding_box()
        assert seen["y"] > 0
        assert seen["y"] + seen["height"] < 844
    opened.close()


# --- reading ------------------------------------------------------------------------------------


def walk(tab, most=100):
    """What Tab leads to, until it leaves the page."""
    found = []
    while len(found) < most:
        tab.page.keyboard.press("Tab")
        now = tab.focused()
        if now is None or (found and now["place"] == found[0]["place"]):
            break
        found.append(now)
    return found


def test_tab_leads_from_the_skip_link_through_a_page_in_its_order(tab, out):
    for path in kinds(out).values():
        found = walk(tab.open(path))
        assert found[0]["name"] == "Skip to the content", path
        places = [one["place"] for one in found]
        assert places == sorted(places), path
        hidden = [one for one in found if not (one["seen"] and one["outlined"])]
        assert hidden == [], path
        tab.open(path)
        tab.page.keyboard.press("Tab")
        tab.page.keyboard.press("Enter")
        tab.page.wait_for_url("**#main")
        tab.page.keyboard.press("Tab")
        inside = "!!document.activeElement.closest('main, footer')"
        assert tab.page.evaluate(inside), path


def test_tab_reaches_the_filters_and_the_list_of_the_explorer(tab, out):
    found = [one["name"] for one in walk(tab.open(kinds(out)["samples"]))]
    wanted = ["q", "profile", "verdict", "flip", "category", "help"]
    assert [name for name in found if name in wanted] == wanted
    assert sum("test-000" in name for name in found) == 6


slow = partial(pytest.param, marks=pytest.mark.slow)


# What axe finds depends on the colours and, where something scrolls, on the width: two of four tell most.
@pytest.mark.parametrize(
    ("width", "look", "asked"),
    [
        (1280, "light", True),
        (1280, "dark", False),
        (390, "light", False),
        (390, "dark", True),
        slow(1280, "dark", True),
        slow(390, "light", True),
    ],
)
def test_no_page_scrolls_sideways_and_axe_finds_nothing_serious(browser, out, width, look, asked):
    looked(browser, out, width, look, asked=asked)


def test_paper_holds_every_page_without_what_only_a_screen_needs(browser, out):
    opened = Tab(browser, width=PAPER)
    opened.page.emulate_media(media="print")
    for kind in looks(opened, out):
        picture(opened, f"{kind}-print")
        assert not opened.page.evaluate(SIDEWAYS), kind
        assert opened.texts(":is(nav, button:not(.sort), form):visible") == [], kind
        assert opened.page.eval_on_selector_all(".sort", PLAIN), kind
    opened.close()


@pytest.mark.slow  # the report of make demo, where there is one: four looks at many more pages
@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_same_holds_for_the_report_of_the_demo(browser, width, look):
    if not (DEMO / "index.html").is_file():
        pytest.skip("there is no report of the demo; make demo writes it")
    assert broken(DEMO) == []
    looked(browser, DEMO, width, look, asked=True, name="demo-")


def looked(browser, folder, width, look, *, asked, name=""):
    """Open all kinds of pages, take a picture of each and, where ``asked``, ask axe."""
    opened = Tab(browser, width=width, height=WIDTHS[width], color_scheme=look)
    found = {}
    for kind in looks(opened, folder):
        picture(opened, f"{name}{kind}-{width}-{look}")
        faults = opened.violations() if asked else []
        found[kind] = [*faults, *["it scrolls sideways"] * opened.page.evaluate(SIDEWAYS)]
    assert {kind: faults for kind, faults in found.items() if faults} == {}
    assert opened.complaints == []
    assert opened.strangers(folder.as_uri()) == []
    opened.close()


def looks(opened, folder):
    """Open a page of each kind, and a sample; yields the kind of what is shown."""
    for kind, path in kinds(folder).items():
        opened.open(path)
        yield kind
    opened.open(kinds(folder)["samples"])
    opened.page.keyboard.press("j")
    opened.page.wait_for_selector(".shown h2")
    yield "sample"


def picture(opened, name):
    path = SCREENSHOTS / f"{name.replace('/', '-')}.png"
    opened.page.screenshot(path=path, full_page=True)
