"""A hub for data sets on this machine: the part of its protocol that a download speaks, over HTTP."""

import hashlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

LARGE = (".parquet", ".png", ".jpg", ".zip")  # kept as the hub keeps large files, by SHA-256


class Request(NamedTuple):
    method: str
    path: str
    headers: object  # read without regard to upper and lower case


class HubServer:
    """Serves one data set at one commit; ``main`` names the commit too.

    With a ``token`` the data set is gated: everybody may list it, the token may read it. Large files
    are redirected to a storage host, here the same server by another name.
    """

    def __init__(self, files, repo, revision, token=None):
        self.files, self.repo, self.revision, self.token = files, repo, revision, token
        self.requests = []
        self.corrupted = set()  # names of files that are served with a bit flipped
        self.status = None  # answered to everything, where the hub itself is in trouble
        self.break_after = None  # bytes after which the next transfer ends early, once

    def __enter__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.hub = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.storage = f"http://localhost:{self.server.server_port}/storage/"
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def asked(self, method):
        """The requests of a method."""
        return [request for request in self.requests if request.method == method]

    def content(self, name):
        content = self.files[name]
        return bytes([content[0] ^ 1]) + content[1:] if name in self.corrupted else content

    def entry(self, name):
        """A file of the listing."""
        content = self.files[name]
        if not name.endswith(LARGE):
            return {"type": "file", "path": name, "size": len(content), "oid": git_oid(content)}
        sha256 = hashlib.sha256(content).hexdigest()
        size = len(content)
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n"
        lfs = {"oid": sha256, "size": size, "pointerSize": len(pointer)}
        oid = git_oid(pointer.encode())
        return {"type": "file", "path": name, "size": size, "oid": oid, "lfs": lfs}


def git_oid(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.hub = self.server.hub
        self.hub.requests.append(Request(self.command, self.path, self.headers))
        path = unquote(urlsplit(self.path).path)
        api, resolve = f"/api/datasets/{self.hub.repo}/", f"/datasets/{self.hub.repo}/resolve/"
        if self.hub.status is not None:
            self.refuse(self.hub.status, "Trouble", "Something is wrong")
        elif path.startswith("/storage/"):
            self.transfer(path.removeprefix("/storage/"))
        elif path.startswith(api):
            self.describe(*path.removeprefix(api).split("/"))
        elif path.startswith(resolve):
            self.resolve(*path.removeprefix(resolve).split("/", 1))
        else:
            # As the hub does: to a stranger a private data set and none look the same.
            status = 404 if "Authorization" in self.headers else 401
            self.refuse(status, "RepoNotFound", "Repository not found")

    def do_HEAD(self):
        self.do_GET()

    def log_message(self, *_):
        pass

    def describe(self, what, revision="main"):
        if what == "auth-check":
            self.check_access()
        elif revision not in (self.hub.revision, "main"):
            self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        elif what == "tree":
            self.send(
                200, body=json.dumps([self.hub.entry(name) for name in self.hub.files]).encode()
            )
        else:
            told = {"id": self.hub.repo, "sha": self.hub.revision}
            told["gated"] = self.hub.token is not None and "manual"
            told["siblings"] = [
                {"rfilename": name, "size": len(content)}
                for name, content in self.hub.files.items()
            ]
            self.send(200, body=json.dumps(told).encode())

    def allowed(self):
        token = self.headers.get("Authorization")
        return self.hub.token is None or token == f"Bearer {self.hub.token}"

    def check_access(self):
        if self.allowed():
            self.send(200, body=b"{}")
        else:
            self.refuse_access()

    def refuse_access(self):
        why = f"Access to dataset {self.hub.repo} is restricted."
        self.refuse(403 if self.headers.get("Authorization") else 401, "GatedRepo", why)

    def resolve(self, revision, name):
        if not self.allowed():
            self.refuse_access()
        elif revision not in (self.hub.revision, "main"):
            self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        elif name not in self.hub.files:
            self.refuse(404, "EntryNotFound", "Entry not found")
        elif name.endswith(LARGE):
            self.redirect(name)
        else:
            etag = f'"{self.hub.entry(name)["oid"]}"'
            self.transfer(name, {"X-Repo-Commit": self.hub.revision, "ETag": etag})

    def redirect(self, name):
        lfs = self.hub.entry(name)["lfs"]
        headers = {
            "X-Repo-Commit": self.hub.revision,
            "X-Linked-Etag": f'"{lfs["oid"]}"',
            "X-Linked-Size": str(lfs["size"]),
            "Location": self.hub.storage + name,
        }
        self.send(302, headers)

    def transfer(self, name, headers=None):
        content, headers = self.hub.content(name), dict(headers or {})
        span = self.headers.get("Range")
        if span is None:
            return self.send(200, headers, content)
        start = int(span.removeprefix("bytes=").split("-")[0])
        headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        return self.send(206, headers, content[start:])

    def refuse(self, status, code, message):
        body = json.dumps({"error": message}).encode()
        self.send(status, {"X-Error-Code": code, "X-Error-Message": message}, body)

    def send(self, status, headers=None, body=b""):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        stop = self.hub.break_after
        if stop is not None and stop < len(body):
            body, self.hub.break_after, self.close_connection = body[:stop], None, True
        self.wfile.write(body)
