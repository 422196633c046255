import json

import pytest
import torch

from dmlr.bench.baselines import REPOSITORY, load_oracle, released
from dmlr.bench.bench import Request, bench
from dmlr.bench.clock import Stopwatch, difference_ms, median_ms
from dmlr.bench.shapes import SHAPES
from dmlr.bench.weights import random_model
from dmlr.errors import DmlrError

PUBLISHED = {  # totals of the hub's checkpoints, heads and vision towers included
    "qwen2.5-vl-3b": 3_754_622_976,
    "qwen2.5-vl-7b": 8_292_166_656,
    "qwen3-vl-4b": 4_437_815_808,
    "qwen3-vl-8b": 8_767_123_696,
}


def request(shape="tiny", **changes):
    fields = {
        "shape": shape, "model": None, "dtype": "float32", "device": "cpu", "batches": (1, 2),
        "repeats": 1, "new_tokens": 3, "baselines": False,
    }  # fmt: skip
    return Request(**(fields | changes))


@pytest.mark.parametrize("shape", PUBLISHED)
def test_the_real_shapes_have_the_published_number_of_parameters(shape):
    model = random_model(SHAPES[shape], dtype=torch.bfloat16, device=torch.device("meta"))
    assert sum(parameter.numel() for parameter in model.parameters()) == PUBLISHED[shape]
    assert {parameter.dtype for parameter in model.parameters()} == {torch.bfloat16}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    out = tmp_path_factory.mktemp("bench") / "bench.json"
    bench(request(baselines=True), out)
    return json.loads(out.read_text())


def test_the_conditions_tell_what_was_measured(found):
    told = found["conditions"]
    assert (told["model"], told["dtype"], told["image_tokens"]) == ("tiny", "float32", 256)
    assert 450 <= told["prefix_tokens"] < 470
    assert (told["repeats"], told["new_tokens"]) == (1, 3)
    assert {
        "parameters",
        "random_weights",
        "device",
        "threads",
        "vocabulary",
        "date",
        "load_average",
    } < set(told)
    assert {"torch", "transformers"} < set(told["machine"]["installed"])


def test_a_step_forwards_what_the_algorithm_needs_and_no_more(found):
    assert [batch["batch"] for batch in found["batches"]] == [1, 2]
    for batch in found["batches"]:
        joint, paper = batch["joint"], batch["paper"]
        # The patches of the last think token stand behind all that the reward reads.
        assert (joint["passes"], joint["tokens"]) == (2, 4 + (4 + 3 * 2))
        assert 2 <= paper["passes"] <= 1 + 4  # sequences that were tried are not run again
        assert 2 + 15 * 2 <= batch["end_to_end"]["search_passes"] <= 2 + 15 * (1 + 4)


def test_figures_follow_from_the_seconds(found):
    batch = found["batches"][1]
    seconds = {name: times[0] for name, times in batch["seconds"].items()}
    step = 1000 * (seconds["decode_all"] - seconds["decode_1"]) / 2
    joint = 1000 * (seconds["joint_more"] - seconds["joint_1"]) / 5
    assert batch["decode_step_ms"] == pytest.approx(step)
    assert batch["joint"]["milliseconds"] == pytest.approx(joint)
    assert batch["joint"]["decode_steps"] == pytest.approx(joint / step)
    assert batch["joint_over_plain"] == pytest.approx(joint / (200 * seconds["plain"]))
    whole, alone = batch["end_to_end"], seconds["vanilla"]
    assert whole["vanilla_samples_per_second"] == pytest.approx(2 / alone)
    assert whole["dmlr_samples_per_second"] == pytest.approx(2 / seconds["dmlr"])
    assert whole["time_ratio"] == pytest.approx(seconds["dmlr"] / alone)
    floor = (alone + whole["search_passes"] * step / 1000) / alone
    assert whole["floor"] == pytest.approx(floor)
    assert batch["peak_bytes"] > 4 * found["conditions"]["parameters"]


def test_the_naive_algorithm_is_compared_by_step_and_by_pass(found):
    for compared in (found["baselines"]["joint"], found["baselines"]["released"]):
        passes = compared["oracle_passes"] / compared["engine_passes"]
        assert compared["engine_passes"] == 2
        assert compared["oracle_passes"] == 2
        assert compared["ratio"] == pytest.approx(compared["ratio_per_pass"] * passes)
        assert compared["ratio"] == pytest.approx(compared["oracle_ms"] / compared["engine_ms"])


def test_a_model_with_deepstack_prints_a_table_and_writes_nothing_unasked(capsys):
    bench(request("tiny-qwen3", batches=(1,)), None)
    printed = capsys.readouterr().out
    assert "tiny-qwen3: 317,664 parameters, float32" in printed
    assert "passes, tokens of a row" in printed
    assert "naive" not in printed


def test_the_released_profile_is_the_catalogs_but_for_its_size():
    profile = released(REPOSITORY)
    assert (profile.reward, profile.positions) == ("topk_negative_log", "sequential")
    assert (profile.think_tokens, profile.patches_initial, profile.patches_added) == (4, 2, 0)


def test_things_are_timed_in_turns_after_a_warm_up():
    order = []
    things = {name: lambda name=name: order.append(name) for name in "ab"}
    seconds = Stopwatch(torch.device("cpu"), repeats=2).seconds(things)
    assert "".join(order) == "ababab"
    assert [len(times) for times in seconds.values()] == [2, 2]


def test_milliseconds_of_a_unit_are_medians():
    assert median_ms([0.3, 0.1, 0.2], units=2) == pytest.approx(100)
    assert difference_ms([0.5, 0.9, 0.4], [0.1, 0.1, 0.1], units=4) == pytest.approx(100)


def test_what_cannot_be_measured_is_refused_in_one_line(tmp_path):
    with pytest.raises(DmlrError, match="which only the repository has; pass --no-baselines"):
        load_oracle(tmp_path)
    with pytest.raises(DmlrError, match=r"shape must be one of tiny, .*, got huge"):
        bench(request("huge"), None)
