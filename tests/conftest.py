import subprocess
import sys
from pathlib import Path

import pytest
import torch

import dmlr.vlm  # noqa: F401  (makes torchvision importable before transformers asks for it)
from dmlr.vlm.load import load
from tests.tiny import model_settings, write_checkpoint

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoint")
    write_checkpoint(folder)
    return folder


@pytest.fixture(scope="session")
def vlm(checkpoint):
    return load(model_settings(str(checkpoint)))


@pytest.fixture
def run_dmlr():
    """The command line as a user runs it: a process, its exit code and its two streams."""

    def run(*arguments, cwd=None):
        command = [str(Path(sys.executable).with_name("dmlr")), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=cwd)

    return run
