"""Files of a benchmark from a hub: a real server on this machine, asked by real processes."""

import json
import os
import shlex
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from dmlr.datasets.hub import Repository, fetch_command, files, locate
from dmlr.errors import DataError
from tests.hub_server import HubServer

REPO, REVISION, TOKEN = "someone/benchmark", "5" * 40, "hf_SecretOfThisTest"
FILES = {
    "data/test-00000.parquet": bytes(range(256)) * 1200,
    "data/test-00001.parquet": b"rows" * 500,
    "annotations/test.json": b'{"1": "A"}\n',
    "README.md": b"not needed\n",
}
WANTED = ("data/*.parquet", "annotations/*.json")
# A process of its own: the hub's client reads its environment when it is imported. Its retries do
# not wait here.
PROGRAM = """
import json, sys, time
from dmlr.datasets.hub import Repository, locate
from dmlr.errors import DataError

time.sleep = lambda seconds: None
try:
    print(json.dumps({"folder": str(locate(Repository(**json.loads(sys.argv[1]))))}))
except DataError as error:
    print(json.dumps({"error": str(error)}))
"""


def repository(**changes):
    fields = {
        "hub": REPO,
        "revision": REVISION,
        "folder": None,
        "offline": False,
        "patterns": WANTED,
    }
    return Repository(**(fields | changes))


@pytest.fixture
def server():
    with HubServer(dict(FILES), REPO, REVISION) as server:
        yield server


@pytest.fixture
def run(server, tmp_path):
    """Run a command as a user of the server whose home holds nothing yet; its two streams."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("HF_", "HUGGING", "TRANSFORM"))
    }
    settings = {
        "HF_ENDPOINT": server.url, "HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1", "HF_HUB_DISABLE_TELEMETRY": "1",
        "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost",
    }  # fmt: skip

    def run(*command, **environment):
        done = subprocess.run(
            command, capture_output=True, text=True, env=kept | settings | environment
        )
        assert done.returncode == 0, done.stderr
        return done.stdout, done.stderr

    return run


@pytest.fixture
def ask(run):
    """``locate`` in a process of its own: a folder, or the line that it refuses with."""

    def ask(asked=None, **environment):
        words = json.dumps(asdict(asked or repository()))
        stdout, stderr = run(sys.executable, "-c", PROGRAM, words, **environment)
        assert TOKEN not in stdout + stderr
        ask.stderr = stderr
        found = json.loads(stdout.splitlines()[-1])
        if "error" in found:
            assert len(found["error"].splitlines()) == 1
            return found["error"]
        return Path(found["folder"])

    return ask


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in files(folder, "*")}


WHOLE = {name: content for name, content in FILES.items() if name != "README.md"}


def test_a_download_gives_the_files_that_are_needed_at_the_pinned_revision(server, ask):
    folder = ask()
    assert contents(folder) == WHOLE
    assert folder.name == REVISION
    listed = [
        request.path for request in server.requests if not request.path.startswith("/storage")
    ]
    assert listed
    assert all(REVISION in path for path in listed)


def test_a_branch_is_read_at_the_commit_it_names(ask):
    assert ask(repository(revision="main")).name == REVISION


def test_later_runs_need_no_network(server, ask):
    folder = ask()
    server.requests.clear()
    assert ask() == ask(repository(offline=True)) == ask(HF_HUB_OFFLINE="1") == folder
    assert server.requests == []


def test_offline_without_the_files_says_how_to_get_them(server, ask):
    line = f"{REPO}: revision {REVISION} is not in the local hub cache"
    assert ask(repository(offline=True)).startswith(
        f"{line}; run once with a network and offline: "
    )
    assert ask(HF_HUB_OFFLINE="1").startswith(
        f"{line} and HF_HUB_OFFLINE is set; unset it, run once"
    )
    assert server.requests == []
    ask(repository(patterns=("annotations/*.json",)))
    assert "is only partly in the local hub cache; run once" in ask(repository(offline=True))


def test_a_broken_transfer_goes_on_where_it_broke(server, ask):
    large = bytes(range(256)) * 50_000  # more than the client holds before it writes, 10 MiB
    server.files["data/test-00000.parquet"] = large
    server.break_after = len(large) - 1000
    assert contents(ask()) == WHOLE | {"data/test-00000.parquet": large}
    spans = [span for request in server.asked("GET") if (span := request.headers.get("Range"))]
    assert spans == [f"bytes={10 * 2**20}-"]


def test_a_run_after_a_broken_one_fetches_only_what_is_missing(server, ask):
    ask(repository(patterns=("data/test-00000.parquet",)))
    server.requests.clear()
    assert contents(ask()) == WHOLE
    assert not any("test-00000" in request.path for request in server.requests)


@pytest.mark.parametrize("name", ["data/test-00000.parquet", "annotations/test.json"])
def test_corrupted_content_is_refused_until_it_is_fetched_again(server, ask, name):
    server.corrupted.add(name)
    line = ask()
    assert line.startswith(f"{REPO}: revision {REVISION}, file {name} must digest to ")
    assert line.endswith(" and run again with offline: false")
    blob = Path(line.split("; remove ")[1].removesuffix(" and run again with offline: false"))
    assert blob.name in line.split(", found ")[0]
    assert ask(repository(offline=True)) == line
    server.corrupted.clear()
    blob.unlink()
    assert contents(ask()) == WHOLE


def test_a_blob_may_be_a_link_to_a_store_with_names_of_its_own(ask, tmp_path):
    folder = ask()
    blob = (folder / "data/test-00000.parquet").readlink()
    blob = (folder / "data" / blob).absolute()
    stored = blob.rename(tmp_path / ("e" * 64))
    blob.symlink_to(stored)
    assert ask(repository(offline=True)) == folder
    assert ask.stderr == ""
    stored.write_bytes(b"other rows")
    assert f"; remove {stored} and run again" in ask(repository(offline=True))


def test_a_cache_without_links_has_no_digests_and_says_so(ask):
    assert contents(ask(HF_HUB_DISABLE_SYMLINKS="1")) == WHOLE
    assert f"{REPO}: revision {REVISION}: 3 files not verified" in ask.stderr


def test_a_gated_data_set_needs_the_token_and_nobody_else_sees_it(server, ask):
    server.token = TOKEN
    line = (
        f"{REPO}: revision {REVISION} is gated and access was refused; accept the conditions on the "
        "data set's page and set HF_TOKEN to a token of that account"
    )
    assert ask() == line
    assert ask(HF_TOKEN="hf_of_somebody_else") == line
    server.requests.clear()
    assert contents(ask(HF_TOKEN=TOKEN)) == WHOLE
    stored = [request for request in server.requests if request.path.startswith("/storage/")]
    assert len(stored) == 2
    assert not any(request.headers.get("Authorization") for request in stored)


@pytest.mark.parametrize("letter", ["\v", "é"])
def test_a_token_that_no_header_can_hold_is_not_shown(ask, letter):
    line = ask(HF_TOKEN=TOKEN + letter + TOKEN)
    assert line.startswith(f"{REPO}: revision {REVISION} ")
    assert TOKEN not in line


@pytest.mark.parametrize("revision", ["6" * 40, "v1"])
def test_an_unknown_revision(ask, revision):
    line = f"{REPO}: revision {revision} does not exist; set revision to a commit of the data set"
    assert ask(repository(revision=revision)) == line


def test_an_unknown_data_set(ask):
    assert ask(repository(hub="someone/else")) == (
        f"someone/else: revision {REVISION} was not found; correct the hub id, or, if it is private, "
        "set HF_TOKEN"
    )
    assert "could not be downloaded (" in ask(repository(hub="no/hub/id"))


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (403, "was refused (HTTP 403 Something is wrong); accept the conditions on the data set's"),
        (503, "was not served (HTTP 503 Something is wrong); run again with a network, or set"),
    ],
)
def test_a_hub_in_trouble(server, ask, status, line):
    server.status = status
    assert ask().startswith(f"{REPO}: revision {REVISION} {line}")


def test_a_server_out_of_reach(server, ask):
    with HubServer({}, REPO, REVISION) as gone:
        pass
    line = ask(HF_ENDPOINT=gone.url)
    assert line.startswith(
        f"{REPO}: revision {REVISION} is not all in the cache and the hub is out of reach ("
    )
    assert line.endswith("; run again with a network, or set folder to a directory with its files")
    assert server.requests == []


def test_a_revision_without_the_files(ask):
    line = ask(repository(patterns=("data/*.parquet", "images/")))
    assert line.startswith(
        f"{REPO}: revision {REVISION} must have the files images/, the hub's cache"
    )


def test_a_hub_id_needs_a_revision():
    with pytest.raises(DataError, match="a hub id needs revision: the commit to pin, got null"):
        locate(repository(revision=None))


def test_a_local_folder_needs_the_command_that_its_line_ends_with(server, run, tmp_path):
    folder = tmp_path / "my files"
    asked = repository(folder=str(folder))
    with pytest.raises(DataError) as error:
        locate(asked)
    command = (
        f"hf download {REPO} --repo-type dataset --revision {REVISION} --include 'data/*.parquet' "
        f"--include 'annotations/*.json' --local-dir '{folder}'"
    )
    assert fetch_command(asked) == command
    assert str(error.value) == (
        f"{folder}: must hold the files of {REPO}, is no directory and lacks data/*.parquet, "
        f"annotations/*.json; run {command}"
    )
    program, *words = shlex.split(command)
    run(str(Path(sys.executable).with_name(program)), *words)
    assert locate(asked) == folder
    assert contents(folder) == WHOLE


def test_a_local_folder_that_lacks_a_file(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "test.parquet").write_bytes(b"rows")
    with pytest.raises(DataError) as error:
        locate(repository(folder=str(tmp_path), revision=None))
    assert str(error.value).startswith(
        f"{tmp_path}: must hold the files of {REPO}, lacks annotations/*.json; run hf download {REPO} "
        "--repo-type dataset --include "
    )
    asked = repository(folder=str(tmp_path), revision=None, patterns=("data/*.parquet",))
    assert locate(asked) == tmp_path


def test_patterns_match_as_on_the_hub_and_nothing_outside_or_hidden(tmp_path):
    folder = tmp_path / "folder"
    for name in ("b/c/2.json", "b/1.json", "a.json", ".cache/tool/3.json", "../outside.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
    for pattern, names in {
        "*.json": ["a.json", "b/1.json", "b/c/2.json"],
        "b/": ["b/1.json", "b/c/2.json"],
        "b/?.json": ["b/1.json"],
        "../*": [],
        str(tmp_path / "*"): [],
    }.items():
        assert [path.relative_to(folder).as_posix() for path in files(folder, pattern)] == names
    assert files(tmp_path / "none", "*") == []
