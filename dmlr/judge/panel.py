"""The panel: judgements from the ledger, and from the judge model where the ledger has none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dmlr.files import canonical
from dmlr.judge.asked import Asked, Failure
from dmlr.judge.endpoint import endpoint, named
from dmlr.judge.entry import Judge
from dmlr.judge.ledger import Ledger
from dmlr.judge.ledger_call import Call, Entry, storable
from dmlr.judge.ledger_turn import turn
from dmlr.judge.prompt import Prompt
from dmlr.progress import say
from dmlr.records import Verdict4

DECODING = ("temperature", "max_tokens", "seed", "structured")


@dataclass(frozen=True)
class Judgement:
    """What a judge says about one candidate, or why it says nothing (``failed``).

    ``key`` is that of the reply in the ledger, None without one; so are the texts. ``from_ledger`` is
    True where this process did not ask. Tokens are those of the call, whenever it was made.
    """

    verdict: Verdict4
    reason: str | None
    key: str | None = None
    reply: str | None = None
    served_model: str | None = None
    from_ledger: bool = False
    input_tokens: int = 0
    output_tokens: int = 0


def judged(
    name: str,
    judge: Judge,
    asked: Sequence[Asked],
    ledger_path: Path,
    *,
    shared: Path | None = None,
    again_before: str | None = None,
) -> list[Judgement]:
    """The judgements of everything asked, in its order; equal ones are asked once.

    Args:
        name: the judge's name in the catalog, for messages.
        judge: who is asked, and how.
        asked: what is asked.
        ledger_path: the ledger, from which known replies come and into which new ones go.
        shared: a ledger of several working directories, with which this one exchanges the judgements of
            everything asked; None: none.
        again_before: a reply that could not be read and was written before this time (as
            ``Entry.time``) is asked for anew, and stays where that fails; None: none is.

    Raises:
        ConfigError: the judge's server or prompt cannot be used; where somebody must be asked, its key.
        RecordError: the ledger cannot be used.
    """
    if not asked:
        return []
    with named(name):
        ordered = calls(judge, asked)
    every = {call.key: call for call in ordered}
    with Ledger.opened(ledger_path) as ledger:
        if shared:
            ledger.exchange(shared, every)
        known = ledger.known(every, judge.served_model)
        wanted = {key: call for key, call in every.items() if _wanted(known.get(key), again_before)}
        outcome = _asked(name, judge, wanted, known, ledger, shared) if wanted else {}
        known |= ledger.known(wanted, judge.served_model)
    say(f"judge {name}: {_counts(len(every), outcome)}")
    return [_judgement(known.get(call.key), outcome, call.key) for call in ordered]


def looked_up(judge: Judge, asked: Sequence[Asked], ledger_path: Path) -> list[Judgement | None]:
    """The judgements that the ledger has of everything asked, None where it has none; nobody is asked.

    Raises:
        ConfigError: the judge's server or prompt cannot be used.
        RecordError: the ledger cannot be used.
    """
    ordered = calls(judge, asked)
    with Ledger.to_read(ledger_path) as ledger:
        known = ledger.known({call.key for call in ordered}, judge.served_model)
    return [
        _judgement(known[call.key], {}, call.key) if call.key in known else None for call in ordered
    ]


def calls(judge: Judge, asked: Sequence[Asked]) -> list[Call]:
    """The calls by which a judge is asked, in the order of ``asked``."""
    server = endpoint(judge)
    prompt = Prompt.load(judge.prompt).digest
    decoding = canonical({name: getattr(judge, name) for name in DECODING})
    return [Call(_storable(one), server.model, server.base_url, prompt, decoding) for one in asked]


def _storable(asked: Asked) -> Asked:
    """What is asked as the ledger can keep it, so that its key is that of its row."""
    return Asked(
        question=storable(asked.question),
        options=tuple(map(storable, asked.options)),
        gold=storable(asked.gold),
        candidate=storable(asked.candidate),
    )


def _wanted(entry: Entry | None, again_before: str | None) -> bool:
    if entry is None or again_before is None:
        return entry is None
    earlier = datetime.fromisoformat(entry.time) < datetime.fromisoformat(again_before)
    return earlier and entry.reply.verdict == "unparsed"


def _asked(
    name: str,
    judge: Judge,
    wanted: Mapping[str, Call],
    known: Mapping[str, Entry],
    ledger: Ledger,
    shared: Path | None,
) -> dict[str, Failure | None]:
    """Ask, in this process's turn, what no other process asked meanwhile.

    Returns:
        Why the call of a key gave no reply, None where it did; nothing where it was not wanted any more.
    """
    from dmlr.judge.asking import (
        ask,
    )  # it imports openai, which whoever only looks up does not need

    with turn(shared or ledger.path, next(iter(wanted.values()))):
        if shared:
            ledger.exchange(shared, wanted)
        now = ledger.known(wanted, judge.served_model)
        left = [call for key, call in wanted.items() if now.get(key) == known.get(key)]
        if not left:
            return {}
        put = [call.asked for call in left]
        try:
            failures = ask(name, judge, put, lambda place, reply: ledger.add(left[place], reply))
        finally:
            if shared:
                ledger.exchange(shared, wanted)
    return {call.key: failures.get(place) for place, call in enumerate(left)}


def _judgement(entry: Entry | None, outcome: Mapping[str, Failure | None], key: str) -> Judgement:
    failure = outcome.get(key)
    if entry is None:
        return Judgement("failed", failure.reason if failure else None)
    reply = entry.reply
    return Judgement(
        verdict=reply.verdict,
        reason=f"{reply.reason}; {_again(failure)}" if failure else reply.reason,
        key=key,
        reply=reply.text,
        served_model=reply.served_model,
        from_ledger=failure is not None or key not in outcome,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
    )


def _again(failure: Failure) -> str:
    done = "asked again" if failure.asked else "not asked again"
    return f"{done}: {failure.reason}"


def _counts(total: int, outcome: Mapping[str, Failure | None]) -> str:
    failures = [failure for failure in outcome.values() if failure]
    failed = sum(failure.asked for failure in failures)
    unasked = len(failures) - failed
    return (
        f"{total - len(outcome)} from the ledger, {len(outcome) - unasked} asked of which {failed} "
        f"failed, {unasked} not asked"
    )
