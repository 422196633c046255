"""What the answers of a run took, against numbers worked out by hand."""

import pytest

from dmlr.store.compute import compute, write_compute
from tests.test_flips import SAMPLES, database, said

GIB = 2**30
FORWARDED = {"vanilla": [11, 13, 17, 19, 23, 31], "dmlr": [50, 60, 70, 80, 90, 100, 110]}


def cheap(number):
    """Six answers; the seventh sample failed, after as much as it had taken."""
    return said(
        number,
        "A" if number < 6 else "failed",
        prompt_tokens=number,
        image_tokens=3,
        generated_tokens=2 * number,
        forwarded_tokens=FORWARDED["vanilla"][number] if number < 6 else 1000,
        model_passes=5,
        batch_rows=3 if number < 6 else 1,
        prefill_seconds=0.25,
        decode_seconds=0.125 * number,
    )


def dear(number):
    """Seven answers in batches of 5 and 2; two of them know the peak of their batch, 1 and 2.75 GiB."""
    return said(
        number,
        "A",
        prompt_tokens=11,
        image_tokens=3,
        generated_tokens=7,
        intermediate_tokens=13,
        forwarded_tokens=FORWARDED["dmlr"][number],
        model_passes=17,
        batch_rows=5 if number < 5 else 2,
        peak_memory_bytes={0: GIB, 6: 11 * GIB // 4}.get(number),
        prefill_seconds=0.5,
        intermediate_seconds=0.0625,
        optimise_seconds=1.0,
        decode_seconds=0.25,
    )


def newlines(number):
    """ICoT: 1, 0, 3, ... triggers; three of the seven answers got a block, one of them two."""
    return said(
        number,
        "A",
        triggers=[1, 0, 3, 0, 2, 5, 3][number],
        insertions=[[], [], [[7]], [], [[2, 3]], [[1], [5]], []][number],
    )


def broken(number):
    return said(number, "failed", forwarded_tokens=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The tables of four runs: the baseline, a dear one, ICoT, and one that answered nothing."""
    kinds = {"vanilla": cheap, "dmlr": dear, "broken": broken, "icot": newlines}
    runs = {(name, 3): [made(i) for i in range(SAMPLES)] for name, made in kinds.items()}
    out = tmp_path_factory.mktemp("compute")
    with database(out, runs, baseline="vanilla", flips_against="vanilla") as opened:
        write_compute(compute(opened, "vanilla"), out)
    return out


def test_a_row_per_run_of_means_over_its_answers(folder):
    # vanilla, numbers 0 to 5: prompt 15/6, generated 30/6, forwarded 114/6 = 19, decode 0.125 * 15/6.
    # dmlr: forwarded 560/7 = 80 and 80/19 = 4.2105; seconds 0.5 + 0.0625 + 1 + 0.25; rows 29/7.
    assert (folder / "compute.csv").read_text().splitlines() == [
        "benchmark,model,profile,seed,answers,prompt_tokens,image_tokens,generated_tokens,"
        "intermediate_tokens,forwarded_tokens,forwarded_vs_baseline,model_passes,triggers,blocks,"
        "without_block,prefill_seconds,intermediate_seconds,optimise_seconds,decode_seconds,seconds,batch_rows,peak_memory_gib",
        "own,m,vanilla,3,6,2.5000,3.0000,5.0000,0.0000,19.0000,1.0000,5.0000,,,,"
        "0.2500,0.0000,0.0000,0.3125,0.5625,3.0000,",
        "own,m,broken,3,0,,,,,,,,,,,,,,,,,",
        "own,m,dmlr,3,7,11.0000,3.0000,7.0000,13.0000,80.0000,4.2105,17.0000,,,,"
        "0.5000,0.0625,1.0000,0.2500,1.8125,4.1429,2.7500",
        "own,m,icot,3,7,0.0000,0.0000,0.0000,0.0000,0.0000,0.0000,0.0000,2.0000,0.5714,0.5714,"
        "0.0000,0.0000,0.0000,0.0000,0.0000,0.0000,",
    ]


def test_the_same_as_markdown_for_a_reader(folder):
    lines = (folder / "compute.md").read_text().splitlines()
    assert lines[0].startswith("| benchmark | model | profile | seed | answers | prompt tokens |")
    assert lines[1].startswith("| --- | --- | --- | ---: | ---: | ---: |")
    assert lines[2:] == [
        "| own | m | vanilla | 3 | 6 | 2.5 | 3.0 | 5.0 | 0.0 | 19.0 | 1.00 | 5.0 | – | – | – "
        "| 0.250 | 0.000 | 0.000 | 0.312 | 0.562 | 3.0 | – |",
        "| own | m | broken | 3 | 0 " + "| – " * 17 + "|",
        "| own | m | dmlr | 3 | 7 | 11.0 | 3.0 | 7.0 | 13.0 | 80.0 | 4.21 | 17.0 | – | – | – "
        "| 0.500 | 0.062 | 1.000 | 0.250 | 1.812 | 4.1 | 2.75 |",
        "| own | m | icot | 3 | 7 | 0.0 | 0.0 | 0.0 | 0.0 | 0.0 | 0.00 | 0.0 | 2.00 | 0.57 | 0.571 "
        "| 0.000 | 0.000 | 0.000 | 0.000 | 0.000 | 0.0 | – |",
    ]


@pytest.mark.parametrize("baseline", ["broken", "elsewhere"])
def test_without_an_answer_of_the_baseline_there_is_no_ratio(tmp_path, baseline):
    runs = {
        ("dmlr", 3): [dear(i) for i in range(SAMPLES)],
        ("broken", 3): [broken(i) for i in range(SAMPLES)],
    }
    with database(tmp_path, runs, baseline=baseline, flips_against="dmlr") as opened:
        found = {one.profile: one for one in compute(opened, baseline)}
    assert found["dmlr"].numbers["forwarded_tokens"] == 80
    assert found["dmlr"].numbers["forwarded_vs_baseline"] is None
    assert set(found["broken"].numbers.values()) == {None}
