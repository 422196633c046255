"""Loading a checkpoint: what it says, what it refuses, and a model hub on this machine."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import Qwen2_5_VLConfig

from dmlr import prompts
from dmlr.errors import CheckpointError
from dmlr.vlm.load import FAMILIES, _saying, load
from tests import hub_server
from tests.tiny import model_settings

EMBEDDING = "model.embed_tokens.weight"
QUERY = "model.layers.0.self_attn.q_proj.weight"
IN_MODEL = "model.language_model.layers.0.self_attn.q_proj.weight"  # what QUERY is called there


@pytest.fixture
def copy(checkpoint, tmp_path):
    return shutil.copytree(checkpoint, tmp_path / "model")


def change(path, **fields):
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def change_weights(folder, **tensors):
    """Put tensors into the weights; None takes one out."""
    kept = load_file(folder / "model.safetensors") | tensors
    kept = {name: tensor for name, tensor in kept.items() if tensor is not None}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


def refused(folder):
    with pytest.raises(CheckpointError) as error:
        load(model_settings(str(folder)))
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


def test_it_says_what_it_loads_and_what_that_takes(checkpoint, capsys):
    for dtype, taken in (("float32", "5.6 MiB"), ("bfloat16", "2.8 MiB")):
        load(model_settings(str(checkpoint), dtype=dtype))
        before, after = capsys.readouterr().err.splitlines()
        assert before == f"model {checkpoint}: {dtype} on cpu, loading 5.6 MiB of weights"
        assert re.fullmatch(
            rf"loaded in \d+\.\d s: 1\.47 million parameters take {taken} on cpu "
            r"\(\d+\.\d of \d+\.\d GiB free\)",
            after,
        )


def test_a_tensor_that_the_weights_lack(copy):
    change_weights(copy, **{QUERY: None})
    assert refused(copy) == (
        f"{copy}: weights must have every tensor of the model, lack {IN_MODEL}; complete them, or "
        "correct config.json"
    )


def test_many_tensors_that_the_weights_lack(copy):
    config = json.loads((copy / "config.json").read_text())
    layers = config["text_config"]["num_hidden_layers"]
    more = {"num_hidden_layers": layers + 1, "layer_types": ["full_attention"] * (layers + 1)}
    change(copy / "config.json", text_config=config["text_config"] | more)
    place = f"model.language_model.layers.{layers}"
    assert refused(copy) == (
        f"{copy}: weights must have every tensor of the model, lack {place}.input_layernorm.weight, "
        f"{place}.mlp.down_proj.weight, {place}.mlp.gate_proj.weight and 9 more; complete them, or "
        "correct config.json"
    )


def test_tied_weights_need_one_of_two_tensors(checkpoint, copy, run_dmlr):
    embedding = load_file(copy / "model.safetensors")[EMBEDDING]
    change_weights(copy, **{EMBEDDING: None, "lm_head.weight": embedding})
    found = load(model_settings(str(copy))).model
    assert torch.equal(found.lm_head.weight, embedding)
    assert found.lm_head.weight is found.get_input_embeddings().weight
    change_weights(copy, **{"lm_head.weight": None})
    done = run_dmlr("answer", "--model", copy, "--question", "What?")
    said, line = done.stderr.splitlines()  # no table of the model library
    assert (done.returncode, done.stdout) == (1, "")
    assert said.startswith(f"model {copy}: float32 on ")
    assert line == (
        f"dmlr: error: {copy}: weights must have every tensor of the model, lack lm_head.weight, "
        "model.language_model.embed_tokens.weight; complete them, or correct config.json"
    )


def test_a_tensor_of_another_shape(copy):
    tensor = load_file(copy / "model.safetensors")[QUERY]
    change_weights(copy, **{QUERY: tensor[:-1].clone()})
    rows, columns = tensor.shape
    assert refused(copy) == (
        f"{copy}: weights must have the shapes that config.json asks for, have {IN_MODEL} "
        f"[{rows - 1}, {columns}] for [{rows}, {columns}]; take both from one revision"
    )


def test_tensors_that_the_model_has_no_place_for_are_named(copy, capsys):
    change_weights(copy, **{f"other.{i}.weight": torch.ones(2) for i in range(5)})
    load(model_settings(str(copy)))
    assert capsys.readouterr().err.splitlines()[1] == (
        f"{copy}: tensors that the model has no place for are left out: other.0.weight, "
        "other.1.weight, other.2.weight and 2 more"
    )


def test_a_configuration_that_says_no_image_token_means_the_model_librarys(copy):
    config = json.loads((copy / "config.json").read_text())
    del config["image_token_id"]
    (copy / "config.json").write_text(json.dumps(config))
    default = Qwen2_5_VLConfig().image_token_id
    assert refused(copy) == (
        f"{copy}: image_token_id of config.json must be the tokenizer's <|image_pad|>, got {default}"
    )


def test_whatever_the_model_library_refuses_is_one_line(checkpoint, copy):
    config = json.loads((copy / "config.json").read_text())
    change(copy / "config.json", text_config=config["text_config"] | {"hidden_act": "none"})
    line = refused(copy)
    assert re.match(rf"{copy}: transformers 5\.\d+\.\d+ must be able to load it, raises ", line)
    assert "none" in line
    assert line.endswith("; compare its files with those of its repository")
    shutil.copy(checkpoint / "config.json", copy)
    tokenizer = json.loads((copy / "tokenizer.json").read_text())
    change(copy / "tokenizer.json", model=tokenizer["model"] | {"merges": [["no", "thing"]]})
    assert " must be able to load it, raises " in refused(copy)


def test_a_template_that_is_only_the_processors_is_used(checkpoint, copy, vlm):
    template = (copy / "chat_template.jinja").read_text()
    (copy / "chat_template.jinja").unlink()
    (copy / "chat_template.json").write_text(json.dumps({"chat_template": template}))
    turns = prompts.messages("Which?", ["left", "right"], images=0)
    asked = [one.prompt(turns, []).ids for one in (load(model_settings(str(copy))), vlm)]
    assert torch.equal(*asked)


def test_code_of_a_checkpoint_is_not_run(copy):
    ran = copy.parent / "ran"
    program = f"open({str(ran)!r}, 'w').close()\nclass Own: pass\ndef generate(*a, **k): pass\n"
    kinds = ("Config", "Model", "ModelForImageTextToText", "Processor", "ImageProcessor")
    own = {f"Auto{kind}": "own.Own" for kind in kinds}
    (copy / "own.py").write_text(program)
    (copy / "custom_generate").mkdir()
    (copy / "custom_generate" / "generate.py").write_text(program)
    change(copy / "config.json", auto_map=own)
    change(copy / "preprocessor_config.json", auto_map=own)
    change(copy / "tokenizer_config.json", auto_map={"AutoTokenizer": ["own.Own", "own.Own"]})
    load(model_settings(str(copy)))
    change(copy / "tokenizer_config.json", tokenizer_class="Own")
    load(model_settings(str(copy)))
    change(copy / "preprocessor_config.json", image_processor_type="Own")
    assert "contains custom code which must be executed" in refused(copy)
    assert not ran.exists()


def test_a_device_with_too_little_memory_is_told_before_anything_is_loaded(copy, capsys):
    total = psutil.virtual_memory().total
    numbers = total // 2  # twice the memory in float32, all of it in bfloat16
    header = {"a": {"dtype": "F32", "shape": [numbers], "data_offsets": [0, 4 * numbers]}}
    text = json.dumps(header).encode()
    with (copy / "model.safetensors").open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + 4 * numbers)  # a hole, which takes no place on the disk
    for dtype, needed in (("float32", 4 * numbers), ("bfloat16", 2 * numbers)):
        with pytest.raises(CheckpointError) as error:
            load(model_settings(str(copy), dtype=dtype))
        assert re.fullmatch(
            rf"{copy}: its weights take {needed / 2**30:.1f} GiB in {dtype}, cpu has \d+\.\d of "
            rf"{total / 2**30:.1f} GiB free; end what else uses it, or take a smaller model, a dtype "
            "of 16 bits or a larger device",
            str(error.value),
        )
    assert "loaded" not in capsys.readouterr().err


REPO, REVISION = "someone/model", "5" * 40
# A process of its own: the hub's client reads its environment when it is imported. Its retries do
# not wait here.
PROGRAM = """
import json, sys, time
from dmlr.checkpoint import locate
from dmlr.errors import CheckpointError
from dmlr.settings import Model

time.sleep = lambda seconds: None
try:
    print(locate(Model(**json.loads(sys.argv[1]))))
except CheckpointError as error:
    print(f"refused: {error}")
"""


class ModelHandler(hub_server._Handler):
    """Models differ from data sets in their addresses alone."""

    def do_GET(self):  # noqa: N802
        self.path = self.path.replace("/api/models/", "/api/datasets/", 1)
        self.path = re.sub(r"^/(?=[^/]+/[^/]+/resolve/)", "/datasets/", self.path)
        super().do_GET()


class ModelServer(hub_server.HubServer):
    def __enter__(self):
        super().__enter__()
        self.server.RequestHandlerClass = ModelHandler
        return self


@pytest.fixture
def server(checkpoint):
    files = {path.name: path.read_bytes() for path in checkpoint.iterdir()}
    with ModelServer(files, REPO, REVISION) as server:
        yield server


@pytest.fixture
def run(server, tmp_path):
    """Run a command as a user of the server whose home holds nothing yet."""
    foreign = ("HF_", "HUGGING", "TRANSFORM")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    settings = {
        "HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1", "HF_HUB_DISABLE_TELEMETRY": "1",
        "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost",
    }  # fmt: skip

    def run(*command, **environment):
        done = subprocess.run(
            command, capture_output=True, text=True, env=kept | settings | environment
        )
        assert done.returncode == 0, done.stderr
        return done

    return run


@pytest.fixture
def ask(run):
    """``locate`` in a process of its own: a folder, or the line that it refuses with."""

    def ask(hub=REPO, *, environment=None, **changes):
        model = model_settings(hub, **({"revision": REVISION, "offline": False} | changes))
        words = json.dumps(model.model_dump())
        done = run(sys.executable, "-c", PROGRAM, words, **(environment or {}))
        return done.stdout.removesuffix("\n")

    return ask


def test_a_model_of_a_hub_is_fetched_once_and_loads_without_it(server, ask, run, checkpoint):
    folder = Path(ask())
    assert folder.name == REVISION
    for path in checkpoint.iterdir():
        assert (folder / path.name).read_bytes() == path.read_bytes()
    server.requests.clear()
    server.status = 503  # gone
    assert ask() == ask(offline=True) == str(folder)
    done = run(
        str(Path(sys.executable).with_name("dmlr")), "answer", "--question", "What?", "--model", REPO,
        "--revision", REVISION, "--offline", "--profile", "vanilla", "--set", "max_new_tokens=1",
    )  # fmt: skip
    assert done.stderr.splitlines()[1].startswith("loaded in ")
    assert server.requests == []


def test_a_revision_that_the_hub_does_not_have(ask):
    line = f"refused: {REPO}: revision {'6' * 40} does not exist; set revision to a commit of the model"
    assert ask(revision="6" * 40) == line


def test_a_hub_id_that_the_hub_does_not_have(ask):
    assert ask("someone/else") == (
        f"refused: someone/else: revision {REVISION} was not found; correct the hub id, or, if it is "
        "private, set HF_TOKEN"
    )


def test_a_gated_model_needs_the_token(server, ask):
    server.token = "hf_SecretOfThisTest"
    assert ask(environment={"HF_TOKEN": "hf_of_somebody_else"}) == (
        f"refused: {REPO}: revision {REVISION} is gated and access was refused; accept the conditions "
        "on the model's page and set HF_TOKEN to a token of that account"
    )
    assert ask(environment={"HF_TOKEN": server.token}).endswith(REVISION)


def test_a_hub_out_of_reach_and_nothing_in_the_cache(ask):
    with ModelServer({}, REPO, REVISION) as gone:
        pass
    line = ask(environment={"HF_ENDPOINT": gone.url})
    assert line.startswith(
        f"refused: {REPO}: revision {REVISION} is not all in the cache and the hub is out of reach ("
    )
    assert line.endswith("; run again with a network, or set checkpoint to a local directory")
    cache_it = "set checkpoint to a local directory, or run once with a network and offline: false"
    missing = f"refused: {REPO}: revision {REVISION} is not in the local hub cache"
    assert ask(offline=True) == f"{missing}; {cache_it}"
    assert ask(environment={"HF_HUB_OFFLINE": "1"}) == (
        f"{missing} and HF_HUB_OFFLINE is set; unset it, or {cache_it}"
    )


def test_a_hub_in_trouble(server, ask):
    server.status = 503
    assert ask().startswith(f"refused: {REPO}: revision {REVISION} was not served (")


def test_a_fetched_model_that_lost_a_file(ask):
    (Path(ask()) / "tokenizer.json").unlink()
    assert ask(offline=True) == (
        f"refused: {REPO}: revision {REVISION} is only partly in the local hub cache; set checkpoint "
        "to a local directory, or run once with a network and offline: false"
    )
    assert ask().endswith(REVISION)


def test_a_model_that_is_only_served_as_pickles(server, ask):
    server.files["pytorch_model.bin"] = server.files.pop("model.safetensors")
    line = ask()
    assert line.startswith("refused: ")
    assert line.endswith(
        f"/{REVISION}: lacks the weights model.safetensors; complete the copy, or, where there are none "
        "but in pickle files, convert those to safetensors"
    )
    assert not any("pytorch_model" in path for method, path, _ in server.requests)


def test_a_long_load_says_how_far_it_is(capsys):
    with _saying(time.monotonic() - 70, every=0.05):
        time.sleep(0.3)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) >= 2
    assert all(re.fullmatch(r"loading for 70 s: [\d.]+ [MG]iB in memory", line) for line in lines)
    time.sleep(0.15)
    assert capsys.readouterr().err == ""  # and no more once it is loaded


def test_memory_that_runs_out_while_loading_is_one_line(monkeypatch, copy):
    def allocate(*arguments, **named):
        return torch.empty(
            2**50, dtype=torch.uint8
        )  # what torch then raises is a plain RuntimeError

    family = FAMILIES["qwen2_5_vl"]
    monkeypatch.setattr(family.transformers_class, "from_pretrained", allocate)
    line = refused(copy)
    assert line.startswith(f"{copy}: memory ran out while it was loaded, cpu has ")
    assert line.endswith(
        " GiB free; end what else uses it, or take a smaller model, a dtype of 16 bits or a larger device"
    )
