"""Where the authors' six files are, which are not ours to ship: tests against them skip without them."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDER = Path(os.environ.get("DMLR_RELEASED_FILES", ROOT.parent / "shared" / "reference-data"))


def released_file(name):
    """The path of one of them, or the test skips."""
    path = FOLDER / f"{name}.json"
    if not path.exists():
        pytest.skip(f"needs the authors' {path.name} in {FOLDER} (set DMLR_RELEASED_FILES)")
    return path
