"""A benchmark's section of the report and what a sample's page says about its question and gold."""

import copy
import json

import pytest

from dmlr.errors import RecordError
from dmlr.records import Gold
from dmlr.report.audit_parts import Chosen
from dmlr.report.audits import audit, floors
from dmlr.report.golds import answer
from tests.reporting import AUDIT, EVIL, SHOWN_EVIL, make, page, render, scripts, table

MANY = [str(number) for number in range(203)]


def finding(check, samples, **fields):
    told = {"check": check, "explains": f"what follows from {check}", "samples": samples}
    return {**told, "labels": "", "details": {}, "groups": [], **fields}


def erratum(sample, outcome, status, **fields):
    told = {"sample": sample, "outcome": outcome, "status": status, "field": "gold"}
    return {**told, "old": "", "new": "A", "source": "a list", "reason": "Empty.", **fields}


def floor(labels, metric, said, correct, of):
    return {"labels": labels, "metric": metric, "answer": said, "correct": correct, "of": of}


TOLD = AUDIT | {
    "source": {
        "loader": "scienceqa",
        "split": "test",
        "source": "released-json",
        "hub": "somebody/Things",
        "revision": "f18b0a7",
        "folder": None,
        "released": "data/things.json",
        "licence": f"none {EVIL}",
        "citation": "Somebody et al., Things",
        "prompt_source": "released",
        "files": {"things.json": "ab" * 32},
    },
    "subset": {"of": 2000, "chosen": 12, "max_samples": 12},
    "skipped": {"7": f"no picture {EVIL}", "8": "cut short"},
    "labels": {
        "released": {
            "answers": 8,
            "empty": 2,
            "reachable": 8,
            "kinds": {"choice": 7, "float": 1},
            "letters": {},
        },
        "official": {
            "answers": 10,
            "empty": 0,
            "reachable": 10,
            "kinds": {"choice": 10},
            "letters": {},
        },
    },
    "findings": [
        finding("no gold", ["3", "4"], labels="released", details={"3": "empty", "4": "empty"}),
        finding("odd option", [f"1{EVIL}"], details={f"1{EVIL}": f"says {EVIL}"}),
        finding("far script", ["5", "6"], details={"5": "2 characters", "6": "9 characters"}),
        finding("duplicate", ["1", "2", "8", "9"], groups=[["1", "2"], ["8", "9"]]),
        finding("long", MANY, details={name: f"{name} times" for name in MANY}),
        finding("plain", MANY),
    ],
    "errata": [
        erratum("2", "listed", "confirmed", field="note", new="", reason=f"Beware {EVIL}"),
        erratum("3", "applied", "repaired"),
        erratum("4", "applied", "repaired"),
        erratum("5", "applied", "repaired", old=f"B{EVIL}", new=""),
    ],
    "floors": [
        floor("released", "accuracy", "B", 4, 8),
        floor("released", "pair", "B", 0, 5),
        floor("released", "accuracy", "C", 2, 8),
        floor("released", "pair", "C", 1, 5),
        floor("official", "accuracy", "A", 10, 10),
    ],
}
A, B = (
    Gold(kind="choice", text=text, letter=letter) for text, letter in [("one", "A"), ("two", "B")]
)
CHANGES = {
    0: {"gold": {"released": B, "official": A}},
    1: {
        "hint": f"A passage {EVIL}",
        "errata": (f"gold: B -> A ({EVIL})",),
        "prompt_source": "released",
        "wordings": {"released": f"As the authors asked {EVIL}"},
    },
    2: {"prompt_source": "official", "style": "scienceqa", "hint": "A hint."},
    3: {"prompt_source": "released"},
    4: {
        "options": (),
        "gold": {
            "official": Gold(kind="float", text="1.50", value=1.5, precision=2),
            "released": Gold(kind="expression", text="\\frac{1}{2}"),
        },
    },
}


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    results = make(folder, profiles=["vanilla"], changes=CHANGES)
    write(results, TOLD)  # afterwards: the database takes no doubts about samples that it lacks
    render(results, folder / "reports")
    return folder / "reports"


@pytest.fixture(scope="module")
def index(out):
    return page(out / "index.html")


@pytest.fixture(scope="module")
def seen(out):
    return page(out / "audits" / "tiny.html")


@pytest.fixture(scope="module")
def shown(out):
    return scripts(out / "data")["benchmarks/tiny/samples-000"]


def write(folder, told):
    path = folder / "benchmarks" / "tiny" / "audit.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(told if isinstance(told, str) else json.dumps(told))
    return folder


def details(node):
    """By its summary what a details element opens to."""
    return {next(one.all("summary")).text: one for one in node.all("details")}


def test_a_benchmark_says_what_it_has_and_where_it_is_from(seen):
    text = seen.text
    assert "10 samples over 1 image: 12 of 2,000 rows, the first ones, 2 left out without" in text
    assert "Official answers: 10 choice." in text
    assert "loader scienceqa, split test; rows of the file data/things.json , joined with" in text
    assert "the hub data set somebody/Things at f18b0a7 ." in text
    assert f"Licence: none {SHOWN_EVIL}. Cite: Somebody et al., Things." in text
    left_out = details(seen)["Samples that were left out (2)"]
    assert table(left_out)[1:] == [["7", f"no picture {SHOWN_EVIL}"], ["8", "cut short"]]
    assert table(details(seen)["Files that were read (1)"])[1] == ["things.json", "ab" * 32]


def test_each_label_set_has_its_lowest_and_highest_scores(seen):
    rows = table(seen.one("table", aria_labelledby="labels"))
    # Always B is right in 4 of 8, always C in a pair more than always B.
    scores = "accuracy: 50.0 % (4 of 8), always B pair: 20.0 % (1 of 5), always C"
    assert rows[1] == ["released", "8", "2", scores, "rules boxed: 20.0 % (2 of 10)"]
    scores = "accuracy: 100.0 % (10 of 10), always A"
    assert rows[2] == ["official", "10", "0", scores, "rules boxed: 100.0 % (10 of 10)"]


def test_the_tick_of_a_section_is_the_floor_of_its_labels(index):
    # The axis is 160 wide: 50 % of the released answers are B, 100 % of the official ones A.
    bodies = list(index.one("table", aria_labelledby="accuracy-caption").all("tbody"))
    ticks = [[path.attributes["d"] for path in b.all("path", class_="floor")] for b in bodies]
    assert ["official" in body.text for body in bodies] == [True, False]
    assert ticks == [["M160.0 1V17"], ["M80.0 1V17"]]


def test_findings_list_their_samples(seen):
    found = seen.one("table", aria_labelledby="doubts-table")
    rows = table(found)[1:]
    assert rows[0] == ["no gold (released)", "2", "3, 4 each: empty", "what follows from no gold"]
    assert rows[1][2] == f"1{SHOWN_EVIL} says {SHOWN_EVIL}"
    assert rows[3][:2] == ["duplicate", "4 in 2 groups"]
    opened = details(found)
    assert [li.text for li in opened["5, 6"].all("li")] == ["5 : 2 characters", "6 : 9 characters"]
    assert [li.text for li in opened["1, 2, 8, 9"].all("li")] == ["1, 2", "8, 9"]
    assert rows[4][2].startswith("0, 1, 2, 3, 4, 5, 6, 7 , … 195 more")
    long, plain = list(found.all("details"))[-2:]
    lines = [li.text for li in long.all("li")]
    # With details 200 are listed, without them all 203.
    assert (len(lines), lines[199], lines[200]) == (
        201,
        "199 : 199 times",
        "and 3 more, in audit.json",
    )
    assert plain.one("p").text == ", ".join(MANY)


def test_errata_are_counted_by_outcome_and_listed_with_reason_and_source(seen):
    rows = table(seen.one("table", aria_labelledby="errata-table"))[1:]
    assert [row[:4] for row in rows] == [
        ["applied", "repaired", "3", "3, 4, 5"], ["listed", "confirmed", "1", "2"],
    ]  # fmt: skip
    each = table(seen.one("table", aria_labelledby="errata-table-each"))[1:]
    assert each == [
        ["applied, repaired"],
        ["3, 4", "gold", "empty → A", "Empty.", "a list"],
        ["5", "gold", f"B{SHOWN_EVIL} → none", "Empty.", "a list"],
        ["listed, confirmed"],
        ["2", "note", "–", f"Beware {SHOWN_EVIL}", "a list"],
    ]


def test_every_table_of_the_audit_has_a_name_and_scopes(seen):
    for found in seen.all("table"):
        name = found.attributes.get("aria-labelledby")
        assert name is None or seen.one("p", id=name).text
        assert name or found.attributes["aria-label"]
        assert all("scope" in head.attributes for head in found.all("th"))


def test_hostile_text_is_text(out):
    for path in [out / "index.html", *(out / "audits").iterdir(), *(out / "runs").iterdir()]:
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        assert not {"\0", "\u202e"} & set(text)


def test_a_sample_shows_its_context_its_repairs_and_what_was_asked(shown):
    assert shown["tiny/1"]["hint"] == f"A passage {SHOWN_EVIL}"
    assert shown["tiny/1"]["errata"] == [f"gold: B -> A ({SHOWN_EVIL})"]
    assert shown["tiny/1"]["asked"] == ["released", f"As the authors asked {SHOWN_EVIL}"]
    official = "Question: Which?\nContext: A hint.\nOptions: (A) one (B) two\nAnswer:"
    assert shown["tiny/2"]["asked"] == ["official", official]
    assert shown["tiny/3"]["asked"] == ["released", None]  # which the sample does not have
    assert not {"asked", "hint", "errata"} & set(shown["tiny/5"])


def test_options_and_golds_follow_each_label_set(shown):
    assert shown["tiny/0"]["options"] == [["one", ["official"]], ["two", ["released"]]]
    # The official labels come first, though others come before them in the alphabet.
    assert shown["tiny/0"]["golds"] == [["official", "A. one"], ["released", "B. two"]]
    golds = [gold for _, gold in shown["tiny/4"]["golds"]]
    assert golds == ["1.50 (number to 2 decimals)", "\\frac{1}{2} (expression)"]


@pytest.mark.parametrize(
    ("gold", "words"),
    [
        ({"kind": "choice", "text": "one", "letter": "A"}, "A. one"),
        ({"kind": "choice", "text": "one", "letter": "A", "aliases": ("C",)}, "A. one, or C"),
        ({"kind": "choice", "text": "", "letter": "F"}, "F"),
        ({"kind": "choice", "text": "A", "letter": "A"}, "A"),
        ({"kind": "integer", "text": "7", "value": 7}, "7"),
        ({"kind": "yesno", "text": "Yes"}, "Yes"),
        ({"kind": "float", "text": "0.5", "precision": 1}, "0.5 (number to 1 decimal)"),
        ({"kind": "float", "text": "0.5"}, "0.5 (number)"),
        ({"kind": "list", "text": "[1, 2]"}, "[1, 2] (list)"),
    ],
)
def test_a_gold_is_shown_with_what_it_is_compared_as(gold, words):
    assert answer(Gold(**gold).model_dump()) == words


@pytest.mark.parametrize(
    ("subset", "words"),
    [
        ({"of": 1000, "chosen": 1000, "max_samples": 1000}, "all 1,000 rows"),
        ({"of": 1000, "chosen": 2, "ids": ["7", "9"]}, "2 of 1,000 rows, chosen by id"),
        (
            {"of": 1000, "chosen": 5, "start": 5, "end": 10},
            "5 of 1,000 rows, rows 5 to 9 from 0 on",
        ),
        (
            {"of": 1000, "chosen": 3, "start": 990, "max_samples": 3},
            "3 of 1,000 rows, the first ones out of rows 990 to 999 from 0 on",
        ),
        (
            {"of": 1000, "chosen": 9, "stratified": 9, "by": "level", "seed": 4},
            "9 of 1,000 rows, drawn in proportion by level with seed 4",
        ),
    ],
)
def test_a_subset_says_how_it_was_chosen(subset, words):
    assert Chosen(**subset).words == words


def test_floors_are_those_of_accuracy(tmp_path):
    found = floors([audit(write(tmp_path, TOLD), "tiny")])
    assert found == {("tiny", "released"): 50.0, ("tiny", "official"): 100.0}
    no_labels = TOLD | {"labels": {}, "floors": []}
    assert floors([audit(write(tmp_path, no_labels), "tiny")]) == {}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"format": 2}, r"\(format must be 1, got 2\)"),
        ({"format": None}, r"\(format must be 1, got None\)"),
        ({"benchmark": "other"}, r"\(benchmark must be tiny, got 'other'\)"),
        ({"samples": "many"}, r"\(samples: Input should be a valid integer"),
        ({"errata": [{}]}, r"\(errata\.0\.sample: Field required\)"),
        ({"findings": [{"check": 3}]}, r"\(findings\.0\.check: "),
    ],
)
def test_another_audit_is_refused_in_one_line(tmp_path, change, reason):
    told = copy.deepcopy(TOLD) | change
    with pytest.raises(RecordError, match=rf"audit\.json: not a readable audit {reason}") as caught:
        audit(write(tmp_path, told), "tiny")
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith("run snakemake again")


@pytest.mark.parametrize("text", ["", "[1]", "{", "null"])
def test_what_is_no_audit_is_refused(tmp_path, text):
    with pytest.raises(RecordError, match=r"audit\.json: not a readable audit"):
        audit(write(tmp_path, text), "tiny")
