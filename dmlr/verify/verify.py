"""Stage verify: a run's predictions become verdicts under one protocol, for every label set."""

from collections.abc import Sequence
from pathlib import Path

from dmlr.datasets.options import offered
from dmlr.datasets.shard import read_shard
from dmlr.errors import RecordError
from dmlr.progress import say
from dmlr.provenance import machine
from dmlr.records import Gold, Prediction, Sample, Verdict, read_records, write_records
from dmlr.settings import VerifySettings
from dmlr.verify import boxed
from dmlr.verify.rules import RULE_SETS

NO_GOLD = "no gold"  # the rule of a verdict that no reply could have made another


def verify(
    settings: VerifySettings, shards: Sequence[Path], predictions: Sequence[Path], out: Path
) -> None:
    """Score all predictions of a run.

    Raises:
        RecordError: the predictions are not those of the shards' samples.
    """
    samples = [sample for shard in shards for sample in read_shard(shard)]
    answers = [answer for path in predictions for answer in read_records(path, Prediction)]
    if [s.sample_id for s in samples] != [a.sample_id for a in answers]:
        raise RecordError(
            f"{predictions[0].parent}: must hold the predictions of the {len(samples)} samples of "
            f"{shards[0].parent}, found {len(answers)} of other samples; run snakemake again"
        )
    verdicts = [
        verdict(settings, sample, answer, labels, gold)
        for sample, answer in zip(samples, answers, strict=True)
        for labels, gold in sample.gold.items()
    ]
    write_records(out, Verdict, verdicts, {**settings.model_dump(), **machine()})
    say(f"verify {out}: {len(verdicts)} verdicts")


def verdict(
    settings: VerifySettings, sample: Sample, answer: Prediction, labels: str, gold: Gold | None
) -> Verdict:
    """Score one prediction for one label set; what cannot be scored has no score, and a reason."""
    if gold is None:
        found = boxed.Decision("failed", None, NO_GOLD, f"no gold in the label set {labels}")
    elif answer.status == "failed":
        found = boxed.Decision("failed", None, "none", answer.error)
    else:
        options = offered(sample.options, sample.wordings, sample.prompt_source)
        found = RULE_SETS[settings.protocol.rules](answer.text, gold, options)
    return Verdict(
        sample_id=sample.sample_id,
        labels=labels,
        score={"correct": 1, "wrong": 0}.get(found.verdict),
        **vars(found),
    )
