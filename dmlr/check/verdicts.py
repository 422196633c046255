"""Whether the stored verdicts are those that the stored predictions get."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from dmlr.check.difference import difference
from dmlr.judge.entry import Judge
from dmlr.judge.panel import Judgement, looked_up
from dmlr.provenance import fingerprint
from dmlr.records import Prediction, Verdict, read_provenance, read_records
from dmlr.store.sources import run_files, verdict_file
from dmlr.store.told import PlannedRun
from dmlr.verify.judging import judged_verdict, open_questions
from dmlr.verify.protocol import Protocol
from dmlr.verify.scoring import Scored, by_rules, verdict
from dmlr.verify.verify import pairs

READ = ("sample_id", "labels", "extracted", "compared", "rule")  # what no judge says
UNKNOWN = Judgement("failed", None)  # what is told of a judge whose reply the ledger lacks


@dataclass(frozen=True)
class Scoring:
    """A run with everything that its verdicts come from."""

    run: PlannedRun
    loader: str
    protocols: Mapping[str, Protocol]
    results: Path


@dataclass(frozen=True)
class Compared:
    """How many verdicts are the same, and of how many others only a judge could say it.

    ``other_code`` counts the files of verdicts that another code than this one wrote;
    ``answered_by_other`` says that the predictions, which are trusted, come from another one too.
    """

    verdicts: int
    unchecked: int
    other_code: int
    answered_by_other: bool


def compare_verdicts(scoring: Scoring) -> Compared:
    """Score the predictions of a run again under all protocols; no judge is asked.

    Raises:
        DifferenceError: a verdict differs.
        RecordError: records are missing or cannot be read.
    """
    run, results = scoring.run, scoring.results
    prepared = results / "benchmarks" / run.key.benchmark / "shards"
    shards = [prepared / f"{shard}.jsonl" for shard in run.shards]
    predictions = run_files(run, results, "predictions")
    answered = pairs(shards, predictions)
    count = unchecked = other_code = 0
    for name, protocol in scoring.protocols.items():
        path = verdict_file(run, name, results)
        stored, told = read_records(path, Verdict), read_provenance(path, Verdict)
        scored = by_rules(protocol, scoring.loader, answered)
        derived = _derived(protocol, scored, told, results / "ledger.sqlite")
        lacking = _compare(path, stored, derived)
        count, unchecked = count + len(stored) - lacking, unchecked + lacking
        other_code += told.get("code") != fingerprint("verify")
    answering = read_provenance(predictions[0], Prediction).get("code")
    return Compared(count, unchecked, other_code, answering != fingerprint("reason"))


def _derived(
    protocol: Protocol, scored: Sequence[Scored], told: Mapping[str, Any], ledger: Path
) -> list[tuple[Verdict, bool]]:
    """Every verdict, and whether all of it is known: False where the ledger lacks a judge's reply.

    The judge is the one that the stored verdicts name: the environment may have named its model.
    """
    found = [(verdict(one, one.decision), True) for one in scored]
    asked = open_questions(protocol, scored)
    judge = told.get("judge") and Judge.model_validate(told["judge"])
    replies = (
        looked_up(judge, [*asked.values()], ledger) if judge and asked else [None] * len(asked)
    )
    for place, reply in zip(asked, replies, strict=True):
        judged = judged_verdict(protocol.judge or "", scored[place], reply or UNKNOWN)
        found[place] = judged, reply is not None
    return found


def _compare(path: Path, stored: Sequence[Verdict], derived: Sequence[tuple[Verdict, bool]]) -> int:
    """Count those that only a judge could say more about."""
    for place, (one, other) in enumerate(zip_longest((d for d, _ in derived), stored)):
        keys = [v and f"{v.sample_id} ({v.labels})" for v in (one, other)]
        if keys[0] != keys[1]:
            raise difference(str(path), f"the sample of verdict {place + 1}", *keys)
    lacking = 0
    for (one, known), other in zip(derived, stored, strict=True):
        unchecked = not known and other.verdict != "failed"
        for name in READ if unchecked else _fields(one):
            values = getattr(one, name), getattr(other, name)
            if values[0] != values[1]:
                raise difference(
                    f"{path}, sample {one.sample_id!r}, labels {one.labels!r}", name, *values
                )
        lacking += unchecked
    return lacking


def _fields(derived: Verdict) -> list[str]:
    """What is told of a verdict, but how the asking went where a judge has given none."""
    no_reply = derived.rule.startswith("judge ") and derived.score is None
    return [name for name in Verdict.model_fields if not (no_reply and name == "reason")]
