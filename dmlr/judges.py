"""The judges of an experiment's protocols."""

from pathlib import Path

from dmlr.experiment import Experiment
from dmlr.judge.endpoint import api_key, endpoint, named
from dmlr.judge.entry import Judge
from dmlr.judge.prompt import Prompt
from dmlr.verify.protocol import limits


def judge_of(experiment: Experiment, protocol: str) -> Judge | None:
    """The judge that a protocol asks, as its catalog has it; None where rules alone decide."""
    name = experiment.protocol_catalog[protocol].judge
    return None if name is None else experiment.judge_catalog[name]


def check_judges(experiment: Experiment, *ledgers: Path) -> None:
    """Stop before any job where a judge could not be asked.

    A missing key stops only while there is no ledger: with one, all replies may be there already.

    Raises:
        ConfigError: a judge's model or server is named nowhere, its prompt or key cannot be used.
    """
    there = any(ledger.exists() for ledger in ledgers)
    for protocol in experiment.protocols:
        name = experiment.protocol_catalog[protocol].judge
        if name is not None:
            with named(name):
                _check(experiment.judge_catalog[name], with_key=not there)


def judge_limits(experiment: Experiment, protocol: str) -> str:
    """How a protocol's judge may be asked, as ``dmlr verify --limits`` reads it."""
    judge = judge_of(experiment, protocol)
    found = {} if judge is None else limits(judge)
    return ",".join(f"{name}={value}" for name, value in found.items() if value is not None)


def _check(judge: Judge, *, with_key: bool) -> None:
    where = endpoint(judge)
    Prompt.load(judge.prompt)
    if with_key:
        api_key(where, judge.key_variable)
