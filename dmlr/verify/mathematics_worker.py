"""The process in which math-verify reads and compares what models write.

Started by ``dmlr.verify.mathematics``; one JSON question per line comes in, one JSON answer per line
goes out, null where the library cannot tell. It ends when its input does. The kernel ends it when one
question takes too long: a signal handler of Python's would wait for as long as the arithmetic does.
"""

import contextlib
import json
import logging
import math
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from math_verify import LatexExtractionConfig, parse, verify

LIMIT_SECONDS = 2  # of computing for one question; waiting for a busy machine does not count
MEMORY_BYTES = 2 * 2**30  # of address space
# The library would cut any letters off as a unit: 3ab would be 3, and 2 pi h would be 2 pi.
LATEX = LatexExtractionConfig(
    normalization_config=replace(LatexExtractionConfig().normalization_config, units=False)
)


def main() -> None:
    """Answer questions until there are no more."""
    # Suppressed: a lower limit holds already, or the system knows none.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    answers = os.fdopen(os.dup(1), "w")
    print("ready", file=answers, flush=True)
    _silence()
    for line in sys.stdin:
        signal.setitimer(signal.ITIMER_PROF, LIMIT_SECONDS)
        answer = _answer(*json.loads(line))
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(json.dumps(answer), file=answers, flush=True)


def _silence() -> None:
    """Nothing that a library prints is an answer, and nobody reads its warnings."""
    logging.disable(logging.CRITICAL)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _answer(question: str, *texts: str) -> bool | float | None:
    try:
        return QUESTIONS[question](*map(_expression, texts))
    except Exception:  # noqa: BLE001  (the text is hostile, and the library raises what it likes)
        return None


def _expression(text: str) -> Any:
    """What a text without dollars means.

    Raises:
        ValueError: the library cannot read it.
    """
    found = parse(f"${text}$", [LATEX], fallback_mode="no_fallback", parsing_timeout=None)
    if len(found) != 1:
        raise ValueError("must be one expression")
    return found[0]


def _equal(gold: Any, answer: Any) -> bool:
    return bool(verify([gold], [answer], timeout_seconds=None, raise_on_error=True))


def _value(expression: Any) -> float | None:
    found = float(expression.doit().evalf()) if expression.is_number else math.nan
    return found if math.isfinite(found) else None


QUESTIONS: dict[str, Callable[..., bool | float | None]] = {"equal": _equal, "value": _value}

if __name__ == "__main__":
    main()
