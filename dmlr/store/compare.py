"""Two runs of one benchmark, answer by answer, and what they do not have in common."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dmlr.errors import ConfigError
from dmlr.store.chosen import Run, chosen_run, common
from dmlr.store.difference import Difference, difference
from dmlr.store.differing import differing
from dmlr.store.opening import readable
from dmlr.store.statistics import Proportion, accuracy

PROTOCOLS = """
SELECT protocol FROM protocols SEMI JOIN (SELECT * FROM verdicts WHERE run = ?) USING (protocol)
ORDER BY position
"""
LABELS = """
SELECT labels FROM verdicts WHERE run = ? AND protocol = ?
GROUP BY labels ORDER BY labels <> 'official', labels
"""
ANSWERS = """
SELECT sample_id, verdict, score, compared, gold->labels, text, device
FROM verdicts
JOIN samples USING (sample_id)
JOIN predictions USING (run, sample_id)
WHERE run = ? AND protocol = ? AND labels = ?
ORDER BY samples.rowid
"""


@dataclass(frozen=True)
class Asked:
    """Two runs by their names or parts of them, each with its database.

    Without ``protocol`` it is the experiment's first, without ``labels`` the official ones where there
    are such.
    """

    first: str
    second: str
    database: Path
    other: Path
    protocol: str | None = None
    labels: str | None = None


@dataclass(frozen=True)
class Answer:
    """What a run answered to a sample; ``compared`` is None where nothing could be read.

    ``text`` is the reply, ``device`` what it was made on; both are empty where there is no reply.
    """

    sample_id: str
    verdict: str
    score: int | None
    compared: str | None
    gold: dict[str, Any] | None
    text: str
    device: str


Pairs = Sequence[tuple[Answer, Answer]]


@dataclass(frozen=True)
class Comparison:
    """Two runs under a protocol and labels.

    ``n`` counts the pairs: samples that both have a score for. ``difference`` is the first's accuracy
    less the second's over these, None without pairs. ``only_first`` and ``only_second`` are the pairs
    that one run alone has right; on ``other_right`` of ``both_right`` and ``other_wrong`` of
    ``both_wrong`` the answers differ; ``both`` counts the samples that both have, of which ``same_text``
    have equal replies, letter by letter. ``first_devices`` and ``second_devices`` say how many replies
    were made on what. ``first_scored`` and ``second_scored`` count samples that one
    alone has a score for, ``first_samples`` and ``second_samples`` those that one alone has at all,
    ``regraded`` those whose golds differ. ``provenance`` maps what differs to both values, what matters
    most first.
    """

    first: Run
    second: Run
    protocol: str
    labels: str
    first_accuracy: Proportion | None
    second_accuracy: Proportion | None
    n: int
    both_right: int
    both_wrong: int
    only_first: Pairs
    only_second: Pairs
    other_right: int
    other_wrong: int
    both: int
    same_text: int
    first_devices: dict[str, int]
    second_devices: dict[str, int]
    difference: Difference | None
    first_scored: int
    second_scored: int
    first_samples: int
    second_samples: int
    regraded: int
    provenance: dict[str, tuple[Any, Any]]


def compare(asked: Asked) -> Comparison:
    """Compare two runs.

    Raises:
        RecordError: a database cannot be read.
        ConfigError: a name fits no run or several, the runs are of different
            benchmarks or one run, or both do not have verdicts under the protocol and labels.
    """
    with readable(asked.database) as one, readable(asked.other) as other:
        runs = chosen_run(one, asked.first, "A"), chosen_run(other, asked.second, "B")
        _check(*runs, same_database=asked.database.samefile(asked.other))
        sides = list(zip((one, other), (run.run for run in runs), strict=True))
        here, there = (_names(database, PROTOCOLS, run) for database, run in sides)
        protocol = common(here, there, asked.protocol, "--protocol")
        here, there = (_names(database, LABELS, run, protocol) for database, run in sides)
        labels = common(here, there, asked.labels, "--labels")
        first, second = (answers(database, run, protocol, labels) for database, run in sides)
    return compared(*runs, protocol, labels, first, second)


def _check(first: Run, second: Run, *, same_database: bool) -> None:
    if first.benchmark != second.benchmark:
        raise ConfigError(
            f"A and B: must be of one benchmark, got {first.benchmark} and {second.benchmark}: only "
            "answers to the same questions can be compared"
        )
    if first.run == second.run and same_database:
        raise ConfigError(f"A and B: must be two runs, got {first.run} twice")


def _names(database: duckdb.DuckDBPyConnection, query: str, *told: str) -> list[str]:
    return [name for (name,) in database.execute(query, told).fetchall()]


def answers(
    database: duckdb.DuckDBPyConnection, run: str, protocol: str, labels: str
) -> dict[str, Answer]:
    """What a run answered, by sample in the benchmark's order."""
    found = database.execute(ANSWERS, [run, protocol, labels]).fetchall()
    return {
        name: Answer(name, verdict, score, held, json.loads(gold), *reply)
        for name, verdict, score, held, gold, *reply in found
    }


def compared(
    first: Run,
    second: Run,
    protocol: str,
    labels: str,
    here: Mapping[str, Answer],
    there: Mapping[str, Answer],
) -> Comparison:
    """Compare two runs of one benchmark by their ``answers``."""
    both = [(here[name], there[name]) for name in here if name in there]
    by_score: dict[tuple[int | None, int | None], list[tuple[Answer, Answer]]] = {}
    for one, other in both:
        by_score.setdefault((one.score, other.score), []).append((one, other))
    right, wrong = by_score.get((1, 1), []), by_score.get((0, 0), [])
    only_first, only_second = by_score.get((1, 0), []), by_score.get((0, 1), [])
    n = sum(map(len, (right, wrong, only_first, only_second)))
    return Comparison(
        first, second, protocol, labels, _accuracy(here), _accuracy(there), n,
        both_right=len(right), both_wrong=len(wrong), only_first=only_first, only_second=only_second,
        other_right=_others(right), other_wrong=_others(wrong),
        both=len(both), same_text=sum(one.text == other.text for one, other in both),
        first_devices=_devices(here), second_devices=_devices(there),
        difference=difference(n, len(only_first), len(only_second)),
        first_scored=sum(one.score is not None and other.score is None for one, other in both),
        second_scored=sum(one.score is None and other.score is not None for one, other in both),
        first_samples=len(here.keys() - there.keys()),
        second_samples=len(there.keys() - here.keys()),
        regraded=sum(one.gold != other.gold for one, other in both),
        provenance=differing(first.provenance, second.provenance),
    )  # fmt: skip


def _accuracy(answers: Mapping[str, Answer]) -> Proportion | None:
    scores = [one.score for one in answers.values() if one.score is not None]
    return accuracy(sum(scores), len(scores))


def _devices(answers: Mapping[str, Answer]) -> dict[str, int]:
    return dict(Counter(one.device for one in answers.values() if one.device).most_common())


def _others(pairs: Pairs) -> int:
    return sum(one.compared != other.compared for one, other in pairs)
