"""Putting to a judge model what the rules leave open, and taking its word."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from dmlr.judge.asked import Asked
from dmlr.judge.entry import Judge
from dmlr.judge.panel import Judgement, judged
from dmlr.records import Gold, Verdict
from dmlr.verify.protocol import Protocol
from dmlr.verify.rules.released import released_gold
from dmlr.verify.scoring import Scored, verdict


def open_questions(protocol: Protocol, scored: Sequence[Scored]) -> dict[int, Asked]:
    """What the protocol's judge is asked, by the place among ``scored``; empty without a judge.

    What has no gold, no prediction or no words is nothing to be judged.
    """
    if protocol.judge is None:
        return {}
    return {
        place: question(protocol, one)
        for place, one in enumerate(scored)
        if one.decision.verdict != "failed"
        and one.reply.strip()
        and (protocol.ask == "always" or not one.decision.settled)
    }


def question(protocol: Protocol, scored: Scored) -> Asked:
    """One prediction as a judge is asked about it.

    A protocol of a released state compares with the gold as the released files write it.
    """
    gold = scored.gold
    if gold is None:
        raise ValueError(f"{scored.sample_id} has no gold in {scored.labels}")
    answer = scored.decision.extracted if protocol.candidate == "answer" else None
    literal = protocol.rules.startswith("released")
    return Asked(
        question=scored.posed.question,
        options=scored.posed.options,
        gold=released_gold(gold, scored.posed) if literal else gold_words(gold),
        candidate=answer or scored.reply,
    )


def gold_words(gold: Gold) -> str:
    """A gold as a person would say it: letter and text, decimals that count, what else is right."""
    words = gold.text
    if gold.letter:
        words = gold.letter if gold.text in ("", gold.letter) else f"{gold.letter}. {gold.text}"
    if gold.kind == "float" and gold.precision is not None:
        words += f" (rounded to {gold.precision} decimals)"
    words += "".join(f", or {alias}" for alias in gold.aliases)
    return f"{words} ({gold.details})" if gold.details else words


def by_judge(
    name: str,
    judge: Judge,
    asked: Mapping[int, Asked],
    ledger: Path,
    *,
    shared: Path | None,
    again_before: str | None,
) -> dict[int, Judgement]:
    """The judgements by the places of ``asked``, from the ledger where it has them."""
    found = judged(
        name, judge, list(asked.values()), ledger, shared=shared, again_before=again_before
    )
    return dict(zip(asked, found, strict=True))


def judged_verdict(name: str, scored: Scored, judgement: Judgement) -> Verdict:
    """The record of a judgement; what the rules read stays beside it."""
    said = judgement.verdict
    return verdict(scored, scored.decision).model_copy(
        update={
            "verdict": said,
            "score": {"correct": 1, "wrong": 0}.get(said),
            "rule": f"judge {name}",
            "reason": judgement.reason,
            "judgement": judgement.key,
            "judge_model": judgement.served_model,
            "judge_reply": judgement.reply,
            "input_tokens": judgement.input_tokens,
            "output_tokens": judgement.output_tokens,
        }
    )
