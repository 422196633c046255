"""What a benchmark's ``audit.json`` says, checked, and arranged as its section of the first page."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from dmlr.datasets.audit import FORMAT
from dmlr.datasets.entry import Status
from dmlr.datasets.errata import Outcome
from dmlr.datasets.findings import Finding
from dmlr.errors import RecordError
from dmlr.records import Gold
from dmlr.report.audit_parts import Ceiling, Chosen, Erratum, Floor, Kind, LabelSet, Source, Told
from dmlr.verify.ceilings import Judged, ceilings

GOLDS = TypeAdapter(dict[str, Gold | None])


class Audit(Told):
    """What the prepare stage found out about a benchmark."""

    benchmark: str
    source: Source
    subset: Chosen
    samples: int
    images: int
    skipped: dict[str, str]
    labels: dict[str, LabelSet]
    findings: list[Finding]
    errata: list[Erratum]
    floors: list[Floor]
    ceilings: list[Ceiling]

    @property
    def main(self) -> str | None:
        """The label set that is named first: the official one, if there is one."""
        return "official" if "official" in self.labels else next(iter(self.labels), None)

    def best(self, labels: str) -> list[Floor]:
        """By metric the answer that scores highest when it is always given."""
        found: dict[str, Floor] = {}
        for one in self.floors:
            if one.labels == labels:
                other = found.get(one.metric, one)
                higher = one.correct * other.of > other.correct * one.of
                found[one.metric] = one if higher else other
        return list(found.values())

    @property
    def kinds(self) -> list[Kind]:
        """The errata by outcome and status; equal ones of several samples stand together."""
        found: dict[tuple[Outcome, Status], dict[Erratum, list[str]]] = {}
        for one in self.errata:
            fault = one.model_copy(update={"sample": ""})
            found.setdefault((one.outcome, one.status), {}).setdefault(fault, []).append(one.sample)
        order = [(outcome, status) for outcome in get_args(Outcome) for status in get_args(Status)]
        return [Kind(*key, list(found[key].items())) for key in order if key in found]


def audit(results: Path, benchmark: str, samples: Sequence[Judged] = ()) -> Audit:
    """Read what the prepare stage found out about a benchmark.

    Args:
        results: folder of all stages' results.
        benchmark: name of the benchmark.
        samples: its golds and options, of which the rules are asked what they can reach.

    Raises:
        RecordError: the audit is missing or damaged, has another format or is about another benchmark.
    """
    path = results / "benchmarks" / benchmark / "audit.json"
    try:
        told = _checked(json.loads(path.read_text(encoding="utf-8")), benchmark)
        return Audit.model_validate({**told, "ceilings": ceilings(samples)})
    except ValidationError as error:
        first = error.errors()[0]
        reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except (OSError, ValueError) as error:
        reason = str(error)
    raise RecordError(f"{path}: not a readable audit ({reason}); run snakemake again")


def floors(audits: list[Audit]) -> dict[tuple[str, str], float]:
    """By benchmark and label set the accuracy of the best constant answer, in percent."""
    return {
        (audit.benchmark, labels): 100 * one.correct / one.of
        for audit in audits
        for labels in audit.labels
        for one in audit.best(labels)
        if one.metric == "accuracy" and one.of
    }


def _checked(told: Any, benchmark: str) -> dict[str, Any]:
    for name, wanted in {"format": FORMAT, "benchmark": benchmark}.items():
        found = told.get(name) if isinstance(told, dict) else None
        if found != wanted:
            raise ValueError(f"{name} must be {wanted}, got {found!r:.80}")
    return dict(told)
