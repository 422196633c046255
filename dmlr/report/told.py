"""What the stage report is told."""

from typing import Any

from dmlr.settings import Slug, StageSettings


class ReportSettings(StageSettings):
    """Settings of ``dmlr report``; ``paper`` is the profile that runs' settings are compared with."""

    baseline: Slug
    benchmarks: list[Slug]
    paper: dict[str, Any]
