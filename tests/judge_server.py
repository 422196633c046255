"""A judge model's server on this machine: ``POST /v1/chat/completions``, over real HTTP, by a script.

    with JudgeServer("429", "drop", Say("VERDICT: wrong"), latency=0.05) as server:
        judge = Judge(model="judge", base_url=server.url, prompt="config/judges/compare.jinja")
        ...
        assert server.requests == 3

Every request takes the next behaviour of the script; when none is left, ``default``. ``ok`` judges:
correct where the candidate holds the gold, in JSON where the request asks for a JSON schema. ``Say(text)``
replies with that text, ``Refuse(400, message="No.")`` does not; all others are the methods of ``_Handler`` whose names begin with ``do_`` and a
small letter. ``bodies`` and ``keys`` are what came (parsed JSON, Authorization header), in order,
``most_in_flight`` how many requests were open at once.
"""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread


class Say(str):
    """A reply with this text."""


class Refuse:
    """A refusal: an error of OpenAI's protocol, or with ``detail`` one of a server of its own."""

    def __init__(self, status, **words):
        self.status, self.words = status, words


class JudgeServer:
    def __init__(
        self, *script, default="ok", latency=0.0, retry_after=0.3, knows_formats=True, counts=True,
        port=0,
    ):  # fmt: skip
        self.script, self.default, self.latency = list(script), default, latency
        self.port = port  # 0: one that is free
        self.retry_after = retry_after  # seconds that a 429 asks to wait
        self.knows_formats = knows_formats  # False: 400 where a request has a response_format
        self.counts = counts  # False: replies without token counts
        self.model = "judge-2024-07-18"  # what it says that it serves
        self.wanted = None  # the Authorization header without which it lists no models; None: any
        self.bodies, self.keys, self.times = [], [], []
        self.in_flight = self.most_in_flight = 0
        self.lock, self.closing = Lock(), Event()

    @property
    def requests(self):
        return len(self.bodies)

    def __enter__(self):
        self.server = _Server(("127.0.0.1", self.port), _Handler)
        self.server.judge = self
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def behaviour(self, body, headers):
        """Note a request and say what to do with it."""
        with self.lock:
            self.bodies.append(body)
            self.keys.append(headers.get("Authorization"))
            self.times.append(time.monotonic())
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            return self.script.pop(0) if self.script else self.default

    def ended(self):
        with self.lock:
            self.in_flight -= 1


def verdict(prompt):
    """The word for a prompt; its last two fenced pieces are the gold and the candidate."""
    fence = next(line for line in reversed(prompt.splitlines()) if line.startswith("-----"))
    gold, candidate = prompt.split(f"{fence}\n")[-4::2]
    return "correct" if gold.strip() in candidate else "wrong"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def handle_error(self, *_):
        """A client that is gone, as one that was killed is, is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        """The list of models, for whoever has the key, where one is wanted."""
        judge = self.server.judge
        refused = judge.wanted not in (None, self.headers.get("Authorization"))
        listed = json.dumps({"data": [{"id": judge.model}]}).encode()
        self.send(401 if refused else 200, b"{}" if refused else listed)

    def do_POST(self):
        self.judge = self.server.judge
        self.body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        behaviour = self.judge.behaviour(self.body, self.headers)
        try:
            self.judge.closing.wait(self.judge.latency)
            if "response_format" in self.body and not self.judge.knows_formats:
                self.refuse(400, "this server knows no response_format", "unsupported_parameter")
            elif isinstance(behaviour, Say):
                self.complete(behaviour)
            elif isinstance(behaviour, Refuse):
                words = behaviour.words
                told = words if "detail" in words else {"error": {"code": None, **words}}
                self.send(behaviour.status, json.dumps(told).encode())
            else:
                getattr(self, f"do_{behaviour}")()
        finally:
            self.judge.ended()

    def log_message(self, *_):
        pass

    def do_ok(self):
        word = verdict(self.body["messages"][-1]["content"])
        if "response_format" in self.body:
            self.complete(json.dumps({"reasoning": "compared", "verdict": word}))
        else:
            self.complete(f"I compared both.\nVERDICT: {word}")

    def do_prose(self):
        self.complete("The answer looks correct to me.")

    def do_chinese(self):
        self.complete("答案是正确的。")

    def do_empty_content(self):
        self.complete("")

    def do_empty_choices(self):
        self.send(200, json.dumps({"model": self.judge.model, "choices": []}).encode())

    def do_malformed(self):
        self.send(200, b'{"model": "judge", "choices": [{"message": {"content": "VERDICT: corr')

    def do_page(self):
        self.send(200, b"<html>VERDICT: correct</html>", {"Content-Type": "text/html"})

    def do_surrogate(self):
        self.send(200, rb'{"choices": [{"message": {"content": "\ud800 VERDICT: correct"}}]}')

    def do_nulls(self):
        self.send(200, b'{"model": null, "choices": null, "usage": null}')

    def do_refusal(self):
        self.complete(None, refusal="I cannot help with that.")

    def do_cut(self):
        self.complete("VERDICT: correct\nBut let me think ag", finish="length")

    def do_other_model(self):
        self.complete("VERDICT: correct", model="another-model")

    def do_400(self):
        self.refuse(400, "This model's maximum context length is 10 tokens", "context_length")

    def do_401(self):
        key = self.headers["Authorization"].removeprefix("Bearer ")
        self.refuse(401, f"Incorrect API key provided: {key}.", "invalid_api_key")

    def do_402(self):
        self.refuse(402, "Insufficient balance", "invalid_request_error")

    def do_403(self):
        self.refuse(403, "Country not supported", "unsupported_country")

    def do_404(self):
        self.refuse(404, "The model does not exist", "model_not_found")

    def do_429(self):
        wait = {"Retry-After": str(self.judge.retry_after)}
        self.refuse(429, "Rate limit reached", "rate_limit_exceeded", wait)

    def do_quota(self):
        wait = {"Retry-After": "0.01"}
        self.refuse(429, "You exceeded your current quota", "insufficient_quota", wait)

    def do_500(self):
        self.refuse(500, "The server had an error", "server_error", {"Retry-After": "0.01"})

    def do_hang(self):
        self.judge.closing.wait(60)
        self.close_connection = True

    def do_drop(self):
        self.close_connection = True

    def do_drip(self):
        """A byte every 50 ms for a minute: never silent, never done."""
        self.head(200, 1200, {})
        while not self.judge.closing.wait(0.05):
            self.wfile.write(b" ")

    def complete(self, content, finish="stop", model=None, refusal=None):
        message = {"role": "assistant", "content": content, "refusal": refusal}
        choice = {"index": 0, "message": message, "finish_reason": finish}
        reply = {"id": "1", "object": "chat.completion", "created": 1, "choices": [choice]}
        reply["model"] = model or self.judge.model
        if self.judge.counts:
            reply["usage"] = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
        self.send(200, json.dumps(reply).encode())

    def refuse(self, status, message, code, headers=None):
        error = {"error": {"message": message, "code": code, "type": "error", "param": None}}
        self.send(status, json.dumps(error).encode(), headers)

    def send(self, status, body, headers=None):
        self.head(status, len(body), headers or {})
        self.wfile.write(body)

    def head(self, status, length, headers):
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
