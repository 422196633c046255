"""What the doctor says about this machine and about what is missing; servers and programs are real processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from dmlr.datasets.entry import Source
from dmlr.doctor import packages, places
from dmlr.doctor.benchmarks import benchmark
from dmlr.doctor.devices import devices, enough
from dmlr.doctor.finding import Check, Finding, findings
from dmlr.doctor.judges import judge
from dmlr.doctor.models import model
from dmlr.judge.entry import Judge
from tests.hub_server import HubServer
from tests.judge_server import JudgeServer
from tests.tiny import model_settings

ROOT = Path(__file__).parent.parent
DMLR = str(Path(sys.executable).with_name("dmlr"))
REPO, REVISION, KEY = "someone/benchmark", "5" * 40, "sk-SecretOfThisTest"


def lines(folder, *files, path=(), **environment):
    """``dmlr doctor`` in a folder: verdict, subject and text of each line, and the exit code."""
    places = os.pathsep.join([*map(str, path), str(Path(DMLR).parent), os.environ["PATH"]])
    done = subprocess.run(
        [DMLR, "doctor", *(word for file in files for word in ("--configfile", file))],
        cwd=folder, env={**os.environ, "PATH": places, **environment}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stderr == ""
    assert KEY not in done.stdout
    rows = [line.split("  ") for line in done.stdout.splitlines()]
    return [[cell.strip() for cell in row if cell.strip()] for row in rows], done.returncode


def run(*arguments, **environment):
    """The same, as subject -> verdict and text."""
    told, code = lines(*arguments, **environment)
    return {subject: (verdict, text) for verdict, subject, text in told}, code


def test_a_machine_that_can_run_the_demo(tmp_path):
    found, code = run(tmp_path)
    assert code == 0
    assert {verdict for verdict, _ in found.values()} <= {"ok", "warning"}
    assert found["Python"] == ("ok", f"{sys.version.split()[0]} at {sys.executable}")
    assert found["dmlr"][0] == found["snakemake"][0] == found["writing"][0] == "ok"
    assert found["configuration"] == (
        "ok",
        "benchmarks: 1, models: 1, profiles: 2, seeds: 1, protocols: 4",
    )
    assert found["model shapes-1m"] == ("ok", "embedded:shapes-1m: 5.8 MiB of weights, complete")
    assert found["benchmark shapes"] == ("ok", "ships with dmlr")
    assert "torch" in found["device"][1]


def test_everything_that_is_missing_is_one_line_with_a_remedy(tmp_path):
    """A hub without the model, a judge that refuses the key, a lock left over, a GPU without a CUDA torch."""
    programs, modules = tmp_path / "bin", tmp_path / "modules"
    nvidia_smi(programs, ONE)
    torch(modules, version="2.13.0+cpu", cuda=None)
    (tmp_path / ".snakemake/locks").mkdir(parents=True)
    (tmp_path / ".snakemake/locks/0.input.lock").touch()
    entry = {**model_settings("nobody/model").model_dump(), "revision": REVISION, "licence": "MIT"}
    with HubServer({"a.parquet": b"x" * 2**20}, REPO, REVISION) as hub, JudgeServer() as server:
        server.wanted = "Bearer another"
        asked = {"prompt": "config/judges/compare.jinja"}
        told = {
            "models": ["absent", "offline", "broken"],
            "model_catalog": {
                "absent": {**entry, "offline": False},
                "offline": {**entry, "offline": True},
                "broken": {**entry, "checkpoint": str(tmp_path / "nowhere")},
            },
            "protocols": ["asks", "asks-none"],
            "protocol_catalog": {
                "asks": {"rules": "boxed", "judge": "refuses"},
                "asks-none": {"rules": "boxed", "judge": "keyless"},
            },
            "judge_catalog": {
                "refuses": {**asked, "model": "judge", "base_url": server.url, "key_variable": "A_KEY"},
                "keyless": {**asked, "model": "judge", "base_url": "https://judge.invalid/v1"},
            },
        }  # fmt: skip
        (tmp_path / "mine.yaml").write_text(yaml.safe_dump(told))
        found, code = run(
            tmp_path, "mine.yaml", path=[programs], A_KEY=KEY, OPENAI_API_KEY="",
            PYTHONPATH=f"{modules}:{ROOT}", **home(hub, tmp_path),
        )  # fmt: skip
    assert code == 1
    assert found["device"] == (
        "warning",
        "torch 2.13.0+cpu is a build for CPUs, but nvidia-smi lists 1 GPU; install torch 2.13.0 built with "
        "CUDA, or everything runs on the CPU",
    )
    assert found["workflow"][0] == "warning"
    assert found["workflow"][1].startswith("snakemake's lock is left over: ")
    absent = f"nobody/model: revision {REVISION} was not found; correct the hub id"
    assert found["model absent"] == ("fault", f"{absent}, or, if it is private, set HF_TOKEN")
    assert found["model offline"] == (
        "fault",
        "nobody/model: not in the hub's cache, and offline is true; set checkpoint to a local directory, or "
        "run once with a network and offline: false",
    )
    broken = f"{tmp_path}/nowhere: must be a checkpoint directory, found nothing there"
    assert found["model broken"] == ("fault", broken)
    refused = "refuses the key (401); set A_KEY to a valid one"
    assert found["judge refuses"] == ("fault", f"judge at {server.url}, key in A_KEY: {refused}")
    assert found["judge keyless"] == (
        "fault",
        "https://judge.invalid/v1 must get a key, got none; set OPENAI_API_KEY in the environment or .env",
    )
    assert server.requests == 0  # nothing was asked that costs anything


def test_a_configuration_with_faults_is_told_line_by_line(tmp_path):
    torch(tmp_path, version="2.13.0+cpu", cuda=None)
    (tmp_path / "mine.yaml").write_text("shard_size: 0\ncolour: 3\n")
    told, code = lines(tmp_path, "mine.yaml", PYTHONPATH=f"{tmp_path}:{ROOT}")
    assert code == 1
    assert [one for one in told if one[0] == "fault"] == [
        ["fault", "configuration", "mine.yaml: shard_size must be greater than or equal to 1, got 0"],
        ["fault", "configuration", "mine.yaml: colour is not a known key; remove it, or see "
         "workflow/schemas/ for the known ones"],
    ]  # fmt: skip
    assert not any(one[1].startswith("model") for one in told)


def home(hub, folder):
    """The environment of a user of a hub whose cache is empty."""
    return {
        "HF_ENDPOINT": hub.url, "HF_HOME": str(folder / "home"), "HF_HUB_DISABLE_XET": "1", "HF_TOKEN": "",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "0",
        "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost",
    }  # fmt: skip


HUB_PROGRAM = """
from dmlr.doctor.hub import Repository, reachable
from dmlr.snapshot import DATA_SET
found = reachable("benchmark b", Repository(DATA_SET, %r, %r, ["*.parquet"], False))
print(found.verdict, found.text)
"""


def ask_hub(hub, folder, **environment):
    done = subprocess.run(
        [sys.executable, "-c", HUB_PROGRAM % (REPO, REVISION)],
        env={**os.environ, **home(hub, folder), **environment}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.removesuffix("\n")


def test_a_hub_that_serves_a_data_set_is_not_asked_for_its_files(tmp_path):
    files = {"a.parquet": b"x" * 2**20, "b.parquet": b"x" * 2**19, "c.json": b"{}"}
    with HubServer(files, REPO, REVISION) as hub:
        assert ask_hub(hub, tmp_path) == f"ok {REPO}: 1.5 MiB to download, the hub serves it"
        assert not any("resolve" in request.path for request in hub.requests)


def test_a_gated_data_set_without_a_token(tmp_path):
    with HubServer({"a.parquet": b"x"}, REPO, REVISION, token="hf_of_this_test") as hub:
        said = f"fault {REPO}: revision {REVISION} is gated and access was refused; accept the conditions "
        assert ask_hub(hub, tmp_path).startswith(said)
        assert ask_hub(hub, tmp_path, HF_TOKEN="hf_of_this_test").startswith("ok ")


def test_a_hub_out_of_reach(tmp_path):
    with HubServer({}, REPO, REVISION) as gone:
        pass
    assert "the hub is out of reach (" in ask_hub(gone, tmp_path)


def test_a_check_that_takes_too_long_is_a_fault_and_holds_nobody_up():
    program = "import threading; from dmlr.doctor.finding import Check, findings\n" \
        "print(*findings([Check('hub', lambda: threading.Event().wait(), 0.2)]))"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    late = Finding("hub", "fault", "no answer in 0 s; is the network there?")
    assert (done.stdout, done.returncode) == (f"{late}\n", 0)


# --- judges


def asked(server, **changes):
    told = {
        "model": "judge-2024-07-18",
        "base_url": server.url,
        "prompt": "config/judges/compare.jinja",
    }
    return judge("tester", Judge.model_validate({**told, **changes}))


def test_a_judge_that_answers_and_one_that_serves_another_model(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("A_KEY", KEY)
    with JudgeServer() as server:
        server.wanted = f"Bearer {KEY}"
        at = f"at {server.url}, key in A_KEY: answers"
        (found,) = asked(server, key_variable="A_KEY")
        assert found == Finding("judge tester", "ok", f"judge-2024-07-18 {at}")
        (found,) = asked(server, key_variable="A_KEY", model="other")
        said = f"other {at}, but does not list this model; it lists judge-2024-07-18"
        assert found == Finding("judge tester", "warning", said)


def test_a_judge_out_of_reach_is_a_fault_until_there_is_a_ledger(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with JudgeServer() as gone:
        pass
    (found,) = asked(gone)
    assert found.verdict == "fault"
    assert found.text.endswith("no key: out of reach (ConnectError); start it, or correct base_url")
    (tmp_path / "results").mkdir()
    (tmp_path / "results/ledger.sqlite").touch()
    assert asked(gone)[0].verdict == "warning"


# --- devices: programs and modules of other people, pretended


def nvidia_smi(folder, line):
    folder.mkdir(exist_ok=True)
    (folder / "nvidia-smi").write_text(f"#!/bin/sh\n{line}\n")
    (folder / "nvidia-smi").chmod(0o755)


def torch(folder, version, cuda, devices=0):
    folder.mkdir(exist_ok=True)
    (folder / "torch.py").write_text(
        f"class version: cuda = {cuda!r}\n__version__ = {version!r}\nclass cuda:\n"
        f"    device_count = staticmethod(lambda: {devices})\n"
        "    get_device_name = staticmethod(lambda place: f'GPU {place}')\n"
    )


@pytest.fixture
def machine(tmp_path, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    def machine(line=None, **told):
        if line:
            nvidia_smi(tmp_path, line)
            monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        if told:
            torch(tmp_path, **told)
        else:
            (tmp_path / "torch.py").write_text("raise ImportError('libcudart.so.13: no such file')")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        return [(one.verdict, one.text) for one in devices()]

    return machine


CUDA = {"version": "2.13.0+cu130", "cuda": "13.0"}
ONE = "echo '0, GPU-5f2c, 81559 MiB'"


def test_gpus_that_torch_uses(machine):
    assert machine(ONE, **CUDA, devices=2) == [("ok", "torch 2.13.0+cu130 on GPU 0, GPU 1")]


def test_a_driver_that_is_too_old(machine):
    assert machine(ONE, **CUDA) == [
        ("warning", "torch 2.13.0+cu130 cannot use CUDA 13.0, but nvidia-smi lists 1 GPU; update the driver, "
         "or install a torch built with an older CUDA"),
    ]  # fmt: skip


def test_gpus_that_are_hidden(machine, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    ((verdict, text),) = machine(ONE, **CUDA)
    assert verdict == "ok"
    assert text.startswith(
        "torch 2.13.0+cu130, no GPU (CUDA_VISIBLE_DEVICES is ''): models run on "
    )


def test_a_model_that_wants_more_gpus_than_there_are(machine):
    machine(ONE, **CUDA)
    assert enough("m", 1) == []
    said = "gpus must be at most 1, the GPUs that a job may use here, got 2; lower it"
    assert enough("m", 2) == [Finding("model m", "fault", said)]


def test_a_torch_that_cannot_be_imported(machine):
    assert machine() == [
        ("fault", "torch cannot be imported (ImportError: libcudart.so.13: no such file); install it anew")
    ]  # fmt: skip


# --- packages and places


def distribution(folder, name, version, *requires):
    path = folder / f"{name}-{version}.dist-info"
    path.mkdir()
    lines = [f"Requires-Dist: {one}" for one in requires]
    head = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    (path / "METADATA").write_text("\n".join([*head, *lines, ""]))


def test_packages_against_the_lock(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    distribution(tmp_path, "dmlr", "0.1.0", "needed_one", "torch>=2", 'for-tests; extra == "dev"')
    distribution(tmp_path, "torch", "2.13.0+cu130")
    lock = tmp_path / "requirements.lock"
    lock.write_text("torch==2.13.0\nneeded-one==1.0\nfor-tests==3.0\n")
    install = "python -m pip install -r requirements.lock"
    assert packages.packages() == [Finding("packages", "fault", f"missing: needed-one; {install}")]
    distribution(tmp_path, "needed_one", "1.0")
    assert packages.packages() == [Finding("packages", "ok", "2 of 3 as in requirements.lock")]
    lock.write_text("torch==2.14.0\nneeded-one==1.0\n")
    said = "torch 2.13.0+cu130, not 2.14.0 (can change numbers)"
    assert packages.packages() == [Finding("packages", "warning", f"{said}; {install}")]


def test_programs_of_another_environment(tmp_path, monkeypatch):
    for name in ("dmlr", "snakemake"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    here = Path(sys.executable).parent
    monkeypatch.setenv("PATH", str(tmp_path))
    said = f'{tmp_path}/dmlr is another environment\'s; export PATH="{here}:$PATH"'
    assert packages.programs()[0] == Finding("dmlr", "warning", said)
    monkeypatch.setenv("PATH", "/nowhere")
    text = f'not on the PATH; export PATH="{here}:$PATH"'
    assert packages.programs()[1] == Finding("snakemake", "fault", text)


def test_a_folder_that_cannot_be_written(monkeypatch):
    monkeypatch.chdir("/proc")  # nobody can write there, root neither
    found = places.writable()
    assert [one.verdict for one in found] == ["fault"] * 3
    assert found[0].text.startswith("results cannot be written (")
    assert found[0].text.endswith("; change its owner or mode")


# --- models and benchmarks that are there


def test_a_model_directory_that_lacks_a_file(checkpoint, tmp_path):
    for path in checkpoint.iterdir():
        if path.name != "tokenizer.json":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    run = Check("model m", lambda: model("m", model_settings(str(tmp_path))), 60.0)
    said = "must be a checkpoint directory, lacks tokenizer.json; complete the copy"
    assert list(findings([run])) == [Finding("model m", "fault", f"{tmp_path}: {said}")]


def test_a_benchmark_of_a_folder_that_is_not_there(tmp_path):
    entry = {"loader": "mmvp", "folder": str(tmp_path / "mmvp"), "samples": 300}
    run = Check("benchmark b", lambda: benchmark("b", Source.model_validate(entry)), 60.0)
    (found,) = findings([run])
    assert found.verdict == "fault"
    assert found.text == f"b: folder must be a directory, found nothing at {tmp_path}/mmvp"
