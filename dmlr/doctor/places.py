"""Whether there is room, and whether results may be written; and what the code is."""

import shutil
import tempfile
from importlib.metadata import PackageNotFoundError
from pathlib import Path

from dmlr.digests import cache_folder
from dmlr.doctor.finding import Finding
from dmlr.plan.disk import existing
from dmlr.provenance import machine
from dmlr.status.locked import working
from dmlr.units import amount

FOLDERS = ("results", "reports", "logs")
LITTLE, NONE = (
    10 * 2**30,
    100 * 2**20,
)  # bytes: below the first it is a warning, below the second a fault


def room() -> list[Finding]:
    """What is free where results go."""
    place = existing(Path(FOLDERS[0]))
    free = shutil.disk_usage(place).free
    if free >= LITTLE:
        return [Finding("disk", "ok", f"{amount(free)} free in {place}")]
    text = f"only {amount(free)} free in {place}; dmlr clean shows what takes room"
    return [Finding("disk", "fault" if free < NONE else "warning", text)]


def writable() -> list[Finding]:
    """Whether results can be written, and digests of weights kept."""
    refused = {name: why for name in FOLDERS if (why := _refusal(existing(Path(name))))}
    found = [
        Finding("writing", "fault", f"{name} cannot be written ({why}); change its owner or mode")
        for name, why in refused.items()
    ]
    cache = cache_folder()
    why = _refusal(existing(cache))
    if why:
        text = f"{cache} cannot be written ({why}), so every job hashes weights; set XDG_CACHE_HOME"
        found.append(Finding("writing", "warning", text))
    return found or [Finding("writing", "ok", f"{', '.join(FOLDERS)} and {cache}")]


def _refusal(folder: Path) -> str | None:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return error.strerror or str(error)


def code() -> list[Finding]:
    """The commit that results will name."""
    try:
        commit = machine()["commit"]
    except PackageNotFoundError:
        return []  # told by the check of the packages
    if commit is None:
        return [
            Finding("git", "warning", "no git checkout, so results will name no commit; clone it")
        ]
    if commit.endswith("+changes"):
        text = f"{commit[:12]} with changes, which results will say; commit them to name the code"
        return [Finding("git", "warning", text)]
    return [Finding("git", "ok", commit[:12])]


def lock() -> list[Finding]:
    """Whether a killed run left something behind."""
    found = working(Path.cwd())
    at_work = bool(found.snakemake)
    return [Finding("workflow", "ok" if at_work else "warning", line) for line in found.lines]
