"""Every experiment file that ships plans, and asks for what it says."""

from pathlib import Path

import pytest

from dmlr import config
from dmlr.merged import configuration

ROOT = Path(__file__).parent.parent


def loaded(name):
    """The shipped configuration with an experiment file over it, merged as snakemake merges."""
    return config.load(*configuration([ROOT / "config" / f"{name}.yaml"]))


def test_table_1_is_six_models_by_five_methods_by_seven_benchmarks():
    paper = loaded("paper")
    assert (len(paper.models), len(paper.profiles), len(paper.benchmarks)) == (6, 5, 7)
    assert len(config.run_keys(paper)) == 210
    methods = [paper.profile_catalog[name].method for name in paper.profiles]
    assert methods == ["vanilla", "multimodal-cot", "ccot", "icot", "dmlr"]
    shards = [len(config.shards_of(paper, name)) for name in paper.benchmarks]
    assert shards == [20, 20, 20, 20, 6, 20, 20]  # 1000 samples in shards of 50, HallusionBench 951
    for name in paper.models:
        assert paper.model_catalog[name].dtype == "float32"


@pytest.mark.parametrize("experiment", ["table2", "demo-table1"])
def test_table_2_differs_in_the_injection_alone(experiment):
    table = loaded(experiment)
    paper = table.profile_catalog["dmlr-paper"]
    for name, injection in {"dmlr-inject-none": "none", "dmlr-inject-all": "all"}.items():
        assert table.profile_catalog[name] == paper.model_copy(update={"injection": injection})


@pytest.mark.parametrize(
    ("prefix", "fields"),
    [
        ("dmlr-steps-", {"steps"}),
        ("dmlr-m-", {"patches_initial", "patches_added"}),
        ("dmlr-sigma-", {"sigma"}),
        ("dmlr-l-", {"think_tokens"}),
    ],
)
def test_a_sweep_of_the_figures_changes_one_thing(prefix, fields):
    figures = loaded("figures")
    paper = figures.profile_catalog["dmlr-paper"].model_dump()
    names = [name for name in figures.profiles if name.startswith(prefix)]
    assert len(names) >= 3
    for name in names:
        found = figures.profile_catalog[name].model_dump()
        assert {field for field in found if found[field] != paper[field]} == fields
        assert {str(found[field]) for field in fields} == {name.removeprefix(prefix)}


@pytest.mark.parametrize(
    ("demo", "whole"),
    [
        ("demo-table1", ("paper", "table2", "figures")),
        ("demo-controls", ("controls",)),
    ],
)
def test_a_demo_has_the_grid_of_its_experiment_on_the_embedded_model(demo, whole):
    found, asked = loaded(demo), [loaded(name) for name in whole]
    assert set(found.profiles) == {name for one in asked for name in one.profiles}
    assert (found.models, found.benchmarks) == (["shapes-1m"], ["shapes"])
    for name in found.profiles:
        same, other = (one.profile_catalog[name].model_dump() for one in (found, asked[0]))
        budgets = {"max_new_tokens", "rationale_tokens", "graph_tokens"}
        assert {field for field in same if same[field] != other[field]} <= budgets


CONTROLS = {
    "tokens-only": {"steps": 0, "injection": "none"},
    "random-walk": {"update": "constant_reward"},
    "shuffled-rewards": {"update": "shuffled_reward"},
    "selection-only": {"update": "none"},
    "antithetic": {"update": "antithetic"},
    "mean-baseline": {"update": "mean_baseline"},
    "true-gradient": {"update": "gradient"},
    "gradient-direction": {"update": "gradient_direction"},
    "decode-last": {"decoded": "last"},
    "decode-initial": {"decoded": "initial"},
    "decode-zeros": {"decoded": "zeros"},
    "decode-noise": {"decoded": "noise"},
    "decode-foreign": {"decoded": "foreign"},
    "reward-topk": {"reward": "topk_negative_log"},
    "reward-inclusive": {"reward_span": "think_inclusive"},
    "reward-whole-entropy": {"top_k": 1_000_000},
    "reward-doubt": {"reward": "truncated_doubt"},
    "reward-blind": {"reward_context": "placeholder"},
    "optimised-on-blank": {"optimised_on": "blank"},
    "optimised-on-foreign": {"optimised_on": "foreign"},
    "inject-random": {"injection": "random"},
    "inject-foreign": {"injection": "foreign"},
    "inject-placeholder": {"injected": "placeholder"},
    "decode-without-patches": {"decode_patches": False},
    "positions-sequential": {"positions": "sequential"},
}


@pytest.mark.parametrize("experiment", ["controls", "demo-controls"])
def test_every_control_changes_what_it_is_called_and_nothing_else(experiment):
    found = loaded(experiment)
    catalog, paper = found.profile_catalog, found.profile_catalog["dmlr-paper"]
    first = ["vanilla", "vanilla-direct", "vanilla-card", "dmlr-paper", "prompt-without-tokens"]
    others = ["self-consistency", "self-consistency-5", "icot", "icot-random"]
    assert found.profiles == [*first, *CONTROLS, *others]
    for name, changes in CONTROLS.items():
        assert catalog[name] == paper.model_copy(update=changes)
    without = catalog["prompt-without-tokens"]
    assert (without.method, without.prompt) == ("vanilla", "internal_thinking")
    assert catalog["icot-random"] == catalog["icot"].model_copy(update={"selection": "random"})


TUNED = ("r1-onevision-7b", "r1-onevision-7b-rl", "vlaa-thinker-7b")


def test_every_model_of_the_catalog_says_its_licence_and_how_its_card_asks():
    catalog = loaded("paper").model_catalog
    assert {name: entry.licence for name, entry in catalog.items()} == {
        "shapes-1m": "MIT",
        "qwen2.5-vl-3b": "Qwen Research License",
        **dict.fromkeys(("qwen2.5-vl-7b", "qwen3-vl-4b", "qwen3-vl-8b"), "Apache-2.0"),
        **dict.fromkeys(TUNED, "not verified (fine-tuned from Apache-2.0 weights)"),
    }
    assert catalog["vlaa-thinker-7b"].card.system.startswith("You are VL-Thinking🤔, a helpful")
    assert catalog["vlaa-thinker-7b"].card.system.endswith(
        "</think> <answer> answer here </answer>"
    )
    assert catalog["r1-onevision-7b-rl"].card.hint.endswith("answer at the end. Question: ")
    assert {catalog[name].max_image_tokens for name in ("qwen3-vl-4b", "qwen3-vl-8b")} == {196}
