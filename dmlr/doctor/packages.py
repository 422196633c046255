"""Whether packages are as locked, and the programs that rules call those of this environment."""

import importlib.metadata
import platform
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from dmlr.doctor.finding import Finding
from dmlr.provenance import PACKAGE, PACKAGES

LOCK = "requirements.lock"
INSTALL = f"python -m pip install -r {LOCK}"
PROGRAMS = ("dmlr", "snakemake")  # what rules and users call by name
NAMED = 5  # packages that are named


def python() -> list[Finding]:
    """The interpreter; an older one than the package wants cannot be here."""
    return [Finding("Python", "ok", f"{platform.python_version()} at {sys.executable}")]


def packages() -> list[Finding]:
    """Installed versions against the lock: of this directory, or else of the project."""
    places = [Path(LOCK), PACKAGE.parent / LOCK]
    lock = next((path for path in places if path.is_file()), None)
    if lock is None:
        return [Finding("packages", "warning", f"{LOCK} is not here to compare with; get it")]
    wanted = dict(line.split("==") for line in lock.read_text("utf-8").split())
    found = {name: _version(name) for name in wanted}
    needed = _needed()
    missing = [name for name, version in found.items() if version is None and _key(name) in needed]
    other = {n: v for n, v in found.items() if v is not None and v.partition("+")[0] != wanted[n]}
    findings = []
    if missing:
        findings.append(Finding("packages", "fault", f"missing: {_some(missing)}; {INSTALL}"))
    if other:
        numbers = [name for name in other if name in PACKAGES]
        said = _some([f"{name} {other[name]}, not {wanted[name]}" for name in other])
        change = " (can change numbers)" if numbers else ""
        findings.append(Finding("packages", "warning", f"{said}{change}; {INSTALL}"))
    same = sum(v is not None for v in found.values()) - len(other)
    return findings or [Finding("packages", "ok", f"{same} of {len(found)} as in {LOCK}")]


def programs() -> list[Finding]:
    """The programs by the names that rules and users call them by."""
    return [finding for name in PROGRAMS for finding in _program(name)]


def _program(name: str) -> Iterator[Finding]:
    found = shutil.which(name)
    here = Path(sys.executable).parent
    if found is None:
        yield Finding(name, "fault", f'not on the PATH; export PATH="{here}:$PATH"')
    elif Path(found).parent.resolve() != here.resolve():
        text = f'{found} is another environment\'s; export PATH="{here}:$PATH"'
        yield Finding(name, "warning", text)
    else:
        yield Finding(name, "ok", found)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _needed() -> set[str]:
    """All packages that the project needs, and those that they need; not what develops it."""
    found, waiting = set[str](), ["dmlr"]
    while waiting:
        name = waiting.pop()
        if _key(name) in found:
            continue
        found.add(_key(name))
        try:
            wanted = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        # What another platform or an extra asks for has a marker; the lock has what this one needs.
        waiting += [re.split(r"[^\w.-]", one)[0] for one in wanted if ";" not in one]
    return found


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
