"""The figures that were drawn, with their captions, and their files beside the pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dmlr.errors import RecordError
from dmlr.report.completeness import planned_figures
from dmlr.report.folder import copy_changed, remove_others
from dmlr.report.text import bare_name
from dmlr.report.told import ReportSettings

COPIED = (".svg", ".pdf", ".csv")


@dataclass(frozen=True)
class Drawn:
    """One figure; ``says`` are the paragraphs of its caption."""

    name: str
    title: str
    says: list[str]

    @property
    def alt(self) -> str:
        """What stands for the picture where it is not seen."""
        return ". ".join([self.title, *self.says[:1]])


def drawn(settings: ReportSettings, results: Path) -> list[Drawn]:
    """The experiment's figures that are there, in its order.

    Raises:
        RecordError: a caption has no title.
    """
    names = [bare_name(name, "figures") for name in planned_figures(settings)]
    folder = results / "figures"
    return [_read(folder, name) for name in names if (folder / f"{name}.md").exists()]


def copy_figures(found: Sequence[Drawn], results: Path, folder: Path) -> None:
    """Copy the files of the figures, and remove those of others."""
    names = [f"{one.name}{suffix}" for one in found for suffix in COPIED]
    for name in names:
        copy_changed(results / "figures" / name, folder / name)
    remove_others(folder, "figure*", names)


def _read(folder: Path, name: str) -> Drawn:
    path = folder / f"{name}.md"
    try:
        title, *says = path.read_text(encoding="utf-8").strip().split("\n\n")
    except (OSError, ValueError) as error:
        raise RecordError(f"{path}: cannot be read ({error}); run snakemake again") from None
    if not title.startswith("# "):
        raise RecordError(
            f"{path}: must begin with a title, got {title[:80]!r}; run snakemake again"
        )
    return Drawn(name, title.removeprefix("# "), [" ".join(one.split()) for one in says])
