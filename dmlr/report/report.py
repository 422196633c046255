"""Stage report: the pages."""

from pathlib import Path

from dmlr.settings import ReportSettings


def report(settings: ReportSettings, database: Path, results: Path, out: Path) -> None:
    out.mkdir(exist_ok=True)
    (out / "index.html").write_text("todo")
