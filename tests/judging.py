"""Judges for tests, asked through a server of this machine."""

from dmlr.judge.asked import Asked
from dmlr.judge.asking import ask
from dmlr.judge.entry import Judge

KEY = "sk-test-0123456789abcdef"  # as long as a real one, and none


def judge_of(server, **fields):
    """The entry of a judge at a server, quick to give up."""
    entry = {"model": "judge", "prompt": "config/judges/compare.jinja", "timeout_seconds": 5.0}
    return Judge(base_url=server.url, **{**entry, "retries": 2, **fields})


def asked(count=1):
    """Questions of which the even ones have a right candidate, by the test server's rule."""
    return [
        Asked(f"How many? ({i})", (), f"gold{i}", f"It is {'gold' if i % 2 == 0 else 'lead'}{i}.")
        for i in range(count)
    ]


def answers(server, questions, **fields):
    """Replies by place, and why there is none by place."""
    replies = {}
    failures = ask("tester", judge_of(server, **fields), questions, replies.__setitem__)
    return replies, {place: failure.reason for place, failure in failures.items()}
