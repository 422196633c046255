"""What the stage report is told."""

from dmlr.settings import Slug, StageSettings


class ReportSettings(StageSettings):
    """Settings of ``dmlr report``."""

    baseline: Slug
    benchmarks: list[Slug]
