"""What the stage report is told."""

from typing import Any

from pydantic import Field

from dmlr.settings import Slug, StageSettings


class ReportSettings(StageSettings):
    """Settings of ``dmlr report``.

    ``paper`` is the profile that runs' settings are compared with. ``experiment`` is the whole
    configuration, of the catalogs what is used: as a file it makes the same results. Empty where it is
    not known; then nothing can be said to be missing.
    """

    baseline: Slug
    benchmarks: list[Slug]
    paper: dict[str, Any]
    experiment: dict[str, Any] = Field(default_factory=dict)
