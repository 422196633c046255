"""What a result came from: code, packages, commit, machine."""

import ast
import hashlib
import importlib.metadata
import platform
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent
# The module where each stage begins, and folders of other files that it reads.
STAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "prepare": ("dmlr.datasets.prepare", ()),
    "features": ("dmlr.vlm.features", ()),
    "reason": ("dmlr.methods.reason", ()),
    "chains": ("dmlr.measures.chains", ()),
    "attention": ("dmlr.measures.attention", ()),
    "verify": ("dmlr.verify.verify", ()),
    "aggregate": ("dmlr.store.aggregate", ("store/sql",)),
    "export": ("dmlr.store.exports", ()),
    "figure": ("dmlr.figures.figure", ()),
    "report": ("dmlr.report.report", ("report/templates", "report/static")),
    "report-data": (
        "dmlr.report.parts",
        (),
    ),  # what stands in the data files, not how pages show it
}
# Libraries whose version can change a number.
PACKAGES = (
    "torch", "transformers", "qwen-vl-utils", "pillow", "numpy", "duckdb", "snakemake", "math-verify",
    "openai",
)  # fmt: skip

FEATURE_PACKAGES = (
    "torch",
    "transformers",
    "qwen-vl-utils",
    "pillow",
)  # those that can change a feature


@cache
def fingerprint(stage: str) -> str:
    """Digest of all code that a stage runs: its module and everything of ours that it imports.

    Comments, docstrings and layout do not count, so a cosmetic edit re-runs nothing.
    """
    entry, folders = STAGES[stage]
    parts = [f"{name}:{_code(path)}" for name, path in sorted(_closure(entry).items())]
    for folder in folders:
        files = sorted(path for path in (PACKAGE / folder).rglob("*") if path.is_file())
        parts += [f"{p.name}:{hashlib.sha256(p.read_bytes()).hexdigest()}" for p in files]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@cache  # planning asks for every job
def versions(*packages: str) -> dict[str, str]:
    """Installed versions, without importing the packages."""
    return {name: importlib.metadata.version(name) for name in packages or PACKAGES}


@cache
def machine() -> dict[str, Any]:
    """Commit (with "+changes" where the tree was dirty), what is installed, and the platform.

    Not all of them change every result: those that do are a stage's own ``packages``.
    """
    return {
        "commit": _commit(),
        "installed": versions(),
        "python": platform.python_version(),
        "platform": platform.platform(),
    }


def _closure(entry: str) -> dict[str, Path]:
    found: dict[str, Path] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        path = _file(name)
        if path is None or name in found:
            continue
        found[name] = path
        waiting += [name.rpartition(".")[0], *_imports(path)]
    return found


@cache
def _imports(path: Path) -> list[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return [name for name in names if name.split(".")[0] == "dmlr"]


def _file(name: str) -> Path | None:
    path = PACKAGE.parent.joinpath(*name.split("."))
    choices = (path.with_suffix(".py"), path / "__init__.py")
    return next((choice for choice in choices if name and choice.is_file()), None)


@cache
def _code(path: Path) -> str:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        match body:
            case [ast.Expr(value=ast.Constant(value=str()) as docstring), *_]:
                docstring.value = ""
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def _commit() -> str | None:
    def git(*words: str) -> str:
        command = ["git", "-C", str(PACKAGE), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        return git("rev-parse", "HEAD") + ("+changes" if git("status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return None
