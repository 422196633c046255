"""The archive that ``snakemake --report`` makes of a finished workflow, beside the report that people read."""

import json
import re
import zipfile

import pytest

from tests.project import Project


@pytest.mark.slow
def test_snakemake_makes_an_archive_of_pages_tables_and_figures(tmp_path):
    project = Project(tmp_path)
    project.configure({"figures": ["figure8"], "measures": {"attention": []}})
    project.succeed()
    done = project.run("--report", "report.zip")
    assert done.returncode == 0, done.stdout[-3000:]
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("report.html"))
        text = archive.read(name).decode()
    assert "What optimising" not in text  # the page goes along as a file
    for category in ("Pages", "Tables", "Figures"):
        assert category in text
    assert "figure8</em> of the paper" in text or "figure8 of the paper" in text
    assert "Answers without a score are counted and bounded" in text
