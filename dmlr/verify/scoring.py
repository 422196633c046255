"""Scoring predictions: rules first, then a judge model for what they leave open."""

from collections.abc import Sequence
from dataclasses import dataclass

from dmlr.datasets.options import offered
from dmlr.records import Gold, Prediction, Sample, Verdict
from dmlr.verify.decision import Decision, Posed
from dmlr.verify.protocol import Protocol
from dmlr.verify.rule_sets import RULE_SETS

NO_GOLD = "no gold"  # the rule of a verdict that no reply could have made another


@dataclass(frozen=True)
class Scored:
    """What the rules say about one prediction under one label set."""

    sample_id: str
    labels: str
    reply: str
    gold: Gold | None
    posed: Posed
    decision: Decision


def by_rules(
    protocol: Protocol, loader: str, pairs: Sequence[tuple[Sample, Prediction]]
) -> list[Scored]:
    """Every prediction under every label set of its sample, by the protocol's rules."""
    return [
        _scored(protocol, loader, sample, answer, labels)
        for sample, answer in pairs
        for labels in sample.gold
    ]


def _scored(
    protocol: Protocol, loader: str, sample: Sample, answer: Prediction, labels: str
) -> Scored:
    gold = sample.gold[labels]
    options = offered(sample.options, sample.wordings, sample.prompt_source)
    posed = Posed(loader, sample.question, options)
    if gold is None:
        found = Decision("failed", None, NO_GOLD, f"no gold in the label set {labels}")
    elif answer.status == "failed":
        found = Decision("failed", None, "none", answer.error)
    else:
        found = RULE_SETS[protocol.rules](answer.text, gold, posed)
    return Scored(sample.sample_id, labels, answer.text, gold, posed, found)


def verdict(scored: Scored, decision: Decision) -> Verdict:
    """The record of a decision; what cannot be scored has no score, and a reason."""
    return Verdict(
        sample_id=scored.sample_id,
        labels=scored.labels,
        verdict=decision.verdict,
        score={"correct": 1, "wrong": 0}.get(decision.verdict),
        extracted=decision.extracted,
        compared=decision.compared,
        rule=decision.rule,
        reason=decision.reason,
    )
