import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import torch

import dmlr.vlm  # noqa: F401  (makes torchvision importable before transformers asks for it)
from dmlr.vlm.load import load
from tests.library import Library
from tests.project import run_once
from tests.tiny import FAMILIES, model_settings, write_checkpoint

# One thread here and in the processes that tests start: each core has a worker of its own.
torch.set_num_threads(1)
os.environ["OMP_NUM_THREADS"] = "1"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Files that run the workflow take longest and start first, so that no worker ends with one alone."""
    items.sort(key=lambda item: not hasattr(item.module, "Project"))


@pytest.fixture(scope="session", autouse=True)
def users_cache(tmp_path_factory):
    """A cache of the session's own, for its processes too, instead of the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory):
    """Family -> directory of its random checkpoint."""

    @cache
    def written(family):
        folder = tmp_path_factory.mktemp(family)
        write_checkpoint(folder, family)
        return folder

    return written


@pytest.fixture(scope="session")
def vlms(checkpoints):
    """Family -> model."""
    return cache(lambda family: load(model_settings(str(checkpoints(family)), family)))


@pytest.fixture(scope="session")
def checkpoint(checkpoints):
    return checkpoints("qwen2_5_vl")


@pytest.fixture(scope="session")
def vlm(vlms):
    return vlms("qwen2_5_vl")


@pytest.fixture(scope="session")
def qwen3_vlm(vlms):
    return vlms("qwen3_vl")


@pytest.fixture(scope="session", params=FAMILIES)
def family(request):
    return request.param


@pytest.fixture(scope="session")
def family_vlm(vlms, family):
    """The model of each family."""
    return vlms(family)


@pytest.fixture(scope="session")
def libraries(checkpoints):
    """Family -> the reference for its model."""
    return cache(lambda family: Library(checkpoints(family)))


@pytest.fixture(scope="session")
def library(libraries, family):
    """The reference for ``family_vlm``."""
    return libraries(family)


@pytest.fixture(scope="session")
def finished_workflow(tmp_path_factory):
    """A project whose workflow was run, made once for all workers; a test that changes it copies it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # the workers' own folders are in it
    run_once(folder / "finished")
    return folder / "finished"


@pytest.fixture
def no_gradients():
    """As the methods run the model."""
    with torch.no_grad():
        yield


@pytest.fixture
def run_dmlr():
    """The command line as a user runs it: a process, its exit code and its two streams."""

    def run(*arguments, cwd=None):
        command = [str(Path(sys.executable).with_name("dmlr")), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, cwd=cwd)

    return run
