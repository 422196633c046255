"""The way between the kinds of pages, which stands on top of every page."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A kind of pages, and where its first one is, seen from the report's folder."""

    words: str
    path: str
    kind: str


ENTRIES = (
    Entry("Overview", "index.html", "index"),
    Entry("Tables", "tables/index.html", "tables"),
    Entry("Samples", "index.html#samples", "samples"),
    Entry("Compare", "compare/index.html", "compare"),
    Entry("Disputes", "disputes.html", "disputes"),
    Entry("Controls", "tables/controls.html", "controls"),
    Entry("Figures", "figures.html", "figures"),
    Entry("Data", "audits/index.html", "data"),
    Entry("Performance", "performance.html", "performance"),
    Entry("How", "how.html", "how"),
)

Navigation = tuple[Entry, ...]


def navigation(pages: Collection[str]) -> Navigation:
    """The kinds of which this report has pages; ``pages`` by their path in its folder."""
    return tuple(one for one in ENTRIES if one.path.partition("#")[0] in pages)
