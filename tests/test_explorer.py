"""The explorer in a real browser, from a folder: filters, keys, the slider, links, hostile text."""

import pytest

from dmlr.records import AttentionMap, write_records
from tests.browser import Tab, chromium
from tests.reporting import COLUMNS, EVIL, ROWS, SHOWN_EVIL, make, render

HOSTILE = (
    f"{EVIL} </script><script>document.title='ran'</script> <img src=x onerror=alert(1)> "
    "javascript:alert(1) \\frac{1}{2} $x^2$ <a href='javascript:alert(1)'>here</a>"
)
LONG = "line " * 20_000
HERE = "samples/tiny--m--seed-3.html"


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("explorer")
    changes = {
        1: {"question": HOSTILE, "options": (HOSTILE, "two"), "category": HOSTILE},
        2: {"question": LONG},
    }
    results = make(folder, changes=changes)
    maps = [
        AttentionMap(
            sample_id="tiny/0", source="think", step=step, token=token,
            attention=[share * (0.02 if place == 7 else 0.01) for place in range(15)],
            grid_rows=ROWS, grid_columns=COLUMNS,
        )
        for step, token, share in [(0, 1, 1.0), (0, 2, 3.0), (2, 1, 5.0), (2, 2, 5.0)]
    ]  # fmt: skip
    measured = results / "measures/tiny/m/dmlr/seed-3/00000.attention.parquet"
    write_records(measured, AttentionMap, maps, {})
    render(results, folder / "reports")
    return folder / "reports"


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@pytest.fixture
def tab(browser, out):
    opened = Tab(browser)
    yield opened
    assert opened.complaints == []
    strangers = [url for url in opened.requests if not url.startswith(out.as_uri())]
    assert [url for url in strangers if url not in ("about:blank", "data:,")] == []
    opened.close()


def test_the_list_shows_every_sample_with_a_mark_of_each_profile(tab, out):
    tab.open(out / HERE)
    assert tab.listed() == [f"tiny/{number}" for number in range(10)]
    marks = tab.page.locator(".list li").nth(1).locator(".mark").all()
    assert [one.get_attribute("title") for one in marks] == ["vanilla: correct", "dmlr: wrong"]
    assert tab.texts("output") == ["10 of 10 samples"]
    assert tab.texts("article") == ["Choose a sample from the list."]


def test_the_verdicts_of_many_profiles_are_counted_beside_the_name_of_a_sample(browser, tmp_path):
    render(make(tmp_path, profiles=("vanilla", "dmlr", *"abcde")), tmp_path / "reports")
    opened = Tab(browser).open(tmp_path / "reports" / HERE)
    rows = opened.page.locator(".list li")
    assert [rows.nth(place).locator(".marks").get_attribute("aria-label") for place in (0, 1, 9)] == [
        "7 correct", "6 correct, 1 wrong", "6 wrong, 1 failed",
    ]  # fmt: skip
    assert opened.texts(".marks")[1] == "✓ 6 ✗ 1"
    assert opened.texts(".list .id")[1] == "1"
    opened.close()


# Samples 6 and 7 are right with dmlr alone, 1 with vanilla alone; 8 and 9 have no score with dmlr.
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("verdict=wrong", "1"),
        ("flip=gained", "67"),
        ("flip=lost", "1"),
        ("flip=gained&profile=vanilla", "1"),
        ("flip=unscored", "89"),
        ("verdict=correct&by.kind=odd", "357"),
        ("category=hard&flip=same", "5"),
        ("end=none", "9"),
        ("disputed=yes", ""),
        ("q=TINY/4", "4"),
        ("q=b", "16789"),  # the answers that were read
        ("verdict=nonsense", ""),
    ],
)
def test_a_link_can_ask_for_samples(tab, out, filters, found):
    tab.open(out / HERE, f"#{filters}")
    assert tab.listed() == [f"tiny/{number}" for number in found]
    assert tab.texts("output") == [f"{len(found)} of 10 samples"]


def test_a_choice_filters_and_stands_in_the_address_and_back_undoes_it(tab, out):
    tab.open(out / HERE)
    tab.page.select_option("[name=verdict]", "unparsed")
    assert tab.listed() == ["tiny/8"]
    assert tab.page.url.endswith("#verdict=unparsed")
    tab.page.select_option("[name=verdict]", "failed")
    assert tab.listed() == ["tiny/9"]
    tab.page.go_back()
    assert tab.listed() == ["tiny/8"]
    assert tab.page.input_value("[name=verdict]") == "unparsed"
    tab.page.go_forward()
    assert tab.listed() == ["tiny/9"]


def test_choices_say_how_many_samples_of_the_profile_have_them(tab, out):
    tab.open(out / HERE)
    said = tab.texts("[name=verdict] option")
    assert said == ["all", "correct (7)", "failed (1)", "unparsed (1)", "wrong (1)"]
    tab.page.select_option("[name=profile]", "vanilla")
    assert tab.texts("[name=verdict] option") == ["all", "correct (6)", "wrong (4)"]


def test_keys_lead_through_the_samples(tab, out):
    tab.open(out / HERE, "#flip=gained")
    tab.page.keyboard.press("j")
    tab.shows("tiny/6")
    tab.page.keyboard.press("ArrowDown")
    tab.shows("tiny/7")
    tab.page.keyboard.press("j")
    tab.shows("tiny/7")  # there is none after it
    tab.page.keyboard.press("k")
    tab.shows("tiny/6")
    tab.page.keyboard.press("1")
    assert tab.page.input_value("[name=profile]") == "vanilla"
    tab.page.keyboard.press("/")
    tab.page.keyboard.type("jk")
    assert tab.page.input_value("[name=q]") == "jk"
    assert "&q=jk&" in tab.page.url
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("?")
    assert tab.page.locator("dialog").is_visible()
    tab.page.keyboard.press("Escape")
    assert not tab.page.locator("dialog").is_visible()
    tab.page.keyboard.press("Escape")
    assert "sample=" not in tab.page.url


def test_a_sample_shows_what_was_asked_said_and_decided(tab, out):
    tab.open(out / HERE, "#sample=tiny/0").shows("tiny/0")
    assert tab.texts(".shown h2") == ["tiny/0"]
    assert tab.texts(".question") == [f"Which? {SHOWN_EVIL}"]
    answered = "A one gold (official) answered by vanilla, dmlr"
    assert tab.texts(".options li") == [answered, "B two"]
    assert tab.texts(".golds") == ["official gold A. one"]
    assert tab.texts(".said mark") == ["\\boxed{A}", "\\boxed{A}"]
    assert tab.texts(".scores tbody td") == [
        "paper",
        "official",
        "✓ correct",
        "A",
        "boxed choice",
        "–",
    ]
    assert "11 prompt tokens (15 of the image)" in tab.page.inner_text(".told")
    loaded = tab.page.locator(".stack img").evaluate("image => image.naturalWidth")
    assert loaded == 50


def test_what_a_method_wrote_besides_is_shown(tab, out):
    tab.open(out / HERE, "#sample=tiny/2&profile=vanilla").shows("tiny/2")
    tab.page.click("text=Replies that were voted on: 3")
    first = f"First {SHOWN_EVIL}"
    assert tab.texts(".said details pre") == [first, "\\boxed{A}", ""]
    tab.open(out / HERE, "#sample=tiny/9").shows("tiny/9")
    assert f"No reply: out of {SHOWN_EVIL}" in tab.texts(".said .error")[0]
    assert tab.page.locator(".steps").count() == 0


def places(tab):
    return {
        (one.get_attribute("data-token"), one.get_attribute("data-patch")): [
            float(one.get_attribute(name)) for name in ("x", "y", "width", "height")
        ]
        for one in tab.page.locator(".overlay [data-token]").all()
    }


def test_patches_lie_where_the_grid_says(tab, out):
    tab.open(out / HERE, "#sample=tiny/0").shows("tiny/0")
    # 50 x 30 pixels are drawn in 320 x 192, so a patch of the 3 x 5 grid is 64 x 64. Patch 7 lies
    # in row 1, column 2 (from 0), patch 14 in row 2, column 4. Token 1 is inset by 2, token 2 by 6.
    both = {
        ("1", "7"): [128 + 2, 64 + 2, 60, 60],
        ("2", "7"): [128 + 6, 64 + 6, 52, 52],
        ("2", "14"): [256 + 6, 128 + 6, 52, 52],
    }
    assert places(tab) == both
    assert tab.page.locator(".overlay text").all_text_contents() == ["1 2", "2"]
    listed = ["think token 1: 7 (r2 c3)", "think token 2: 7 (r2 c3), 14 (r3 c5)"]
    assert tab.texts(".chosen li") == listed
    tab.page.select_option("[name=token]", "1")
    assert places(tab) == {("1", "7"): both["1", "7"]}
    assert tab.page.url.endswith("sample=tiny%2F0&token=1")


def readout(tab):
    found = zip(tab.texts(".readout dt"), tab.texts(".readout dd"), strict=True)
    return dict(found)


def test_the_slider_shows_the_steps_and_patches_are_those_of_the_best_state(tab, out):
    tab.open(out / HERE, "#sample=tiny/0&step=-1").shows("tiny/0")
    assert readout(tab)["Reward"] == "0.2500"
    assert readout(tab)["Sigma left to the next step"] == "–"
    assert tab.page.locator(".overlay").count() == 0
    slider = tab.page.locator("[name=step]")
    slider.focus()
    slider.press("ArrowRight")
    slider.press("ArrowRight")
    assert readout(tab)["Step"] == "1"
    assert readout(tab)["Reward"] == "0.7500, a new best"
    assert len(places(tab)) == 3
    assert tab.page.url.endswith("step=1")
    assert tab.page.evaluate("document.activeElement.name") == "step"
    slider.press("ArrowRight")
    assert (readout(tab)["Step"], readout(tab)["Reward"]) == ("2", "0.5000")
    assert len(places(tab)) == 3  # of the step before, which stays the best
    name = tab.page.get_attribute("svg.trace", "aria-label")
    assert name == "Reward over 3 steps, from 0.250 to a best of 0.750"


def test_attention_lies_over_the_image_as_of_the_last_step_that_was_kept(tab, out):
    tab.open(out / HERE, "#sample=tiny/0&step=1&heat=think&token=2").shows("tiny/0")
    # At step 0 token 2's highest share is 3 x 0.02, on patch 7, row 1 and column 2 of 3 x 5.
    caption = tab.page.inner_text(".picture figcaption")
    assert "attention of think token 2, after step 0: full colour is 0.0600" in caption
    pixel = "canvas => [...canvas.getContext('2d').getImageData(2, 1, 1, 1).data]"
    assert tab.page.locator("canvas").evaluate(pixel)[3] == 217  # 0.85 of 255
    pixel = pixel.replace("(2, 1,", "(0, 0,")
    assert tab.page.locator("canvas").evaluate(pixel)[3] == 109  # 0.85 of 128
    tab.page.select_option("[name=token]", "all")
    assert "think tokens, their mean, after step 0: full colour is 0.0400" in tab.page.inner_text(
        ".picture figcaption"
    )
    tab.page.select_option("[name=heat]", "off")
    assert tab.page.locator("canvas").count() == 0
    tab.open(out / HERE, "#sample=tiny/1").shows("tiny/1")
    assert tab.page.locator("[name=heat]").count() == 0


def test_hostile_text_is_text(tab, out):
    tab.open(out / HERE, "#sample=tiny/1").shows("tiny/1")
    shown = HOSTILE.replace("\0", "[U+0000]").replace("\u202e", "[U+202E]")
    assert tab.texts(".question") == [shown]
    assert tab.page.locator(".options li span[dir]").first.inner_text() == shown
    assert tab.page.title().startswith("tiny/1: Samples of tiny")
    assert (
        tab.page.locator("article script, .list script, article a[href^=javascript]").count() == 0
    )
    assert tab.page.locator("article img").count() == 1
    assert shown in tab.texts("[name=category] option")[1] + tab.texts("[name=category] option")[-1]


def test_a_very_long_line_is_shown_whole_and_stays_inside_the_page(tab, out):
    tab.open(out / HERE, "#sample=tiny/2").shows("tiny/2")
    assert tab.page.locator(".question").text_content() == LONG
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_only_the_chunk_of_the_sample_is_loaded(tab, out):
    tab.open(out / HERE)
    assert not [url for url in tab.requests if "replies" in url or "/samples-" in url]
    tab.page.click(".list a >> nth=3")
    tab.shows("tiny/3")
    found = sorted(url.rpartition("/")[2] for url in tab.requests if "-000.js" in url)
    assert found == ["replies-000.js", "replies-000.js", "samples-000.js"]


def test_missing_data_are_named(browser, out, tmp_path):
    missing = out / "data" / "benchmarks" / "tiny" / "samples-000.js"
    moved = missing.rename(tmp_path / "samples-000.js")
    opened = Tab(browser).open(out / HERE, "#sample=tiny/0")
    said = opened.page.inner_text(".shown [role=alert]")
    moved.rename(missing)
    opened.close()
    assert (
        said == "data/benchmarks/tiny/samples-000.js is missing or damaged; make the report again"
    )


def test_a_sample_that_is_none_is_named(tab, out):
    tab.open(out / HERE, "#sample=tiny/77")
    assert tab.texts("article") == ["There is no sample tiny/77."]


def test_on_a_phone_the_list_and_the_sample_take_turns(browser, out):
    opened = Tab(browser, width=390, height=844).open(out / HERE)
    assert opened.page.locator(".list").is_visible()
    assert not opened.page.locator(".shown").is_visible()
    opened.page.click(".list a >> nth=0")
    opened.shows("tiny/0")
    assert not opened.page.locator(".list").is_visible()
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    opened.page.click("text=← List")
    assert opened.page.locator(".list").is_visible()
    assert opened.complaints == []
    opened.close()


def test_without_scripts_the_page_is_a_table(browser, out):
    opened = Tab(browser, java_script_enabled=False).open(out / HERE)
    assert opened.page.locator("noscript table tbody tr").count() == 10
    assert not opened.page.locator("#explorer").is_visible()
    assert opened.complaints == []
    opened.close()


def test_a_run_leads_to_the_samples_that_were_lost(tab, out):
    tab.open(out / "runs" / "tiny--m--dmlr--seed-3.html")
    tab.page.click("text=wrong here, right with vanilla")
    tab.page.wait_for_selector(".list li:visible")
    assert tab.listed() == ["tiny/1"]
