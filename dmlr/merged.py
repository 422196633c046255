"""The configuration as the workflow merges it: its own files in order, then a user's."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from dmlr.errors import ConfigError
from dmlr.provenance import PACKAGE

CONFIGFILE = re.compile(r'^configfile: "([^"]+)"$', re.MULTILINE)


def configuration(files: Sequence[Path]) -> tuple[dict[str, Any], list[Path]]:
    """The merged configuration of the workflow with ``files`` on top, and what it was merged from.

    Raises:
        ConfigError: a file is missing or no mapping.
    """
    paths = [*_own(), *files]
    return _merged(paths), paths


def completed(
    changes: dict[str, Any], files: Sequence[str | Path]
) -> tuple[dict[str, Any], list[str | Path]]:
    """What another workflow sets, on top of the workflow's own files, which it need not name.

    Args:
        changes: what it sets.
        files: what that was merged from.

    Returns:
        The merged configuration, and what it was merged from.

    Raises:
        ConfigError: as ``configuration``.
    """
    own = _own()
    return _over(_merged(own), changes), [*own, *files]


def _merged(paths: Sequence[Path]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for path in paths:
        merged = _over(merged, _read(path))
    return merged


def workflow_root() -> Path:
    """The folder that holds the workflow: this directory, or else the project's.

    A directory with a Snakefile and without dmlr is that of another workflow.

    Raises:
        ConfigError: neither does.
    """
    root = next((root for root in (Path(), PACKAGE.parent) if _is_project(root)), None)
    if root is None:
        raise ConfigError(
            "workflow/Snakefile: must be in this directory or the project's, found none"
        )
    return root


def _own() -> list[Path]:
    """The files that workflow/Snakefile names."""
    root = workflow_root()
    text = (root / "workflow" / "Snakefile").read_text(encoding="utf-8")
    return [root / name for name in CONFIGFILE.findall(text)]


def _is_project(root: Path) -> bool:
    return (root / "workflow/Snakefile").is_file() and (root / "dmlr/__init__.py").is_file()


def _read(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: must be a YAML file ({error})".replace("\n", " ")) from None
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: must be a mapping of keys, got {type(found).__name__}")
    return found


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Mappings are merged key by key, everything else is replaced, as snakemake does it."""
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _over(merged[key], value) if both else value
    return merged
