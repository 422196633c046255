"""``dmlr answer`` as a user types it; parity with the released code is in test_golden.py."""

import json

import pytest
from PIL import Image

from dmlr import prompts
from dmlr.cli import main
from dmlr.commands import values
from dmlr.errors import ConfigError
from dmlr.settings import Card, Vanilla
from tests.test_golden import GOLDEN

PICTURE = GOLDEN / "image_1.png"
ASKED = ("answer", "--image", PICTURE, "--question", "What colour is the circle?")
CARD = {"system": "Think first.", "hint": "Hint: "}


def refused(capsys, *arguments):
    """The line on standard error, from the entry point itself: a process each would take a minute."""
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in (*ASKED, *arguments)])
    found = capsys.readouterr()
    assert (ended.value.code, found.out) == (1, "")
    (line,) = [line for line in found.err.splitlines() if line.startswith("dmlr: error: ")]
    return line.removeprefix("dmlr: error: ")


def test_the_embedded_model_answers_in_its_words(run_dmlr):
    found = run_dmlr(*ASKED, "--option", "red", "--option", "cyan", "--set", "steps=2")
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("<think>")
    assert "\\boxed{" in found.stdout


def test_vanilla_has_no_steps_and_says_so(run_dmlr, tmp_path):
    trace = tmp_path / "trace.png"
    found = run_dmlr(*ASKED, "--profile", "vanilla", "--json", "--full", "--trace", trace)
    printed = json.loads(found.stdout)
    assert (printed["best_reward"], printed["best_step"]) == (None, None)
    assert (printed["steps"], printed["final_latents"]) == ([], [])
    assert "no trace: method vanilla optimises nothing" in found.stderr
    assert not trace.exists()


def test_image_token_limits_are_set_like_fields_of_the_profile(run_dmlr, tmp_path):
    Image.new("RGB", (280, 280), "red").save(tmp_path / "large.png")
    found = run_dmlr(
        "answer", "--image", tmp_path / "large.png", "--question", "What?", "--json", "--model",
        GOLDEN / "checkpoint", "--profile", "vanilla", "--set", "max_image_tokens=9",
        "--set", "max_new_tokens=1",
    )  # fmt: skip
    assert json.loads(found.stdout)["input_ids"].count(509) == 9  # <|image_pad|>


def test_the_card_of_a_model_of_the_catalog_is_asked_by(run_dmlr):
    asking = ("answer", "--question", "What?", "--json", "--set", "max_new_tokens=1")
    card, direct = (
        json.loads(run_dmlr(*asking, "--profile", profile).stdout)["input_ids"]
        for profile in ("vanilla-card", "vanilla-direct")
    )
    assert len(card) < len(direct)  # the bare question and the answer-format line


def test_a_card_that_the_catalog_of_models_lacks_is_one_line(capsys):
    line = refused(capsys, "--profile", "vanilla-card", "--model", GOLDEN / "checkpoint")
    assert line == (
        "--profile: vanilla-card asks as the card of the model does, and no entry of "
        f"config/models.yaml has the checkpoint {GOLDEN / 'checkpoint'}; add one, or take another "
        "profile"
    )


def test_the_catalog_of_models_is_this_directorys_where_it_has_one(capsys, tmp_path, monkeypatch):
    checkpoint = str(GOLDEN / "checkpoint")
    entries = {"other": {"checkpoint": "else"}, "mine": {"checkpoint": checkpoint, "card": CARD}}
    (tmp_path / "config").mkdir()
    catalog = tmp_path / "config" / "models.yaml"
    catalog.write_text(json.dumps({"model_catalog": entries}))
    monkeypatch.chdir(tmp_path)
    asks = Vanilla(method="vanilla", prompt="card", max_new_tokens=1)
    assert values.card_for(checkpoint, "vanilla-card", asks) == Card(**CARD)
    assert values.card_for("else", "vanilla-card", asks) == Card()
    asks_otherwise = asks.model_copy(update={"prompt": "direct"})
    assert values.card_for("none", "vanilla-direct", asks_otherwise) is None
    with pytest.raises(ConfigError, match="has the checkpoint embedded:shapes-1m; add one"):
        values.card_for("embedded:shapes-1m", "vanilla-card", asks)
    entries["mine"]["card"] = {"hints": "Hint: "}
    catalog.write_text(json.dumps({"model_catalog": entries}))
    line = "config/models.yaml: hints is not a known key; "
    with pytest.raises(ConfigError, match=line):
        values.card_for(checkpoint, "vanilla-card", asks)


def test_the_prompt_of_a_card_is_not_asked_without_one():
    with pytest.raises(ValueError, match=r"^the prompt card needs the card of a model$"):
        prompts.messages("What?", [], prompt="card")


def test_a_question_without_a_picture(run_dmlr):
    found = run_dmlr("answer", "--question", "What?", "--set", "steps=1", "--json")
    printed = json.loads(found.stdout)
    assert [step["patch_count"] for step in printed["steps"]] == [0]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--set", "sigma=-1"], "--set: sigma must be greater than 0, got -1"),
        (["--set", "keep=last"], "--set: keep must be 'candidate' or 'updated', got 'last'"),
        (["--set", "steps"], "--set: must be field=value with one of think_tokens, steps, "),
        (["--set", "method=vanilla"], "--set: must be field=value with one of think_tokens, "),
        (["--set", "max_image_tokens=1"], "--set: max_image_tokens must be greater than or equal to 4"),
        (["--profile", "dmlr"], "--profile: must be one of vanilla, vanilla-direct, vanilla-card, multimodal-cot, ccot, icot, dmlr-paper, "),
        (["--dtype", "int8"], "command line: dtype must be 'float32', 'bfloat16' or 'float16', got"),
        (["--image", "none.png"], "--image: none.png: image is missing"),
        (["--image", __file__], f"--image: {__file__}: image is not a readable picture"),
        (["--model", "no/such/model"], "no/such/model: must be a checkpoint directory, lacks config"),
        (["--model", "some/model"], "some/model: a hub id needs revision: the commit to pin, got null"),
        (["--model", str(GOLDEN)], f"{GOLDEN}: must be a checkpoint directory, lacks config.json"),
    ],
    ids=lambda value: value[0] + value[1][-12:] if isinstance(value, list) else "",
)  # fmt: skip
def test_a_mistake_is_one_line(capsys, arguments, line):
    assert refused(capsys, *arguments).startswith(line)


def test_a_checkpoint_of_an_unknown_family_names_the_known_ones(capsys, tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "llava"}')
    assert refused(capsys, "--model", tmp_path) == (
        f"{tmp_path}/config.json: model_type must be one of qwen2_5_vl, qwen3_vl, got llava"
    )
