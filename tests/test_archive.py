"""The archive that ``snakemake --report`` makes of a finished workflow, beside the report that people read."""

import zipfile

import pytest

from tests.project import Project


@pytest.mark.slow  # the archive is for those who ask for it, and takes as long as five plans
def test_snakemake_makes_an_archive_of_pages_tables_and_figures(tmp_path, finished_workflow):
    project = Project(tmp_path, like=finished_workflow)
    project.configure({"figures": ["figure8"]})
    project.succeed()
    done = project.run("--report", "report.zip")
    assert done.returncode == 0, done.stdout[-3000:]
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        names = {name.rpartition("/")[2] for name in archive.namelist()}
        text = archive.read("report/report.html").decode()
    assert {"index.html", "accuracy.csv", "table1.csv", "figure8.svg"} <= names
    for words in ("Pages", "Tables", "Figures", "figure8 of the paper", "DMLR measured"):
        assert words in text
