"""The workflow as a module of another one, which has files, rules and a configuration of its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.project import ROOT

SNAKEFILE = """
configfile: "config/config.yaml"


module dmlr:
    snakefile:
        "{root}/workflow/Snakefile"
    config:
        config["dmlr"]
{more}

use rule * from dmlr as dmlr_*


rule count:
    default_target: True
    input:
        rules.dmlr_prepare_shapes.output.audit,
    output:
        "count.txt",
    shell:
        "wc -l < results/benchmarks/shapes/shards/00000.jsonl > {{output}}"
"""
CHANGES = {
    "benchmark_catalog": {"shapes": {"samples": 7}},
    "shard_size": 4,
    "profiles": ["vanilla", "dmlr-paper"],
    "protocols": ["paper"],
    "figures": [],
    "measures": {"chains": [], "attention": []},
}


class Outer:
    """Another workflow, laid out as they are."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("config", "workflow"):
            (folder / name).mkdir()
        self.write()

    def write(self, more="", **changes):
        text = SNAKEFILE.format(root=ROOT, more=more)
        (self.folder / "workflow/Snakefile").write_text(text)
        told = {"title": "another one", "dmlr": {**CHANGES, **changes}}
        (self.folder / "config/config.yaml").write_text(yaml.safe_dump(told))

    def run(self, *arguments):
        scripts = Path(sys.executable).parent
        return subprocess.run(
            [scripts / "snakemake", *arguments, "--cores", "1"],
            cwd=self.folder,
            env={
                **os.environ,
                "PATH": f"{scripts}:{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture
def outer(tmp_path):
    return Outer(tmp_path)


def test_its_rules_run_in_the_other_directory_and_its_files_are_theirs_to_use(outer):
    done = outer.run()
    assert done.returncode == 0, done.stdout[-3000:]
    assert (outer.folder / "count.txt").read_text() == "4\n"
    audit = json.loads((outer.folder / "results/benchmarks/shapes/audit.json").read_text())
    assert audit["samples"] == 7
    done = outer.run("dmlr_all", "--dry-run", "--quiet", "rules")
    jobs = dict(re.findall(r"^(dmlr_\w+) +(\d+)$", done.stdout, re.M))
    assert jobs["dmlr_all"] == jobs["dmlr_aggregate"] == jobs["dmlr_report"] == "1"
    assert jobs["dmlr_verify"] == "2"
    assert "dmlr_prepare_shapes" not in jobs


def test_a_slip_in_what_it_sets_is_told(outer):
    outer.write(shard_sise=4)
    done = outer.run("--dry-run")
    assert done.returncode == 1
    assert "config/config.yaml: shard_sise is not a known key" in done.stdout
    assert "Traceback" not in done.stdout


def test_reverify_under_its_name_there_scores_what_is_there_and_nothing_else(outer):
    done = outer.run("dmlr_reverify", "--dry-run")
    assert done.returncode == 1
    assert "reverify scores what is there: 11 of 11 files are missing" in done.stdout


def test_partial_plans_are_refused_there_too(outer):
    done = outer.run("--until", "dmlr_verify", "--dry-run")
    assert done.returncode == 1
    assert "--until, --omit-from and --batch skip work silently" in done.stdout


def test_a_prefix_of_paths_is_refused_with_what_to_do(outer):
    outer.write(more='    prefix:\n        "below"\n')
    done = outer.run("--dry-run")
    assert done.returncode == 1
    assert "prefix and replace_prefix must be left out" in done.stdout
    assert "with --directory" in done.stdout
