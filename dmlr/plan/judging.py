"""What an experiment's judges would cost, before anybody is asked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dmlr import config
from dmlr.experiment import Experiment
from dmlr.judge.asked import Asked
from dmlr.judge.cost import Estimate, estimate
from dmlr.judge.ledger import Ledger
from dmlr.judges import judge_of
from dmlr.settings import RunKey
from dmlr.store.rows import markdown_text
from dmlr.verify.judging import open_questions
from dmlr.verify.protocol import resolved
from dmlr.verify.scoring import by_rules
from dmlr.verify.verify import pairs

HEADER = (
    "run", "protocol", "judge", "to ask", "from the ledger", "input tokens", "output tokens",
    "US dollars",
)  # fmt: skip
ALL = "all runs, equal questions once"


@dataclass(frozen=True)
class Judging:
    """One run, or all, under a protocol with a judge; ``estimate`` is None until the run is answered."""

    run: str
    protocol: str
    judge: str
    estimate: Estimate | None


def planned(experiment: Experiment, results: Path) -> list[Judging]:
    """Every run under every protocol that asks a judge, and behind them all runs together.

    Only the questions that the rules leave open and the ledger does not know cost anything; a ledger
    that is not there is not made.
    """
    with Ledger.to_read(results / "ledger.sqlite") as ledger:
        return [
            one
            for protocol in experiment.protocols
            for one in _planned(experiment, protocol, results, ledger)
        ]


def _planned(
    experiment: Experiment, protocol: str, results: Path, ledger: Ledger
) -> Iterator[Judging]:
    entry = judge_of(experiment, protocol)
    if entry is None:
        return
    judge, name = resolved(entry), experiment.protocol_catalog[protocol].judge or ""
    every: list[Asked] = []
    for key in config.run_keys(experiment):
        asked = _asked(experiment, protocol, key, results)
        found = None if asked is None else estimate(judge, asked, ledger)
        every += asked or []
        yield Judging(key.slug, protocol, name, found)
    yield Judging(ALL, protocol, name, estimate(judge, every, ledger))


def _asked(experiment: Experiment, protocol: str, key: RunKey, results: Path) -> list[Asked] | None:
    """What the rules leave open of a run, None while it is not answered yet."""
    shards = config.shards_of(experiment, key.benchmark)
    folder = results / "runs" / key.folder
    predictions = [folder / f"{shard}.predictions.parquet" for shard in shards]
    if not all(path.exists() for path in predictions):
        return None
    prepared = results / "benchmarks" / key.benchmark / "shards"
    answered = pairs([prepared / f"{shard}.jsonl" for shard in shards], predictions)
    chosen = experiment.protocol_catalog[protocol]
    loader = experiment.benchmark_catalog[key.benchmark].loader
    return list(open_questions(chosen, by_rules(chosen, loader, answered)).values())


def table(found: Iterable[Judging]) -> str:
    """The plan as Markdown, a row per run and protocol."""
    return markdown_text(
        HEADER, [(one.run, one.protocol, one.judge, *_words(one.estimate)) for one in found]
    )


def _words(found: Estimate | None) -> tuple[str, ...]:
    if found is None:
        return ("not answered yet", "–", "–", "–", "–")
    dollars = "price unknown" if found.dollars is None else f"{found.dollars:.4f}"
    counts = (found.calls, found.from_ledger, found.input_tokens, found.output_tokens)
    return (*map(str, counts), dollars)
