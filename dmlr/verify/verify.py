"""Stage verify: a run's predictions become verdicts under one protocol, for every label set."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dmlr.datasets.shard import read_shard
from dmlr.errors import ConfigError, RecordError
from dmlr.judge.entry import Judge
from dmlr.progress import say
from dmlr.provenance import machine
from dmlr.records import Prediction, Sample, Verdict, read_records, write_records
from dmlr.verify.failures import note_failures
from dmlr.verify.protocol import Protocol, VerifySettings
from dmlr.verify.scoring import Scored, by_rules, verdict


@dataclass(frozen=True)
class RunFiles:
    """Where a run's shards and predictions are, its verdicts go, and judgements are kept.

    ``shared`` is a ledger of several working directories, None for none.
    """

    shards: Sequence[Path]
    predictions: Sequence[Path]
    verdicts: Path
    ledger: Path
    shared: Path | None = None

    def told(self) -> dict[str, Any]:
        """What the verdicts say about where they came from."""
        shards, predictions = (list(map(str, paths)) for paths in (self.shards, self.predictions))
        shared = self.shared and str(self.shared)
        return {
            "shards": shards, "predictions": predictions, "ledger": str(self.ledger), "shared": shared,
        }  # fmt: skip


def verify(settings: VerifySettings, files: RunFiles, limits: dict[str, Any]) -> None:
    """Score all predictions of a run.

    Args:
        settings: what determines the verdicts.
        files: where everything is.
        limits: how fast and how dear the judge may be asked (``LIMITS``).

    Raises:
        RecordError: the predictions are not those of the shards' samples.
        ConfigError: the judge's prompt is not the planned one.
    """
    judge = asked_judge(settings, limits)
    scored = by_rules(settings.protocol, settings.loader, pairs(files.shards, files.predictions))
    verdicts = decided(settings.protocol, scored, judge, files.ledger, shared=files.shared)
    store(settings, files, limits, verdicts)


def asked_judge(settings: VerifySettings, limits: dict[str, Any]) -> Judge | None:
    """The judge with its limits, once its prompt is known to be the planned one.

    Raises:
        ConfigError: it has changed since.
    """
    if settings.judge is None:
        return None
    from dmlr.judge.prompt import Prompt

    if Prompt.load(settings.judge.prompt).digest != settings.prompt_digest:
        raise ConfigError(f"{settings.judge.prompt}: changed since planning; run snakemake again")
    return settings.judge.model_copy(update=limits)


def pairs(shards: Sequence[Path], predictions: Sequence[Path]) -> list[tuple[Sample, Prediction]]:
    """Every sample with its prediction, in order.

    Raises:
        RecordError: the predictions are those of other samples.
    """
    samples = [sample for shard in shards for sample in read_shard(shard)]
    answers = [answer for path in predictions for answer in read_records(path, Prediction)]
    if [s.sample_id for s in samples] != [a.sample_id for a in answers]:
        raise RecordError(
            f"{predictions[0].parent}: must hold the predictions of the {len(samples)} samples of "
            f"{shards[0].parent}, found {len(answers)} of other samples; run snakemake again"
        )
    return list(zip(samples, answers, strict=True))


def decided(
    protocol: Protocol,
    scored: Sequence[Scored],
    judge: Judge | None,
    ledger: Path,
    *,
    shared: Path | None = None,
    again_before: str | None = None,
) -> list[Verdict]:
    """The verdicts: the rules' where they are sure enough for the protocol, else the judge's.

    Args:
        protocol: how they are made.
        scored: what the rules say.
        judge: who is asked; None asks nobody.
        ledger: where judgements are kept.
        shared: a ledger of several working directories that has them too; None: none.
        again_before: unreadable replies that were stored before this time (UTC, ISO 8601) are asked for
            anew; None: none.
    """
    found = [verdict(one, one.decision) for one in scored]
    name = protocol.judge
    if judge is None or name is None:
        return found
    # Imported only now: nine protocols of ten ask nobody.
    from dmlr.verify.judging import by_judge, judged_verdict, open_questions

    asked = open_questions(protocol, scored)
    answers = by_judge(name, judge, asked, ledger, shared=shared, again_before=again_before)
    for place, judgement in answers.items():
        found[place] = judged_verdict(name, scored[place], judgement)
    return found


def store(
    settings: VerifySettings, files: RunFiles, limits: dict[str, Any], verdicts: Sequence[Verdict]
) -> None:
    """Write the verdicts of a run, and the note of what a judge failed to say."""
    told = {**settings.model_dump(), **machine(), "limits": limits, "files": files.told()}
    write_records(files.verdicts, Verdict, verdicts, told)
    note_failures(files.verdicts, verdicts)
    say(f"verify {files.verdicts}: {len(verdicts)} verdicts{_lacking(verdicts)}")


def _lacking(verdicts: Sequence[Verdict]) -> str:
    counts = {name: sum(one.verdict == name for one in verdicts) for name in ("unparsed", "failed")}
    words = [f"{count} {name}" for name, count in counts.items() if count]
    return f", {' and '.join(words)}" if words else ""
