"""What a judge will cost, before it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from dmlr.judge.asked import Asked
from dmlr.judge.endpoint import endpoint
from dmlr.judge.entry import Judge
from dmlr.judge.ledger import Ledger, Usage
from dmlr.judge.panel import calls
from dmlr.judge.prompt import Prompt

CHARACTERS = (
    4  # of a prompt's text that one token is taken for; English text of GPT models, roughly
)
OUTPUT_TOKENS = 150  # taken for one reply of a judge that the ledger does not know yet
MILLION = 1_000_000


@dataclass(frozen=True)
class Estimate:
    """Calls still to be made and those that the ledger saves, each counted once; tokens of the former.

    Input tokens are a guess: the rendered prompts' characters divided by ``CHARACTERS``; Chinese takes
    more. ``dollars`` (US) is None where a price is unknown.
    """

    calls: int
    from_ledger: int
    input_tokens: int
    output_tokens: int
    dollars: float | None


def estimate(judge: Judge, asked: Sequence[Asked], ledger: Ledger) -> Estimate:
    """What judging would take, without asking anybody.

    A reply is taken to be as long as the mean of those that the ledger has of the same model, server and
    prompt, else ``OUTPUT_TOKENS`` long.
    """
    every = {call.key: call for call in calls(judge, asked)}
    known = ledger.known(every, judge.served_model)
    new = [call.asked for key, call in every.items() if key not in known]
    prompt = Prompt.load(judge.prompt)
    length = sum(len(prompt.rendered(one)) for one in new)
    read = ceil(length / CHARACTERS)
    written = ceil(len(new) * _reply_tokens(judge, prompt.digest, ledger))
    return Estimate(len(new), len(known), read, written, _dollars(judge, read, written))


def _reply_tokens(judge: Judge, prompt_digest: str, ledger: Ledger) -> float:
    server = endpoint(judge)
    asked = (server.model, server.base_url, prompt_digest)
    found = [usage for usage in ledger.usage() if _of(usage) == asked]
    if not found:
        return float(min(OUTPUT_TOKENS, judge.max_tokens))
    return sum(usage.output_tokens for usage in found) / sum(usage.calls for usage in found)


def _of(usage: Usage) -> tuple[str, str, str]:
    return usage.judge_model, usage.base_url, usage.prompt_digest


def _dollars(judge: Judge, read: int, written: int) -> float | None:
    if judge.input_price is None or judge.output_price is None:
        return None
    return (read * judge.input_price + written * judge.output_price) / MILLION
