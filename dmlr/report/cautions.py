"""What a reader should know before any number: what is not final, missing, not pinned or not real."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dmlr.report.audits import Audit
from dmlr.report.completeness import Missing, Progress
from dmlr.report.data import Run
from dmlr.report.numbers import several

SHOWN = 3  # names that stand in a sentence
COMMIT = re.compile("[0-9a-f]{40}")
DIRTY = "+changes"


@dataclass(frozen=True)
class Caution:
    """``what`` it is about in a few words, and what that means."""

    what: str
    says: str


def cautions(
    found: Sequence[Progress], lacking: Sequence[Missing], audits: Sequence[Audit]
) -> list[Caution]:
    """All there are, those that weigh most first."""
    runs = [one.run for one in found]
    return [*_models(runs), *_numbers(found), *_lacking(lacking), *_origins(runs), *_pins(audits)]


def _models(runs: Sequence[Run]) -> Iterable[Caution]:
    for model in sorted({run.model for run in runs if run.embedded}):
        yield Caution(
            model,
            "is a tiny model that ships with the pipeline and was trained on questions of its own "
            "benchmark. It shows that every stage works; its accuracy says nothing about DMLR on real "
            "models.",
        )
    free = {
        f"{run.model} ({run.settings['model'].get('checkpoint')})"
        for run in runs
        if (revision := run.settings["model"].get("revision")) and not COMMIT.fullmatch(revision)
    }
    if free:
        yield Caution(
            "Weights that can change:",
            f"the revision of {_named(sorted(free))} is no commit of 40 hex digits; the digest of the "
            "weights on a run’s page tells which they were.",
        )


def _numbers(found: Sequence[Progress]) -> Iterable[Caution]:
    bounded = [one.run.run for one in found if not one.cell.final]
    if bounded:
        yield Caution(
            "Not final:",
            "too many samples have no score, so that bounds stand where the number would, in "
            f"{_runs(bounded, found)}.",
        )
    counts = {
        "without an answer": {one.run.run: one.unanswered for one in found},
        "with an answer that cannot be read": {one.run.run: one.cell.unparsed for one in found},
        "without a gold under the labels": {one.run.run: one.cell.no_gold for one in found},
    }
    for words, by_run in counts.items():
        names = [name for name, count in by_run.items() if count]
        if names:
            what = several(sum(by_run.values()), "sample")
            yield Caution(f"{what} {words}", f"in {_runs(names, found)}.")


def _runs(names: Sequence[str], found: Sequence[Progress]) -> str:
    if len(names) == len(found):
        return "every run"
    few = f": {', '.join(names)}" if len(names) <= SHOWN else ""
    return f"{several(len(names), 'run')} of {len(found):,}{few}"


def _lacking(lacking: Sequence[Missing]) -> Iterable[Caution]:
    if lacking:
        names = _named(one.what for one in lacking)
        yield Caution("Planned, but not there:", f"{names}; snakemake makes what is missing.")


def _origins(runs: Sequence[Run]) -> Iterable[Caution]:
    commits = {run.run: str(run.provenance.get("commit") or "") for run in runs}
    dirty = [name for name, commit in commits.items() if commit.endswith(DIRTY)]
    if dirty:
        yield Caution(
            "Changed code:",
            f"{several(len(dirty), 'run')} were answered from a working tree with changes that are in "
            "no commit.",
        )
    unknown = [name for name, commit in commits.items() if not commit]
    if unknown:
        yield Caution(
            "Unknown commit:",
            f"{several(len(unknown), 'run')} were answered outside of a repository.",
        )
    codes = {str(run.provenance.get("code")) for run in runs}
    if len(codes) > 1:
        yield Caution(
            "Code of several states:",
            f"the answers were made by {len(codes)} states of the code, so that runs may differ in "
            "more than their settings; the page on how this was made lists them.",
        )


def _pins(audits: Sequence[Audit]) -> Iterable[Caution]:
    free = [
        one.benchmark
        for one in audits
        if one.source.hub and not COMMIT.fullmatch(one.source.revision or "")
    ]
    if free:
        yield Caution(
            "Questions that can change:",
            f"the data set of {_named(free)} is at no commit of 40 hex digits.",
        )


def _named(names: Iterable[str]) -> str:
    """Names in their order, the first few of many."""
    found = list(dict.fromkeys(names))
    rest = f" and {len(found) - SHOWN:,} more" if len(found) > SHOWN else ""
    return ", ".join(found[:SHOWN]) + rest
