import copy
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from dmlr import config, settings
from dmlr.datasets.entry import Shapes, Source, Subset
from dmlr.datasets.places import state
from dmlr.errors import ConfigError
from dmlr.latent.profile import Dmlr
from dmlr.provenance import STAGES, _closure, fingerprint
from dmlr.report.told import ReportSettings
from dmlr.schemas import config_schema
from dmlr.store.told import AggregateSettings

ROOT = Path(__file__).parent.parent
FILES = [
    ROOT / "config" / f"{name}.yaml"
    for name in ("benchmarks", "models", "profiles", "protocols", "judges")
]
FILES.append(ROOT / "config" / "config.yaml")


def shipped():
    merged = {}
    for file in FILES:
        merged |= yaml.safe_load(file.read_text())
    return merged


def refused(change, files=FILES):
    merged = copy.deepcopy(shipped())
    change(merged)
    with pytest.raises(ConfigError) as error:
        config.load(merged, files)
    return str(error.value)


def test_the_shipped_configuration_is_valid():
    experiment = config.load(shipped(), FILES)
    assert [key.slug for key in config.run_keys(experiment)] == [
        "shapes--shapes-1m--vanilla--seed-42",
        "shapes--shapes-1m--dmlr-paper--seed-42",
    ]


def test_dmlr_paper_has_the_settings_of_the_paper():
    profile = config.load(shipped()).profile_catalog["dmlr-paper"]
    # paper: L = 4, m = 2, T = 15 steps, eta = 1e-3, sigma = 0.1, decay 0.95, at most 16 patches
    stated = {
        "method": "dmlr", "think_tokens": 4, "patches_initial": 2, "patches_added": 2, "steps": 15,
        "learning_rate": 0.001, "sigma": 0.1, "sigma_decay": 0.95, "patches_max": 16, "top_k": 10,
        "reward": "truncated_entropy", "reward_context": "image", "update": "reinforce",
        "max_new_tokens": 2048,
    }  # fmt: skip
    assert profile.model_dump(include=set(stated)) == stated


def test_what_a_profile_does_not_say_is_as_in_dmlr_paper():
    merged = shipped()
    merged["profile_catalog"]["mine"] = {"method": "dmlr", "sigma": 0.2}
    catalog = config.load(merged).profile_catalog
    assert catalog["mine"] == catalog["dmlr-paper"].model_copy(update={"sigma": 0.2})


def test_the_catalog_states_every_field_of_the_three_published_algorithms():
    catalog = shipped()["profile_catalog"]
    for name in ("dmlr-paper", "dmlr-released-2025-12", "dmlr-released-2026-03"):
        assert set(catalog[name]) == set(Dmlr.model_fields)
    assert all(field.description for field in Dmlr.model_fields.values())


def test_fields_that_contradict_each_other_are_one_line():
    def change(merged):
        merged["profile_catalog"]["dmlr-paper"] |= {
            "injection": "foreign",
            "injected": "last_hidden",
        }

    assert refused(change) == (
        f"{ROOT}/config/profiles.yaml: profile_catalog.dmlr-paper must have injected: features where "
        "injection is foreign; it is last_hidden"
    )


def test_an_unknown_key_is_named_with_its_place():
    def change(merged):
        merged["shard_sise"] = 5

    assert refused(change) == (
        f"{FILES[-1]}: shard_sise is not a known key; "
        "remove it, or see workflow/schemas/ for the known ones"
    )


def test_a_value_out_of_range_is_named_with_file_rule_and_value():
    def change(merged):
        merged["profile_catalog"]["dmlr-paper"]["sigma"] = -1

    assert refused(change) == (
        f"{ROOT}/config/profiles.yaml: profile_catalog.dmlr-paper.sigma must be greater than 0, got -1"
    )


def test_yaml_text_that_looks_like_a_number_is_explained():
    def change(merged):
        merged["profile_catalog"]["dmlr-paper"]["learning_rate"] = yaml.safe_load("1e-3")

    assert refused(change).endswith(
        "profile_catalog.dmlr-paper.learning_rate must be a valid number, got '1e-3'; "
        "YAML reads 1e-3 as text: write 0.001 or 1.0e-3"
    )


def test_a_missing_key_an_unknown_name_and_an_unknown_method_are_one_line_each():
    def change(merged):
        del merged["profile_catalog"]["vanilla-direct"]["prompt"]
        del merged["seeds"]
        merged["profile_catalog"]["vanilla"]["method"] = "vanila"

    lines = refused(change).splitlines()
    assert len(lines) == 3
    assert any("seeds is missing and has no default" in line for line in lines)
    assert any("vanilla-direct.prompt is missing" in line for line in lines)
    assert any(
        "profile_catalog.vanilla.method must be one of vanilla, self-consistency, multimodal-cot, ccot, icot, dmlr"
        in line
        for line in lines
    )


def test_a_name_that_no_catalog_has_is_refused_with_the_known_ones():
    def change(merged):
        merged["profiles"] = ["vanilla", "dmlr-papr"]

    assert refused(change) == (
        f"{FILES[-1]}: profiles[1] must be a name of profile_catalog "
        "(vanilla, vanilla-direct, vanilla-card, multimodal-cot, ccot, icot, dmlr-paper, dmlr-released-2026-03, dmlr-released-2025-12), "
        "got 'dmlr-papr'"
    )


def test_answers_are_held_against_a_profile_of_the_catalog():
    def change(merged):
        merged["flips_against"] = "dmlr-papr"

    assert refused(change).startswith(
        f"{FILES[-1]}: flips_against must be a name of profile_catalog (vanilla, vanilla-direct, "
    )


def told(merged, stage, profile="vanilla"):
    experiment = config.load(merged)
    if stage == "features":
        return config.features_settings(experiment, "shapes-1m")
    key = settings.RunKey(benchmark="shapes", model="shapes-1m", profile=profile, seed=42)
    return config.reason_settings(experiment, key)


def test_the_words_of_a_card_and_the_licence_re_run_only_what_asks_by_the_card():
    merged, other = shipped(), copy.deepcopy(shipped())
    entry = other["model_catalog"]["shapes-1m"]
    entry |= {"card": {"system": "Think first.", "hint": "Hint: "}, "licence": "CC0-1.0"}
    for stage, profile in (("features", ""), ("reason", "vanilla"), ("reason", "dmlr-paper")):
        assert told(merged, stage, profile) == told(other, stage, profile)
    by_card = [told(one, "reason", "vanilla-card") for one in (merged, other)]
    assert by_card[0] != by_card[1]
    read = settings.ReasonSettings.model_validate_json(by_card[1])
    assert read.card == settings.Card(system="Think first.", hint="Hint: ")


def test_growing_a_benchmark_keeps_the_names_of_its_shards():
    grown = Shapes(loader="shapes", split="test", samples=151, seed=7)
    small = grown.model_copy(update={"samples": 150})
    assert config.shard_names(small, 50) == ["00000", "00001", "00002"]
    assert config.shard_names(grown, 50) == ["00000", "00001", "00002", "00003"]


def test_settings_of_other_code_are_refused():
    told = ReportSettings(code="0" * 16, baseline="vanilla", benchmarks=["shapes"], paper={})
    with pytest.raises(
        ConfigError, match="it changed while the workflow ran; start snakemake again"
    ):
        config.parse(ReportSettings, told.model_dump_json(), stage="report")


def test_swapped_values_are_another_setting():
    experiment = config.load(shipped())
    key = config.run_keys(experiment)[1]
    profile = experiment.profile_catalog["dmlr-paper"]
    swapped = profile.model_copy(update={"steps": profile.top_k, "top_k": profile.steps})
    other = experiment.model_copy(update={"profile_catalog": {"dmlr-paper": swapped}})
    assert config.reason_settings(experiment, key) != config.reason_settings(other, key)


def test_the_schema_for_editors_is_current():
    assert (ROOT / "workflow/schemas/config.schema.yaml").read_text() == config_schema()


def test_every_key_of_the_schema_is_described():
    schema = yaml.safe_load(config_schema())
    for model in [schema, *schema["$defs"].values()]:
        assert model["additionalProperties"] is False
        assert all("description" in key for key in model["properties"].values())


def test_every_stage_has_a_fingerprint_of_its_own():
    assert len({fingerprint(stage) for stage in STAGES}) == len(STAGES)


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (
            {"loader": "mathvist"},
            "mine.loader must be one of shapes, mathvista, mathvision, mm-math,",
        ),
        ({"loader": "json", "relesed": "x"}, "mine.relesed is not a known key; remove it,"),
        (
            {"loader": "shapes", "split": "test", "seed": 7},
            "mine.samples is missing and has no default;",
        ),
        (
            {"loader": "mmvp", "samples": 300},
            "mine must have hub with revision, or folder, for source: official",
        ),
        (
            {"loader": "mmvp", "samples": 300, "hub": "MMVP/MMVP"},
            "mine must have revision: the commit of the hub repository to pin",
        ),
        (
            {"loader": "mmvp", "samples": 300, "folder": "x", "groups": {"pair": "many"}},
            "mine.groups must have for pair a count of values, or rows by value, got 'many'",
        ),
        (
            {
                "loader": "json",
                "source": "released-json",
                "released": "x",
                "prompt_source": "official",
            },
            "mine must have hub or folder, for prompt_source: official",
        ),
        (
            {"loader": "json", "source": "released-json"},
            "mine must have released: the JSON file, for source: released-json",
        ),
        (
            {"loader": "json", "released": "x.json"},
            "mine must have source: released-json, and neither hub nor folder, for the loader json",
        ),
        ({"loader": "mmvp", "folder": "x"}, "mine must have samples: how many rows the split has"),
        (
            {"loader": "mmvp", "folder": "x", "samples": 2, "prompt_source": "released"},
            "mine must have released: the JSON file, for prompt_source: released",
        ),
        (
            {"loader": "mmvp", "folder": "x", "samples": 2, "subset": {"ids": ["1"], "start": 3}},
            "mine.subset must have one way of choosing: ids alone, or start and end with",
        ),
        (
            {"loader": "mmvp", "folder": "x", "samples": 2, "errata": ["sure"]},
            "mine.errata[0] must be 'confirmed', 'reported' or 'repaired', got 'sure'",
        ),
    ],
)
def test_a_wrong_benchmark_is_one_line(entry, line):
    def change(merged):
        merged["benchmark_catalog"]["mine"] = entry

    (found,) = refused(change).splitlines()
    assert f"benchmark_catalog.{line}" in found


def entry(**fields):
    return Source.model_validate(
        {"loader": "mmvp", "hub": "MMVP/MMVP", "revision": "37eafec", "samples": 300, **fields}
    )


def test_a_subset_makes_as_many_shards_as_it_needs():
    assert config.shard_names(entry(), 50) == [f"{i:05d}" for i in range(6)]
    assert config.shard_names(entry(subset=Subset(max_samples=51)), 50) == ["00000", "00001"]
    assert config.shard_names(entry(subset=Subset(ids=["3", "5"])), 50) == ["00000"]


def test_the_seven_benchmarks_are_pinned_with_licence_and_citation():
    catalog = config.load(shipped()).benchmark_catalog
    seven = yaml.safe_load((ROOT / "config/seven.yaml").read_text())["benchmarks"]
    samples = {name: catalog[name].samples for name in seven}
    assert samples == {
        "mathvista": 1000, "mathvision": 3040, "mm-math": 5929, "hallusionbench": 951,
        "mmvp": 300, "mmstar": 1500, "scienceqa": 2017,
    }  # fmt: skip
    for name in seven:
        found = catalog[name]
        assert (found.source, found.prompt_source) == ("official", "unified")
        assert len(found.revision) == (7 if name == "mm-math" else 40)
        assert found.licence
        assert found.citation
        assert catalog.get(f"{name}-released", found).hub == found.hub
    released = {catalog[name].released for name in catalog if name.endswith("-released")}
    assert len(released) == 6
    assert catalog["scienceqa-released"].subset.max_samples == 1000


def test_the_state_of_local_files_is_a_setting(tmp_path):
    picture, file = tmp_path / "a.png", tmp_path / "own.json"
    file.write_text('[{"prompt": "Which?", "solution": "A", "image_path": "a.png"}]')
    own = entry(loader="json", hub=None, samples=None, source="released-json", released=str(file))
    states = [state("own", own)]
    picture.write_bytes(b"1")
    states.append(state("own", own))
    picture.write_bytes(b"22")
    states.append(state("own", own))
    (tmp_path / "other.png").write_bytes(b"1")
    assert state("own", own) == states[2]
    assert len({str(one) for one in states}) == 3
    assert config.shard_names(own, 50) == ["00000"]


def test_a_grid_of_the_papers_size_fits_on_a_command_line():
    merged = shipped()
    merged["benchmarks"] = yaml.safe_load((ROOT / "config/seven.yaml").read_text())["benchmarks"]
    model = merged["model_catalog"]["shapes-1m"]
    merged["models"] = [f"model-{i}-of-a-long-name" for i in range(6)]
    merged["model_catalog"] |= dict.fromkeys(merged["models"], model)
    merged["profiles"] = [f"profile-{i}" for i in range(10)]
    profile = {"method": "dmlr"}
    merged["profile_catalog"] |= dict.fromkeys(merged["profiles"], profile)
    merged |= {"baseline": "profile-0", "seeds": [1, 2, 3]}
    experiment = config.load(merged)
    told = config.aggregate_settings(experiment)
    assert len(told) < 128 * 1024 / 4  # quoting and the rest of the line need room too
    read = AggregateSettings.model_validate_json(told)
    assert {run.key for run in read.runs} == set(config.run_keys(experiment))
    assert len(read.runs) == 7 * 6 * 10 * 3
    shards = {run.key.benchmark: run.shards for run in read.runs}
    assert shards["mathvista"] == [f"{i:05d}" for i in range(20)]  # 1000 samples, 50 a shard


@pytest.mark.parametrize(
    "stage", ["features", "reason", "chains", "attention", "verify", "aggregate"]
)
def test_code_of_the_benchmarks_is_none_of_the_later_stages(stage):
    entry, _ = STAGES[stage]
    found = {name for name in _closure(entry) if name.startswith("dmlr.datasets.")}
    assert found <= {"dmlr.datasets.shard", "dmlr.datasets.options"}


@pytest.mark.parametrize("stage", ["prepare", "verify", "aggregate", "figure", "report"])
def test_no_stage_but_features_reason_and_measures_imports_torch(stage):
    module = STAGES[stage][0]
    told = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told]).returncode == 0


def test_the_wording_of_prompts_is_none_of_the_features():
    entry, _ = STAGES["features"]
    assert "dmlr.prompts" not in _closure(entry)


@pytest.mark.parametrize("stage", sorted(STAGES.keys() - {"chains", "attention"}))
def test_how_answers_are_measured_is_none_of_the_other_stages(stage):
    entry, _ = STAGES[stage]
    assert not [name for name in _closure(entry) if name.startswith("dmlr.measures")]


# Aggregate reads the ledger, and asks the paper's rules what they can reach.
READ = {"dmlr.judge", "dmlr.judge.asked", "dmlr.judge.ledger", "dmlr.judge.ledger_call",
        "dmlr.judge.ledger_file", "dmlr.verify", "dmlr.verify.ceilings", "dmlr.verify.decision",
        "dmlr.verify.rules", "dmlr.verify.rules.boxed"}  # fmt: skip


@pytest.mark.parametrize(
    ("stage", "known"),
    [*((name, set()) for name in ("prepare", "features", "reason", "chains", "attention")), ("aggregate", READ)],
)  # fmt: skip
def test_how_answers_are_judged_is_none_of_the_other_stages(stage, known):
    entry, _ = STAGES[stage]
    judging = {name for name in _closure(entry) if name.startswith(("dmlr.verify", "dmlr.judge"))}
    assert judging == known


def test_the_process_for_mathematics_is_code_of_its_stage():
    assert "dmlr.verify.mathematics_worker" in _closure(STAGES["verify"][0])


def test_a_protocol_named_twice_is_one_line():
    def change(merged):
        merged["protocols"] = ["paper", "extracted", "paper"]

    assert refused(change) == (
        f"{FILES[-1]}: protocols[2] must be another than those before it, got 'paper' again"
    )


@pytest.mark.parametrize("stage", sorted(STAGES.keys() - {"aggregate", "report", "figure"}))
def test_what_the_last_stages_are_told_is_none_of_the_stages_before_them(stage):
    told = {"dmlr.store.told", "dmlr.report.told", "dmlr.figures.told"}
    assert not told & set(_closure(STAGES[stage][0]))
