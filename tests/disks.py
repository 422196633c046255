"""Disks that are too small, and folders that nobody may write to."""

import os
import subprocess
from contextlib import contextmanager

import pytest


@contextmanager
def small(folder, size):
    """The folder on a disk of so many bytes; what it yields makes the disk large."""
    folder.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder)
    try:
        yield lambda: _mount("-o", "remount,size=100m", folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def read_only(folder):
    """Nothing under the folder can be written; root may write anyway, so it gets a mount."""
    if os.getuid() == 0:
        _mount("--bind", folder, folder)
        try:
            _mount("-o", "remount,bind,ro", folder)
            yield
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
    else:
        folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
        try:
            for path in folders:
                path.chmod(0o555)
            yield
        finally:
            for path in folders:
                path.chmod(0o755)


def _mount(*words):
    done = subprocess.run(["mount", *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
