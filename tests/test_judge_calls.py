import logging
import time

import pytest

from tests.judge_server import JudgeServer, Refuse, Say
from tests.judging import KEY, answers, asked


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def one(server, **fields):
    """The only reply of a single question, or why there is none."""
    replies, failures = answers(server, asked(1), **fields)
    assert len(replies) + len(failures) == 1
    return replies.get(0), failures.get(0)


def test_a_reply_is_kept_as_it_came_with_what_it_took():
    with JudgeServer(latency=0.1) as server:
        reply, _ = one(server)
    assert (reply.verdict, reply.reason) == ("correct", None)
    assert reply.text == '{"reasoning": "compared", "verdict": "correct"}'
    assert reply.served_model == "judge-2024-07-18"
    assert (reply.input_tokens, reply.output_tokens) == (100, 10)
    assert 0.1 <= reply.seconds < 5


def test_the_request_says_what_the_entry_says():
    with JudgeServer() as server:
        one(server, temperature=0.5, max_tokens=99, seed=7)
        one(server, seed=None, structured="off")
    first, second = server.bodies
    assert (first["model"], first["temperature"], first["max_tokens"]) == ("judge", 0.5, 99)
    assert first["seed"] == 7
    assert first["response_format"]["json_schema"]["schema"]["properties"]["verdict"]["enum"] == [
        "correct",
        "wrong",
    ]
    assert "It is gold0." in first["messages"][0]["content"]
    assert "seed" not in second
    assert "response_format" not in second
    assert server.keys == [f"Bearer {KEY}"] * 2


@pytest.mark.parametrize("trouble", ["429", "500", "drop"])
def test_a_passing_trouble_is_tried_again(trouble):
    with JudgeServer(trouble, trouble) as server:
        reply, _ = one(server)
    assert (reply.verdict, server.requests) == ("correct", 3)


def test_a_server_that_names_a_time_is_left_alone_until_then():
    with JudgeServer("429", retry_after=0.8) as server:
        reply, _ = one(server)
    assert server.times[1] - server.times[0] >= 0.8
    assert reply.seconds >= 0.8


@pytest.mark.parametrize(
    ("behaviour", "requests", "told"),
    [
        ("429", 2, "HTTP 429: Rate limit reached"),
        ("500", 2, "HTTP 500: The server had an error"),
        ("drop", 2, "the server cannot be reached (RemoteProtocolError), tries: 2"),
        ("hang", 2, "no whole reply in time, tries: 2"),
        ("drip", 2, "no whole reply in time, tries: 2"),
        ("401", 1, "HTTP 401: Incorrect API key provided: [key]."),
        ("402", 1, "HTTP 402: Insufficient balance"),
        ("403", 1, "HTTP 403: Country not supported"),
        ("404", 1, "HTTP 404: The model does not exist"),
        ("quota", 2, "HTTP 429: You exceeded your current quota"),
        ("empty_content", 1, "an empty reply (finish_reason stop)"),
        ("empty_choices", 1, "an empty reply (finish_reason unknown)"),
        (
            "malformed",
            1,
            "must be a chat completion, got "
            '\'{"model": "judge", "choices": [{"message": {"content": "VERDICT: corr\'',
        ),
        ("page", 1, "must be a chat completion, got '<html>VERDICT: correct</html>'"),
        ("surrogate", 1, "must be a chat completion, got "),
        ("nulls", 1, "must be a chat completion, got "),
    ],
)
def test_a_lasting_trouble_is_a_failure_and_never_a_verdict(behaviour, requests, told):
    with JudgeServer(default=behaviour, retry_after=0.01) as server:
        seconds = 0.4 if behaviour in ("hang", "drip") else 5.0
        reply, failure = one(server, retries=1, timeout_seconds=seconds)
    assert reply is None
    assert failure.startswith(told)
    assert (server.requests, "\n" in failure) == (requests, False)


def test_a_slow_drip_is_bounded_by_the_time_of_its_tries():
    started = time.monotonic()
    with JudgeServer(default="drip") as server:
        one(server, retries=1, timeout_seconds=0.5)
    assert time.monotonic() - started < 4  # two tries of 0.5 s and a wait of at most 0.5 s


def test_nobody_there_is_a_failure():
    with JudgeServer() as server:
        pass
    _, failure = one(server, retries=0)
    assert failure == "the server cannot be reached (ConnectError), tries: 1"


@pytest.mark.parametrize(
    ("behaviour", "verdict", "reason"),
    [
        (Say("**VERDICT: wrong.**"), "wrong", None),
        (Say("It holds.\nVERDICT: correct"), "correct", None),
        ("prose", "unparsed", "must end in a verdict line, got 'The answer looks correct to me.'"),
        ("chinese", "unparsed", "must end in a verdict line, got '答案是正确的。'"),
        ("refusal", "unparsed", "must end in a verdict line, got 'I cannot help with that.'"),
        ("cut", "unparsed", "cut off after max_tokens 512"),
    ],
)
def test_a_reply_says_what_its_verdict_line_says_or_nothing(behaviour, verdict, reason):
    with JudgeServer(behaviour) as server:
        reply, _ = one(server)
    assert (reply.verdict, reply.reason) == (verdict, reason)


def test_a_server_without_json_schemas_is_asked_without_from_then_on():
    with JudgeServer(knows_formats=False) as server:
        replies, failures = answers(server, asked(4), concurrency=1)
    assert [replies[i].verdict for i in range(4)] == ["correct", "wrong"] * 2
    assert failures == {}
    assert ["response_format" in body for body in server.bodies] == [True] + [False] * 4


def test_a_request_that_is_refused_for_another_reason_is_not_sent_without_the_schema():
    with JudgeServer("400", "ok") as server:
        replies, failures = answers(server, asked(2), concurrency=1)
    assert failures == {0: "HTTP 400: This model's maximum context length is 10 tokens"}
    assert replies[1].verdict == "wrong"
    assert ["response_format" in body for body in server.bodies] == [True, True]


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ({"message": "Invalid parameter: 'response_format' of type 'json_schema'"}, 2),
        ({"message": "Unknown field", "param": "response_format"}, 2),
        ({"message": "Unsupported", "code": "structured_outputs_unsupported"}, 2),
        ({"message": "Unknown request argument: responseFormat"}, 2),
        ({"message": "Too long; for more information see the transformation guide"}, 1),
        ({"message": "Your prompt was filtered", "code": "content_filter"}, 1),
    ],
)
@pytest.mark.parametrize("status", [400, 422])
def test_only_a_refusal_that_names_the_schema_is_repeated_without(words, sent, status):
    with JudgeServer(Refuse(status, **words)) as server:
        reply, failure = one(server)
    assert ["response_format" in body for body in server.bodies] == [True, False][:sent]
    assert (reply is None, failure) == (
        (False, None) if sent == 2 else (True, f"HTTP {status}: {words['message']}")
    )


def test_a_refusal_in_words_of_a_server_of_its_own_is_read_too():
    detail = [{"loc": ["body", "response_format"], "msg": "extra fields not permitted"}]
    with JudgeServer(Refuse(422, detail=detail)) as server:
        reply, _ = one(server)
        assert (reply.verdict, server.requests) == ("correct", 2)
    with JudgeServer(Refuse(422, detail="Too many messages")) as server:
        assert one(server) == (None, "HTTP 422: {'detail': 'Too many messages'}")


def test_another_model_than_the_entry_names_is_a_failure():
    with JudgeServer("other_model", "ok") as server:
        replies, failures = answers(
            server, asked(2), served_model="judge-2024-07-18", concurrency=1
        )
    assert failures == {0: "the server must serve judge-2024-07-18, got 'another-model'"}
    assert replies.keys() == {1}


def test_a_server_that_counts_no_tokens_has_none():
    with JudgeServer(counts=False) as server:
        reply, _ = one(server)
    assert (reply.verdict, reply.input_tokens, reply.output_tokens) == ("correct", 0, 0)


def test_the_key_is_in_no_reply_no_failure_and_no_log(caplog, capfd):
    for logger in (None, "openai", "httpx2", "httpcore2"):
        caplog.set_level(logging.DEBUG, logger)
    with JudgeServer("401", Say(f"Your key is {KEY}.\nVERDICT: correct"), "drop") as server:
        replies, failures = answers(server, asked(3), concurrency=1, retries=0)
    assert set(server.keys) == {f"Bearer {KEY}"}  # it was used, and the server repeats it
    assert replies[1].text == "Your key is [key].\nVERDICT: correct"
    assert failures.keys() == {0, 2}
    shown = f"{replies} {failures} {caplog.text} {capfd.readouterr()}"
    assert "Incorrect API key provided: [key]." in shown
    assert KEY not in shown
