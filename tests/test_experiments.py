"""Every experiment file that ships plans, and asks for what it says."""

from pathlib import Path

import pytest
import yaml

from dmlr import config
from tests.test_config import FILES, shipped

ROOT = Path(__file__).parent.parent


def loaded(name):
    """The shipped configuration with an experiment file over it, merged as snakemake merges."""
    merged, paths = shipped(), [ROOT / "config" / f"{n}.yaml" for n in ("profiles-controls", name)]
    for path in paths:
        merged = _over(merged, yaml.safe_load(path.read_text()))
    return config.load(merged, [*FILES, *paths])


def _over(below, above):
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _over(merged[key], value) if both else value
    return merged


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


def test_table_2_differs_in_the_injection_alone():
    table = loaded("table2")
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


def test_the_demo_of_table_1_has_its_methods_on_the_embedded_model():
    demo = loaded("demo-table1")
    assert demo.profiles == loaded("paper").profiles
    assert (demo.models, demo.benchmarks) == (["shapes-1m"], ["shapes"])


CONTROLS = {
    "tokens-only": {"steps": 0, "injection": "none"},
    "random-walk": {"update": "constant_reward"},
    "shuffled-rewards": {"update": "shuffled_reward"},
    "selection-only": {"update": "none"},
    "antithetic": {"update": "antithetic"},
    "mean-baseline": {"update": "mean_baseline"},
    "true-gradient": {"update": "gradient"},
    "reward-topk": {"reward": "topk_negative_log"},
    "reward-blind": {"reward_context": "placeholder"},
    "inject-random": {"injection": "random"},
    "inject-foreign": {"injection": "foreign"},
    "inject-placeholder": {"injected": "placeholder"},
    "decode-without-patches": {"decode_patches": False},
    "positions-sequential": {"positions": "sequential"},
}


@pytest.mark.parametrize("experiment", ["controls", "demo-controls"])
def test_every_control_changes_what_it_is_called_and_nothing_else(experiment):
    found = loaded(experiment)
    paper = found.profile_catalog["dmlr-paper"]
    assert found.profiles == ["vanilla", "dmlr-paper", *CONTROLS]
    for name, changes in CONTROLS.items():
        assert found.profile_catalog[name] == paper.model_copy(update=changes)
