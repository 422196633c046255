"""The benchmarks' own metrics, from verdicts that stand here as marks, against numbers worked out by hand.

Marks: + correct, - wrong, ? unparsed, ! failed, 0 no gold under the labels.
"""

import csv
import re

import duckdb
import pytest

from dmlr.datasets.shard import write_shard
from dmlr.records import Gold, ImageFile, Prediction, Sample, TraceStep, Verdict, write_records
from dmlr.store.aggregate import aggregate
from dmlr.store.database import build
from dmlr.store.groups import metrics, write_metrics
from dmlr.store.told import AggregateSettings

VERDICTS = {"+": "correct", "-": "wrong", "?": "unparsed", "!": "failed", "0": "failed"}
VANILLA = {"method": "vanilla", "prompt": "unified", "max_new_tokens": 7}


def sample(name, category, groups):
    return Sample(
        sample_id=name,
        question="Is it?",
        options=(),
        gold={"official": Gold(kind="yesno", text="Yes")},
        image=ImageFile(sha256="ab" * 32, file="ab.png", width=5, height=3, bytes=11),
        category=category,
        groups=groups,
    )


def verdict(name, mark, labels="official", **fields):
    found = VERDICTS[mark]
    values = {
        "extracted": {"+": "yes", "-": "no"}.get(mark),
        "compared": {"+": "Yes", "-": "No"}.get(mark),
        "rule": "no gold" if mark == "0" else "boxed",
        "reason": {"?": "no box", "!": "no memory", "0": "no gold"}.get(mark),
    } | fields
    score = {"correct": 1, "wrong": 0}.get(found)
    return Verdict(sample_id=name, labels=labels, verdict=found, score=score, **values)


def written(results, benchmark, parts, scored):
    """A benchmark of one shard with (category, groups) per sample, its run and the run's verdicts."""
    names = [f"{benchmark}/{number}" for number in range(len(parts))]
    shard = results / "benchmarks" / benchmark / "shards/00000.jsonl"
    made = [sample(name, *part) for name, part in zip(names, parts, strict=True)]
    write_shard(shard, made)
    came = {
        "code": "c", "model": {}, "profile": VANILLA, "seed": 3, "packages": {}, "weights": "w",
        "processing": "p",
    }  # fmt: skip
    run = f"{benchmark}/m/vanilla/seed-3"
    path = results / "runs" / run / "00000.predictions.parquet"
    said = [Prediction(sample_id=name, status="ok", text="yes") for name in names]
    write_records(path, Prediction, said, came)
    write_records(path.with_name("00000.traces.parquet"), TraceStep, [], came)
    for protocol, found in scored.items():
        verdicts = [
            one if isinstance(one, Verdict) else verdict(name, one)
            for name, one in zip(names, found, strict=True)
        ]
        write_records(results / "verdicts" / protocol / f"{run}.parquet", Verdict, verdicts, {})


def settled(folder, benchmarks, share=1.0):
    """Settings of runs of one model and profile on benchmarks of (parts, protocol -> marks)."""
    for name, (parts, scored) in benchmarks.items():
        written(folder / "results", name, parts, scored)
    protocols = next(iter(benchmarks.values()))[1]
    return AggregateSettings(
        code="c", benchmarks=dict.fromkeys(benchmarks, 1), models={"m": {}},
        profiles={"vanilla": VANILLA}, seeds=[3], protocols=list(protocols), baseline="vanilla",
        flips_against="vanilla", max_unscored_share=share,
    )  # fmt: skip


def database(folder, benchmarks, share=1.0):
    settings = settled(folder, benchmarks, share)
    build(settings, folder / "results", folder / "dmlr.duckdb")
    return duckdb.connect(str(folder / "dmlr.duckdb"), read_only=True)


def measured(folder, parts, marks, **options):
    with database(folder, {"own": (parts, {"paper": marks})}, **options) as opened:
        return {one.metric: one for one in metrics(opened, "vanilla")}


def shares(one):
    """Units, those with a score, right ones; then value, floor and ceiling with two decimals."""
    values = (one.accuracy, one.floor, one.ceiling)
    return one.total, one.n, one.hits, *(value and round(value, 2) for value in values)


def figures(*names):
    """HallusionBench: (figure, question) as one word for each sample."""
    split = (name.rpartition(":") for name in names)
    return [("VD math", {"figure": figure, "question": question}) for figure, _, question in split]


def test_a_figure_and_a_question_group_are_right_only_as_a_whole(tmp_path):
    parts = figures(
        *("VD/math/0_1:0", "VD/math/0_1:1", "VD/math/0_1:2"),  # right
        *("VD/math/0_2:0", "VD/math/0_2:1", "VD/math/0_2:2"),  # one is wrong
        *("VD/math/0_3:0", "VD/math/0_3:3"),  # open
        *("VD/math/0_4:3", "VD/math/0_4:4"),  # wrong, whatever the unparsed one is
        *("VD/math/0_5:5",),  # open
    )
    found = measured(tmp_path, parts, "+++++-+??-!")
    # Questions: 0 is right three times, 1 twice, 2 once of two, 3 is open twice, 4 wrong, 5 failed.
    assert {name: shares(one) for name, one in found.items()} == {
        "aAcc": (11, 8, 6, 75.0, 54.55, 81.82),
        "fAcc": (5, 3, 1, 33.33, 20.0, 60.0),
        "qAcc": (6, 4, 2, 50.0, 33.33, 66.67),
    }
    assert {one.units for one in found.values()} == {"questions", "figures", "question groups"}
    assert {(one.unparsed, one.failed, one.no_gold) for one in found.values()} == {(2, 1, 0)}


def test_a_supplement_question_without_its_figure_is_of_no_figure(tmp_path):
    parts = figures("VS/map/1_0:0", "VS/map/1_1:0", "VS/map/1_10:1", "VD/map/1_0:2")
    found = measured(tmp_path, parts, "-++-")
    assert shares(found["fAcc"])[:4] == (3, 3, 2, 66.67)  # of VS 1_1, VS 1_10 and VD 1_0
    assert shares(found["qAcc"])[:4] == (3, 3, 1, 33.33)
    assert shares(found["aAcc"])[:4] == (4, 4, 2, 50.0)


def test_a_withdrawn_question_has_no_part_in_its_figure(tmp_path):
    parts = figures("VD/map/0_1:0", "VD/map/0_1:1", "VD/map/0_2:2", "VD/map/0_3:3", "VD/map/0_3:4")
    found = measured(tmp_path, parts, "+000?")
    # The second figure has no gold at all: no score, and wrong in both bounds, as in the accuracies.
    assert shares(found["fAcc"]) == (3, 1, 1, 100.0, 33.33, 66.67)
    assert shares(found["aAcc"]) == (5, 1, 1, 100.0, 20.0, 40.0)
    assert (found["fAcc"].unparsed, found["fAcc"].failed, found["fAcc"].no_gold) == (1, 0, 3)


def test_the_authors_file_names_figures_but_no_questions(tmp_path):
    parts = [("VD math", {"figure": "VD/math/0_1"}), ("VD math", {"figure": "VD/math/0_1"})]
    assert list(measured(tmp_path, parts, "+-")) == ["aAcc", "fAcc"]


def pairs(count):
    return [("all", {"pair": str(number // 2 + 1)}) for number in range(count)]


def test_a_pair_is_right_when_both_are_and_half_a_pair_is_none(tmp_path):
    found = measured(tmp_path, pairs(9), "+++-+?--+")
    assert {name: shares(one) for name, one in found.items()} == {
        "item accuracy": (9, 8, 5, 62.5, 55.56, 66.67),
        "pair accuracy": (4, 3, 1, 33.33, 25.0, 50.0),
    }
    one = found["pair accuracy"]
    # Wilson's interval of 1 of 3 with z = 1.95996: (1/3 + z²/6 ± z √(2/27 + z²/36)) / (1 + z²/3).
    assert (one.low, one.high) == pytest.approx((6.1492, 79.2340), abs=1e-4)


def test_items_of_pairs_that_go_together_are_less_sure_than_as_many_single_ones(tmp_path):
    one = measured(tmp_path, pairs(40), "++--" * 10)["item accuracy"]
    # 19 of 20 pairs are drawn, half of them right: P(X <= 4) = 0.0096 and P(X <= 5) = 0.0318, so from 5 to
    # 14 of 19. Of forty single items Wilson's would be 35.2 to 64.8.
    assert (one.low, one.high) == pytest.approx((100 * 5 / 19, 100 * 14 / 19))


def test_questions_of_a_figure_are_drawn_together(tmp_path):
    parts = figures("VD/map/0_1:0", "VD/map/0_1:1", "VD/map/0_2:2", "VD/map/0_3:3", "VD/map/0_3:4")
    found = measured(tmp_path, parts, "++-0?")
    # Two figures have a score, 2 of 2 and 0 of 1; one of them is drawn. fAcc has Wilson's, of 1 of 2.
    assert (found["aAcc"].low, found["aAcc"].high) == (0.0, 100.0)
    assert (found["fAcc"].low, found["fAcc"].high) == pytest.approx((9.4531, 90.5469), abs=1e-4)


def test_where_all_clusters_are_right_there_is_no_interval_of_the_items(tmp_path):
    found = measured(tmp_path, pairs(4), "++++")
    assert (found["item accuracy"].low, found["item accuracy"].high) == (None, None)
    assert found["pair accuracy"].low == pytest.approx(34.2380, abs=1e-4)  # 2 / (2 + z²)


@pytest.mark.parametrize(("marks", "value"), [("++++", 100.0), ("+-+-", 0.0), ("?!??", None)])
def test_pairs_that_are_all_right_or_none_or_all_open(tmp_path, marks, value):
    one = measured(tmp_path, pairs(4), marks)["pair accuracy"]
    assert one.accuracy == value
    assert (one.floor, one.ceiling) == ((0.0, 100.0) if value is None else (value, value))


# MMStar: the samples of each axis and how many are right. The last category but one has none.
AXES = [
    [(7, 7), (11, 0), (13, 13)],
    [(2, 1), (3, 3), (5, 1)],
    [(2, 2), (3, 0), (5, 0)],
    [(2, 0), (3, 3), (5, 0)],
    [(2, 0), (3, 0), (5, 0)],
    [(2, 0), (3, 0), (5, 5)],
]


def stars(categories):
    parts, marks = [], ""
    for place, axes in enumerate(categories):
        for axis, (samples, right) in enumerate(axes):
            parts += [(f"category {place}", {"axis": f"{place}.{axis}"})] * samples
            marks += "+" * right + "-" * (samples - right)
    return parts, marks


def test_three_ways_to_average_over_categories_of_unlike_size(tmp_path):
    found = measured(tmp_path, *stars(AXES))
    # Items: (20 + 5 + 2 + 3 + 0 + 5) / 81. Categories: (20/31 + 0.5 + 0.2 + 0.3 + 0 + 0.5) / 6.
    # Axes: (1 + 0 + 1 + 0.5 + 1 + 0.2 + 1 + 1 + 1) / 18.
    assert {name: shares(one)[:4] for name, one in found.items()} == {
        "final score": (81, 81, 35, 43.21),
        "category: category 0": (31, 31, 20, 64.52),
        "category: category 1": (10, 10, 5, 50.0),
        "category: category 2": (10, 10, 2, 20.0),
        "category: category 3": (10, 10, 3, 30.0),
        "category: category 4": (10, 10, 0, 0.0),
        "category: category 5": (10, 10, 5, 50.0),
        "mean of categories": (6, 6, None, 35.75),
        "mean of axes": (18, 18, None, 37.22),
    }
    # Of six axes all are right, and only two axes differ within themselves. Drawn are 1 of the 2 samples of
    # axis 1.0 and 4 of the 5 of 1.2, where one is right: the mean is (6 + a + b) / 18. All wrong has a
    # chance of 0.5 * 0.8^4 = 0.20; a = 1 with two or more of four right one of 0.5 * 0.18, with three or
    # more one of 0.5 * 0.027: (6 + 1 + 0.5) / 18 above.
    one = found["mean of axes"]
    assert (one.low, one.high) == pytest.approx((100 * 6 / 18, 100 * 7.5 / 18))


def test_a_mean_over_a_part_without_a_score_is_none_but_has_bounds(tmp_path):
    parts, marks = stars(AXES)
    found = measured(tmp_path, parts, marks[:-5] + "?????")
    # Without the last axis category 5 is 0 of 5 read; all wrong it is 0 of 10, all right 5 of 10.
    assert shares(found["mean of categories"]) == (6, 6, None, 27.42, 27.42, 35.75)
    assert shares(found["mean of axes"]) == (18, 17, None, None, 31.67, 37.22)


def test_a_mean_with_a_part_without_a_gold_has_neither_value_nor_interval(tmp_path):
    parts, marks = stars(AXES)
    one = measured(tmp_path, parts, marks[:-5] + "00000")["mean of axes"]
    assert (one.n, one.accuracy, one.low, one.high) == (17, None, None, None)


def test_a_mean_without_any_gold_has_no_interval(tmp_path):
    parts, marks = stars(AXES)
    one = measured(tmp_path, parts, "0" * len(marks))["mean of categories"]
    assert (one.n, one.accuracy, one.low, one.high) == (0, None, None, None)


def test_a_mean_over_fewer_parts_than_the_benchmark_has_is_left_out(tmp_path):
    names = list(measured(tmp_path, *stars(AXES[:5])))
    assert names == ["final score", *(f"category: category {place}" for place in range(5))]


def test_the_parts_that_official_scores_are_told_by(tmp_path):
    vision = [("algebra", {"subject": "algebra", "level": "2"})] * 2
    vision += [("logic", {"subject": "logic", "level": "2"})]
    vista = [("t", {"answer_type": kind, "grade": "g"}) for kind in ("text", "text", "integer")]
    maths = [
        ("easy", {"difficulty": "easy", "grade": grade}) for grade in ("nine", "nine", "eight")
    ]
    benchmarks = {"vision": vision, "vista": vista, "maths": maths}
    scored = {name: (parts, {"paper": "+-+"}) for name, parts in benchmarks.items()}
    with database(tmp_path, scored) as opened:
        found = {
            (one.benchmark, one.metric): shares(one)[1:4] for one in metrics(opened, "vanilla")
        }
    assert found == {
        ("maths", "difficulty: easy"): (3, 2, 66.67),
        ("maths", "grade: eight"): (1, 1, 100.0),
        ("maths", "grade: nine"): (2, 1, 50.0),
        ("vision", "subject: algebra"): (2, 1, 50.0),
        ("vision", "subject: logic"): (1, 1, 100.0),
        ("vision", "level: 2"): (3, 2, 66.67),
        ("vista", "answer type: integer"): (1, 1, 100.0),
        ("vista", "answer type: text"): (2, 1, 50.0),
    }


def test_every_protocol_and_label_set_has_its_own_rows_in_the_experiments_order(tmp_path):
    scored = {"paper": "++", "another": "+-"}
    with database(tmp_path, {"own": (pairs(2), scored)}) as opened:
        found = [(one.protocol, one.metric, one.accuracy) for one in metrics(opened, "vanilla")]
    assert found == [
        ("paper", "item accuracy", 100.0),
        ("paper", "pair accuracy", 100.0),
        ("another", "item accuracy", 50.0),
        ("another", "pair accuracy", 0.0),
    ]


def test_the_tables(tmp_path):
    with database(tmp_path, {"own": (pairs(6), {"paper": "+++-+?"})}) as opened:
        write_metrics(metrics(opened, "vanilla"), tmp_path)
    # Items: 4 of 5 scored. Two of the three pairs (2 of 2, 1 of 2, 1 of 1) are drawn: twice the second in
    # one of nine draws, so low is 50. Pairs: 1 of 2 scored, the interval is Wilson's.
    assert (tmp_path / "metrics.csv").read_text().splitlines() == [
        "benchmark,model,profile,seed,protocol,labels,metric,units,total,n,hits,accuracy,low,high,"
        "floor,ceiling,unparsed,failed,no_gold,final",
        "own,m,vanilla,3,paper,official,item accuracy,questions,6,5,4,80.0000,50.0000,100.0000,"
        "66.6667,83.3333,1,0,0,yes",
        "own,m,vanilla,3,paper,official,pair accuracy,pairs,3,2,1,50.0000,9.4531,90.5469,"
        "33.3333,66.6667,1,0,0,yes",
    ]
    lines = (tmp_path / "metrics.md").read_text().splitlines()
    assert lines[0] == (
        "| benchmark | model | profile | seed | protocol | labels | metric | units | n "
        "| value [95 %] | bounds | unparsed | failed | no gold |"
    )
    assert lines[3] == (
        "| own | m | vanilla | 3 | paper | official | pair accuracy | pairs | 2 of 3 "
        "| 50.0 [9.5, 90.5] | 33.3–66.7 | 1 | 0 | 0 |"
    )


def test_a_value_with_too_many_open_samples_is_not_final(tmp_path):
    with database(tmp_path, {"own": (pairs(6), {"paper": "+++-+?"})}, share=0.16) as opened:
        write_metrics(metrics(opened, "vanilla"), tmp_path)
    rows = (tmp_path / "metrics.csv").read_text().splitlines()[1:]
    assert {row.rpartition(",")[2] for row in rows} == {"no"}
    lines = (tmp_path / "metrics.md").read_text().splitlines()[2:]
    assert [line.split(" | ")[9:11] for line in lines] == [
        ["not final", "66.7–83.3"],
        ["not final", "33.3–66.7"],
    ]


def test_the_name_of_a_part_stays_in_its_row(tmp_path):
    parts = [("s", {"subject": "=a|b\r\nc", "level": "1"})]
    with database(tmp_path, {"own": (parts, {"paper": "+"})}) as opened:
        write_metrics(metrics(opened, "vanilla"), tmp_path)
    with (tmp_path / "metrics.csv").open(newline="") as file:
        assert [row["metric"] for row in csv.DictReader(file)] == ["subject: =a|b c", "level: 1"]
    assert "| subject: =a\\|b c | questions |" in (tmp_path / "metrics.md").read_text()


def test_a_benchmark_without_such_groups_has_only_a_header(tmp_path):
    parts = [("shapes", {"kind": "count", "scene": "7"})]
    with database(tmp_path, {"own": (parts, {"paper": "+"})}) as opened:
        write_metrics(metrics(opened, "vanilla"), tmp_path)
    assert len((tmp_path / "metrics.csv").read_text().splitlines()) == 1
    assert len((tmp_path / "metrics.md").read_text().splitlines()) == 2


def test_stage_aggregate_writes_all_tables(tmp_path):
    settings = settled(tmp_path, {"own": (pairs(2), {"paper": "++", "another": "+-"})})
    aggregate(settings, tmp_path / "results", tmp_path / "dmlr.duckdb")
    folder = tmp_path / "results/tables"
    rows = {
        name: len((folder / f"{name}.csv").read_text().splitlines()) - 1
        for name in ("metrics", "agreement", "agreement-all", "disputed")
    }
    assert rows == {"metrics": 4, "agreement": 1, "agreement-all": 1, "disputed": 2}
    # Every table says what it came from.
    texts = [path.read_text() for kind in ("md", "tex") for path in folder.glob(f"*.{kind}")]
    assert len(texts) == 32
    assert all(
        re.search("provenance [0-9a-f]{12}; dmlr show [0-9a-f]{12} expands it", one)
        for one in texts
    )
