"""How well asking keeps a judge's server busy, and what the ledger costs: ``python -m tests.bench_judging``.

The server is a process of its own on this machine and takes as long as it is told. Ideal is a client that
takes no time: ``CONCURRENCY`` calls in flight all the while.
"""

import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

from dmlr.judge.asked import Asked
from dmlr.judge.entry import Judge
from dmlr.judge.panel import judged
from tests.judge_server import JudgeServer

CALLS, CONCURRENCY, KNOWN = 1000, 32, 10_000
LATENCIES = (0.05, 0.2, 0.5)  # seconds of a reply; a hosted small model takes 0.5 and more


def serve(latency, pipe):
    with JudgeServer(latency=latency) as server:
        pipe.send(server.url)
        pipe.recv()
        pipe.send(server.most_in_flight)


def questions(count):
    return [
        Asked(f"What is the angle at vertex {i}?", ("30", "45"), "45", f"So it is {i}. " * 40)
        for i in range(count)
    ]


def live(latency, ledger, calls=CALLS):
    here, there = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=serve, args=(latency, there))
    process.start()
    judge = Judge(
        model="judge", base_url=here.recv(), prompt="config/judges/compare.jinja",
        concurrency=CONCURRENCY, structured="off",
    )  # fmt: skip
    judged("warm", judge, questions(2), ledger)
    started = time.perf_counter()
    found = judged("bench", judge, questions(calls + 2)[2:], ledger)
    seconds = time.perf_counter() - started
    here.send("done")
    most = here.recv()
    process.join()
    assert not [one for one in found if one.verdict in ("failed", "unparsed")]
    return seconds, most, judge


def main():
    with tempfile.TemporaryDirectory() as folder:
        for latency in LATENCIES:
            ledger = Path(folder) / f"{latency}.sqlite"
            seconds, most, _ = live(latency, ledger)
            ideal = CALLS * latency / CONCURRENCY
            print(
                f"{CALLS} live calls, {latency:.2f} s each, {CONCURRENCY} at once (most in flight {most}): "
                f"{seconds:.2f} s, {CALLS / seconds:.0f}/s; ideal {ideal:.2f} s, busy {ideal / seconds:.0%}"
            )
        ledger = Path(folder) / "known.sqlite"
        _, _, judge = live(0.0, ledger, KNOWN)
        started = time.perf_counter()
        found = judged("bench", judge, questions(KNOWN), ledger)
        seconds = time.perf_counter() - started
        assert all(one.from_ledger for one in found)
        print(f"{KNOWN} judgements from the ledger: {seconds:.2f} s")


if __name__ == "__main__":
    sys.exit(main())
