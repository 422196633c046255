"""Parity with the released code: its recorded traces, step by step (tests/golden/README.md)."""

import json
from pathlib import Path

import pytest
import torch
import yaml
from PIL import Image

from dmlr.latent.profile import Dmlr
from dmlr.methods import dmlr
from dmlr.methods.answer import Question
from dmlr.vlm.load import load
from tests.tiny import model_settings

GOLDEN = Path(__file__).parent / "golden"
CATALOG = yaml.safe_load(Path("config/profiles.yaml").read_text())["profile_catalog"]
CASES = [
    case | {"profile": f"dmlr-released-{case['version']}"}
    for file in ("released_2025_12.json", "released_2026_03.json")
    for case in json.loads((GOLDEN / file).read_text())
]
# Our field for each of the released flags, and the flag's default.
FIELDS = {
    "think_tokens": ("num_thought_tokens", None),
    "steps": ("max_rl_steps", None),
    "sigma": ("sigma", None),
    "sigma_decay": ("sigma_decay", None),
    "learning_rate": ("lr", None),
    "top_k": ("top_k", None),
    "patches_max": ("num_selected_patches", None),
    "patches_initial": ("initial_patch_count", None),
    "patches_added": ("patch_increment", 0),
    "injection_start": ("visual_injection_start_step", 0),
    "reward_threshold": ("reward_threshold", None),
}


def changes(case):
    found = {field: case["params"].get(flag, default) for field, (flag, default) in FIELDS.items()}
    return found | {"max_new_tokens": 24}


@pytest.fixture(scope="session")
def golden_vlm():
    return load(model_settings(str(GOLDEN / "checkpoint")))


def picture(case):
    return GOLDEN / f"image_{case['image_seed']}.png"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['version']}-{case['name']}")
def test_a_released_profile_does_what_the_released_code_did(golden_vlm, case):
    profile = Dmlr(**CATALOG[case["profile"]] | changes(case))
    with Image.open(picture(case)) as opened:
        image = golden_vlm.encode_image(opened.convert("RGB"))
    question = Question("any", case["question"], [], [image])
    (found,) = dmlr.answer(golden_vlm, [question], profile, case["seed"])

    steps, golden = found.search.steps, case["steps"]
    assert found.prompt.ids.tolist() == case["input_ids"]
    assert [s.reward for s in steps] == pytest.approx([g["reward"] for g in golden], abs=1e-4)
    assert [(s.sigma, s.is_best, s.patch_count, s.patch_budget) for s in steps] == [
        (g["sigma"], g["is_new_best"] == 1, g["patch_count"], g["patch_budget"]) for g in golden
    ]
    assert found.search.best.step == case["best_reward_step"]
    assert found.search.best.reward == pytest.approx(case["best_reward"], abs=1e-4)
    latents = torch.tensor(case["final_latents"])
    torch.testing.assert_close(found.search.best.think, latents, atol=1e-4, rtol=0)
    assert found.reply.ids == case["generated_ids"]
    assert found.reply.text == case["response"]


@pytest.mark.parametrize("case", [CASES[0], CASES[8]], ids=lambda case: case["profile"])
def test_dmlr_answer_prints_the_same(run_dmlr, case, tmp_path):
    settings = [f"--set={field}={json.dumps(value)}" for field, value in changes(case).items()]
    found = run_dmlr(
        "answer", "--image", picture(case), "--question", case["question"],
        "--model", GOLDEN / "checkpoint", "--profile", case["profile"], "--seed", case["seed"],
        *settings, "--json", "--full", "--trace", tmp_path / "trace.png",
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    printed = json.loads(found.stdout)
    assert list(printed) == [
        "response", "generated_ids", "input_ids", "stop_reason", "best_reward", "best_step",
        "steps", "final_latents",
    ]  # fmt: skip
    assert printed["response"] == case["response"]
    assert printed["generated_ids"] == case["generated_ids"]
    assert printed["input_ids"] == case["input_ids"]
    assert printed["best_step"] == case["best_reward_step"]
    assert [step["patch_count"] for step in printed["steps"]] == [
        step["patch_count"] for step in case["steps"]
    ]
    assert list(printed["steps"][0]) == [
        "step", "reward", "sigma", "is_best", "patch_count", "patch_budget",
    ]  # fmt: skip
    assert torch.tensor(printed["final_latents"]).shape == (
        case["params"]["num_thought_tokens"],
        64,
    )
    with Image.open(tmp_path / "trace.png") as drawn:
        assert (drawn.format, max(drawn.size)) == ("PNG", 640)
    assert f"patches of step {case['best_reward_step']}" in found.stderr
