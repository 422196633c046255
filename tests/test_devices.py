"""Leases of GPUs, between real processes; the GPUs are those that an nvidia-smi on the PATH prints."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from accelerate import dispatch_model

from dmlr.methods import dmlr
from dmlr.methods.answer import Question
from dmlr.vlm.load import FAMILIES, load
from tests.cases import five
from tests.tiny import dmlr_profile, model_settings

ROOT = Path(__file__).parent.parent
A, B = "GPU-aaaa1111-1000", "GPU-bbbb2222-0000"
# Leases GPUs, says which, and holds them until a line comes in.
HOLD = """
import os, sys
from dmlr.devices.gpus import Gpus
from dmlr.devices.lease import leased
with leased(Gpus(int(sys.argv[1]), int(sys.argv[2]))):
    print(os.environ["CUDA_VISIBLE_DEVICES"], flush=True)
    sys.stdin.readline()
"""
# The same, but writes down when it began and ended to hold them.
WORK = """
import os, sys, time
from dmlr.devices.gpus import Gpus
from dmlr.devices.lease import leased
def write(word):
    for uuid in os.environ["CUDA_VISIBLE_DEVICES"].split(","):
        log = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(log, f"{word} {uuid}\\n".encode())
        os.close(log)
with leased(Gpus(int(sys.argv[1]), int(sys.argv[2]))):
    write("begin")
    time.sleep(0.3)
    write("end")
"""


class Machine:
    """Processes on a machine with two GPUs."""

    def __init__(self, folder):
        self.folder, self.started = folder, []
        self.smi = folder / "bin/nvidia-smi"
        self.smi.parent.mkdir()
        self.lists(f"0, {A}, 81559 MiB\n1, {B}, 81559 MiB\n")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CUDA", "SLURM", "PBS"))}
        path = f"{self.smi.parent}:{os.environ['PATH']}"
        leases = str(folder / "leases")
        self.environment = {**kept, "PATH": path, "DMLR_LEASES": leases, "PYTHONPATH": str(ROOT)}

    def lists(self, text, code=0):
        self.smi.write_text(f"#!/bin/sh\ncat <<'END'\n{text}END\nexit {code}\n")
        self.smi.chmod(0o755)

    def start(self, program, gpus=1, share=1, **variables):
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(gpus), str(share)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env={**self.environment, **variables},
        )
        self.started.append(process)
        return process

    def leases(self):
        return sorted(path.name.split(".")[0] for path in self.folder.glob("leases/*.lease"))


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    yield made
    for process in made.started:
        process.kill()
        process.communicate()


def has(process):
    """What a process holds, once it does."""
    return process.stdout.readline().strip()


def ended(process):
    """The last lines of a process that is told to end."""
    return process.communicate("\n", timeout=60)[1].splitlines()


def most_at_once(log):
    """GPU -> how many held it at a time, at most."""
    now, most = {}, {}
    for line in log.read_text().splitlines():
        word, uuid = line.split()
        now[uuid] = now.get(uuid, 0) + (1 if word == "begin" else -1)
        most[uuid] = max(most.get(uuid, 0), now[uuid])
    assert set(now.values()) == {0}
    return most


def test_jobs_get_different_gpus_and_one_too_many_waits_and_says_who_has_them(machine):
    first, second = machine.start(HOLD), machine.start(HOLD)
    assert {has(first), has(second)} == {A, B}
    third = machine.start(HOLD)
    line = third.stderr.readline()
    assert "GPUs are taken (" in line
    assert f"by process {first.pid}" in line
    assert f"by process {second.pid}" in line
    assert line.endswith("waiting until 1 can be had\n")
    assert ended(first) == []
    assert has(third) in (A, B)
    ended(second)
    ended(third)
    assert machine.leases() == []


def test_a_gpu_is_free_again_when_its_holder_is_killed(machine):
    holders = [machine.start(HOLD), machine.start(HOLD)]
    held = {has(holder): holder for holder in holders}
    held[A].kill()
    held[A].wait()
    assert machine.leases() == [A, B]  # the file is still there, and nobody's
    after = machine.start(HOLD)
    assert has(after) == A
    assert machine.leases() == [A, B]


@pytest.mark.parametrize("share", [1, 2])
def test_a_gpu_never_has_more_jobs_than_share_it(machine, share):
    jobs = [machine.start(WORK, share=share) for _ in range(6)]
    assert [job.wait(timeout=120) for job in jobs] == [0] * 6
    assert len((machine.folder / "log").read_text().splitlines()) == 12
    assert max(most_at_once(machine.folder / "log").values()) <= share


def test_who_wants_a_gpu_alone_has_it_alone(machine):
    alone = machine.start(HOLD, CUDA_VISIBLE_DEVICES="0")
    assert has(alone) == A
    sharing = machine.start(HOLD, share=2)
    assert has(sharing) == B
    second = machine.start(HOLD, share=2)
    assert has(second) == B  # rather than A, which has fewer holders but one that does not share
    waiting = machine.start(HOLD)
    assert "GPUs are taken" in waiting.stderr.readline()


def test_jobs_of_two_gpus_never_wait_for_each_other(machine):
    jobs = [machine.start(WORK, gpus=count) for count in (2, 2, 1, 2)]
    assert [job.wait(timeout=120) for job in jobs] == [0] * 4
    assert most_at_once(machine.folder / "log") == {A: 1, B: 1}


@pytest.mark.parametrize(
    ("told", "found"),
    [("1", B), ("1,0", A + "," + B), ("GPU-bbbb", B), (f"{B},-1,0", B), ("MIG-cccc", "MIG-cccc")],
)
def test_only_what_the_variable_names_is_leased(machine, told, found):
    job = machine.start(HOLD, gpus=found.count(",") + 1, CUDA_VISIBLE_DEVICES=told)
    assert sorted(has(job).split(",")) == sorted(found.split(","))


@pytest.mark.parametrize("told", ["", "-1"])
def test_without_a_gpu_the_job_says_why_it_is_on_the_cpu(machine, told):
    job = machine.start(HOLD, CUDA_VISIBLE_DEVICES=told)
    assert has(job) == ""
    assert ended(job) == [f"no GPU: CUDA_VISIBLE_DEVICES is {told!r}; on the CPU"]
    machine.lists("No devices were found\n", code=6)
    assert ended(machine.start(HOLD)) == ["no GPU: nvidia-smi lists none; on the CPU"]
    assert ended(machine.start(HOLD, gpus=0)) == ["no GPU: --gpus is 0; on the CPU"]
    nowhere = machine.start(HOLD, PATH=str(machine.folder))
    assert ended(nowhere) == ["no GPU: nvidia-smi is not there; on the CPU"]


def test_a_schedulers_assignment_is_taken_as_it_is(machine):
    job = machine.start(HOLD, SLURM_JOB_ID="7", CUDA_VISIBLE_DEVICES="3")
    assert has(job) == "3"
    assert ended(job) == ["GPU as the scheduler assigned it: CUDA_VISIBLE_DEVICES=3"]
    assert not (machine.folder / "leases").exists()


def test_faults_are_one_clear_line(machine):
    def line(**told):
        return ended(machine.start(HOLD, **told))[-1].partition(": ")[2]

    assert (
        line(CUDA_VISIBLE_DEVICES="0,7")
        == f"CUDA_VISIBLE_DEVICES: must name GPUs of this machine, 0 ({A}), 1 ({B}); got '7'"
    )
    assert (
        line(gpus=3) == f"gpus: must be at most 2, the GPUs that this job may use ({A}, {B}), got 3"
    )
    taken = machine.folder / "file"
    taken.write_text("")
    assert (
        line(DMLR_LEASES=str(taken))
        == f"{taken}: must be a folder of this user's for the leases of GPUs; remove what is there, or name "
        "another one with DMLR_LEASES"
    )
    machine.lists("NVIDIA-SMI has failed\n", code=9)
    assert (
        line()
        == "nvidia-smi: must list the GPUs, ended with exit code 9 (NVIDIA-SMI has failed); repair the "
        "driver, or set CUDA_VISIBLE_DEVICES= to run on the CPU"
    )
    machine.lists("who knows\n")
    assert (
        line()
        == "nvidia-smi: must list index, uuid and memory of each GPU, printed 'who knows\\n'; set "
        "CUDA_VISIBLE_DEVICES= to run on the CPU"
    )


def test_a_job_says_that_its_torch_cannot_use_the_gpu(checkpoint, monkeypatch, capfd):
    if torch.cuda.is_available():
        pytest.skip("this torch can")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", A)
    load(model_settings(str(checkpoint)))
    said = capfd.readouterr().err.splitlines()[0]
    assert said.startswith(f"torch {torch.__version__} cannot use the GPU {A}: ")
    assert said.endswith("; on the CPU")


def spread(folder, family, devices):
    return FAMILIES[family].from_pretrained(folder, dtype=torch.float32, devices=devices)


def answers(vlm):
    """Replies of five unequal rows after an optimisation."""
    profile, cases = dmlr_profile(), five(vlm)
    asked = [Question(f"s/{n}", "How many?", [], one.features) for n, one in enumerate(cases)]
    return [outcome.reply.ids for outcome in dmlr.answer(vlm, asked, profile, 42)]


def test_answers_pass_through_the_hooks_that_move_states_between_gpus(
    checkpoints, family, family_vlm
):
    vlm = spread(checkpoints(family), family, [torch.device("cpu")] * 2)
    text = "model.language_model"
    layers = [f"{text}.layers.{number}" for number in range(vlm.config.num_hidden_layers)]
    others = [
        f"{text}.embed_tokens",
        f"{text}.norm",
        f"{text}.rotary_emb",
        "model.visual",
        "lm_head",
    ]
    dispatch_model(
        vlm.model,
        dict.fromkeys([*layers, *others], "cpu"),
        force_hooks=True,  # which one device would do without
        skip_keys=vlm.model._skip_keys_device_placement,
    )
    assert all(hasattr(layer, "_hf_hook") for layer in vlm.text.layers)
    assert answers(vlm) == answers(family_vlm)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_a_lease_of_a_real_gpu_answers_on_it(checkpoint, tmp_path):
    program = (
        "import sys\n"
        "from dmlr.devices.gpus import Gpus\n"
        "from dmlr.devices.lease import leased\n"
        "with leased(Gpus()):\n"
        "    from dmlr.vlm.load import load\n"
        "    from tests.tiny import model_settings\n"
        "    vlm = load(model_settings(sys.argv[1]))\n"
        "    print(vlm.device, len(list(__import__('pathlib').Path(sys.argv[2]).glob('GPU-*.lease'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(checkpoint), str(tmp_path)],
        env={**os.environ, "DMLR_LEASES": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "cuda:0 1\n", done.stderr


@pytest.mark.gpu
@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="needs two CUDA GPUs")
def test_a_model_over_two_gpus_gives_the_answers_of_one(checkpoints, family):
    first, second = torch.device("cuda", 0), torch.device("cuda", 1)
    over_two = spread(checkpoints(family), family, [first, second])
    assert len(set(over_two.model.hf_device_map.values())) == 2
    assert answers(over_two) == answers(spread(checkpoints(family), family, [first]))
