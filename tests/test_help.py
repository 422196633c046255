"""The command line as somebody meets it who has never seen it: help, completion, exit codes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from dmlr.cli import app

DMLR = str(Path(sys.executable).with_name("dmlr"))
HEAVY = (
    "torch",
    "transformers",
    "duckdb",
    "pyarrow",
    "pydantic",
    "openai",
    "snakemake",
    "numpy",
    "yaml",
)


def commands():
    """Name -> command, groups' with both names."""
    found = {}
    for name, command in typer.main.get_command(app).commands.items():
        nested = getattr(command, "commands", {})
        found |= {f"{name} {one}": below for one, below in nested.items()} or {name: command}
    return found


def test_help_has_its_groups_in_order_and_the_exit_codes(run_dmlr):
    text = run_dmlr("--help").stdout
    places = [
        text.index(f"─ {group} ─")
        for group in ("Run", "Ask", "Look", "Keep", "Stages, as snakemake runs them")
    ]
    assert places == sorted(places)
    assert "Exit codes: 0 done; 1 a fault" in text
    for name in ("doctor", "plan", "status", "answer", "compare", "clean", "ledger", "reason"):
        assert f"│ {name} " in text


def test_help_imports_nothing_that_takes_time():
    program = f"import sys, dmlr.cli; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("name", commands())
def test_every_command_and_every_option_is_described(name):
    command = commands()[name]
    assert command.help
    undescribed = [one.name for one in command.params if not getattr(one, "help", "")]
    assert undescribed == []


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["version"], 0, ""),
        (["show", "x", "--database", "nowhere.duckdb"], 1, "dmlr: error: nowhere.duckdb"),
        (["plan", "--colour"], 2, "No such option: --colour"),
        (["plant"], 2, "No such command 'plant'"),
    ],
)  # fmt: skip
def test_exit_codes(run_dmlr, tmp_path, arguments, code, line):
    done = run_dmlr(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert line in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("dmlr do", {"doctor"}), ("dmlr clean ru", {"runs"}), ("dmlr status --w", {"--watch"})],
)
def test_the_shell_completes(typed, offered):
    asked = {"_DMLR_COMPLETE": "complete_bash", "COMP_WORDS": typed}
    asked["COMP_CWORD"] = str(len(typed.split()) - 1)
    done = subprocess.run([DMLR], env={**os.environ, **asked}, capture_output=True, text=True)
    assert set(done.stdout.split()) == offered
