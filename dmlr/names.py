"""Names in a configuration: each must be known, stand once, and fit where it stands."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from dmlr.experiment import Experiment
from dmlr.faults import place_of
from dmlr.ladder import M, changes, is_rung

CATALOGS = {
    "benchmarks": "benchmark_catalog",
    "models": "model_catalog",
    "profiles": "profile_catalog",
    "protocols": "protocol_catalog",
}


def unknown_names(experiment: Experiment, files: Sequence[str | Path]) -> Iterable[str]:
    """One line for every name that no catalog or list of the experiment has, or that stands twice."""
    yield from _repeated(experiment, files)
    for listed, catalog in CATALOGS.items():
        known = getattr(experiment, catalog)
        for i, name in enumerate(getattr(experiment, listed)):
            if name not in known:
                place = place_of((listed, i), files)
                yield f"{place} must be a name of {catalog} ({', '.join(known)}), got {name!r}"
    for name in experiment.protocols:
        judge = getattr(experiment.protocol_catalog.get(name), "judge", None)
        if judge is not None and judge not in experiment.judge_catalog:
            place = place_of(("protocol_catalog", name, "judge"), files)
            known = ", ".join(experiment.judge_catalog)
            yield f"{place} must be a name of judge_catalog ({known}), got {judge!r}"
    if experiment.flips_against not in experiment.profile_catalog:
        place, names = place_of(("flips_against",), files), ", ".join(experiment.profile_catalog)
        yield f"{place} must be a name of profile_catalog ({names}), got {experiment.flips_against!r}"
    yield from _unknown_profiles(experiment, files)
    yield from _uneven_rungs(experiment, files)
    if experiment.baseline not in experiment.profiles:
        place, names = place_of(("baseline",), files), ", ".join(experiment.profiles)
        yield f"{place} must be one of profiles ({names}), got {experiment.baseline!r}"


def _unknown_profiles(experiment: Experiment, files: Sequence[str | Path]) -> Iterable[str]:
    """What is compared must be run; what is measured must be known, and is measured where it is run."""
    measures = experiment.measures
    for i, name in enumerate(experiment.ladder):
        if name not in experiment.profiles:
            place, names = place_of(("ladder", i), files), ", ".join(experiment.profiles)
            yield f"{place} must be one of profiles ({names}), got {name!r}"
    for key, profiles in {"chains": measures.chains, "attention": measures.attention}.items():
        for i, name in enumerate(profiles):
            place, found = (
                place_of(("measures", key, i), files),
                experiment.profile_catalog.get(name),
            )
            if found is None:
                names = ", ".join(experiment.profile_catalog)
                yield f"{place} must be a name of profile_catalog ({names}), got {name!r}"
            elif key == "attention" and found.method != "dmlr":
                yield f"{place} must be a profile of method dmlr, got {name!r}"


def _uneven_rungs(experiment: Experiment, files: Sequence[str | Path]) -> Iterable[str]:
    """An effect is that of a field only where nothing else differs."""
    catalog = experiment.profile_catalog
    for i, (before, after) in enumerate(pairwise(experiment.ladder), start=1):
        if before in catalog and after in catalog:
            changed = changes(catalog[before].model_dump(), catalog[after].model_dump())
            if not is_rung(changed):
                yield (
                    f"{place_of(('ladder', i), files)} must differ from the profile before it in one "
                    f"field ({' and '.join(sorted(M))}, the paper's m, count as one); {before} and "
                    f"{after} differ in {', '.join(changed) or 'nothing'}"
                )


def _repeated(experiment: Experiment, files: Sequence[str | Path]) -> Iterable[str]:
    for listed in (*CATALOGS, "ladder", "seeds"):
        values = getattr(experiment, listed)
        for i, value in enumerate(values):
            if value in values[:i]:
                place = place_of((listed, i), files)
                yield f"{place} must be another than those before it, got {value!r} again"
