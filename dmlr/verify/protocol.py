"""Protocols: how a prediction becomes a verdict, and what the stage verify is told."""

from typing import Any, Literal

from pydantic import Field, model_validator

from dmlr.judge.endpoint import endpoint
from dmlr.judge.entry import Judge
from dmlr.settings import Slug, StageSettings
from dmlr.strict import Settings

RuleSet = Literal[
    "boxed",
    "extracted",
    "official",
    "released-2025-12",
    "released-2026-03",
    "lmms-eval",
    "vlmevalkit",
]


class Protocol(Settings):
    """How a prediction becomes a verdict: by rules, and by a judge model where it has one."""

    rules: RuleSet = Field(
        description="Rule set: boxed (the last \\boxed{}, the paper's), extracted (our own reading of "
        "any reply), official (each benchmark's), or those of a released state or of a framework."
    )
    judge: Slug | None = Field(
        default=None,
        description="Name in judge_catalog of the model that is asked; null: rules alone.",
    )
    ask: Literal["unsettled", "always"] = Field(
        default="unsettled",
        description="unsettled: the judge is asked where the rules are not sure; always: every time.",
    )
    candidate: Literal["reply", "answer"] = Field(
        default="reply",
        description="What the judge gets to see: the whole reply, or the answer that the rules read.",
    )

    @model_validator(mode="after")
    def _judge_for_its_fields(self) -> "Protocol":
        if self.judge is None and (self.ask, self.candidate) != ("unsettled", "reply"):
            raise ValueError("a judge beside ask or candidate, which say how it is asked")
        return self


class VerifySettings(StageSettings):
    """Settings of ``dmlr verify``.

    ``loader`` is the benchmark's, by which the rule set official finds the rules. ``judge`` is None
    where the protocol asks none; its ``model`` and ``base_url`` are resolved, its prompt's digest is
    beside it, and what changes no judgement (``LIMITS``) is left at the defaults.
    """

    protocol: Protocol
    loader: str
    packages: dict[str, str]
    judge: Judge | None = None
    prompt_digest: str | None = None


# Fields of a judge that change no judgement: they reach the stage beside its settings.
LIMITS = (
    "concurrency", "requests_per_minute", "max_cost", "input_price", "output_price",
    "timeout_seconds", "retries", "key_variable",
)  # fmt: skip


def resolved(judge: Judge) -> Judge:
    """The judge with the model and the server that the environment names where it names none."""
    where = endpoint(judge)
    return judge.model_copy(update={"model": where.model, "base_url": where.base_url})


def limits(judge: Judge) -> dict[str, Any]:
    """How fast and how dear a judge may be asked, apart from what is asked."""
    return {name: getattr(judge, name) for name in LIMITS}


def without_limits(judge: Judge) -> Judge:
    """The judge with all its limits at their defaults."""
    defaults = {name: Judge.model_fields[name].default for name in LIMITS}
    return judge.model_copy(update=defaults)
