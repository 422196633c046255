"""The ledger: what is added stays, whatever happens to the process or the file."""

import csv
import json
import re
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dmlr.errors import RecordError
from dmlr.judge.asked import Asked, Reply
from dmlr.judge.export import export
from dmlr.judge.ledger import Ledger, Usage
from dmlr.judge.ledger_call import Call

ROOT = Path(__file__).parents[1]
ASKED = Asked("How many?", ("two", "three"), "B. three", "I think three.")
CALL = Call(ASKED, "gpt-4o-mini", "https://api.example/v1", "p" * 64, '{"temperature":0.0}')
REPLY = Reply("Yes.\nVERDICT: correct", "correct", None, "gpt-4o-mini-2024-07-18", 211, 17, 1.25)
OFF_MENU = Reply("Perhaps.", "unparsed", "no verdict line", "gpt-4o-mini-2024-07-18", 200, 5, 1.0)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "results" / "ledger.sqlite"


def call(number):
    return replace(CALL, asked=replace(ASKED, candidate=f"I think {number}."))


def filled(path, count):
    with Ledger.opened(path) as ledger:
        for number in range(count):
            ledger.add(call(number), REPLY)


def replies(path, *calls, served_model=None):
    with Ledger.opened(path) as ledger:
        found = ledger.known([one.key for one in calls], served_model)
    return [found[one.key].reply if one.key in found else None for one in calls]


def test_a_reply_comes_back_as_it_was_given(path):
    with Ledger.opened(path) as ledger:
        assert ledger.known([CALL.key]) == {}
        ledger.add(CALL, REPLY)
    with Ledger.opened(path) as ledger:
        found = ledger.known([CALL.key, call(1).key])
    assert list(found) == [CALL.key]
    assert found[CALL.key].reply == REPLY
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", found[CALL.key].time)


@pytest.mark.parametrize(
    "other",
    [
        replace(CALL, asked=replace(ASKED, question="How much?")),
        replace(CALL, asked=replace(ASKED, options=("two", "four"))),
        replace(CALL, asked=replace(ASKED, options=("two, three",))),
        replace(CALL, asked=replace(ASKED, gold="A. two")),
        replace(CALL, asked=replace(ASKED, candidate="I think two.")),
        replace(CALL, model="gpt-4o"),
        replace(CALL, base_url="http://localhost:8000/v1"),
        replace(CALL, prompt_digest="q" * 64),
        replace(CALL, decoding='{"temperature":1.0}'),
    ],
)
def test_whatever_the_reply_depends_on_makes_another_call(path, other):
    with Ledger.opened(path) as ledger:
        ledger.add(CALL, REPLY)
    assert replies(path, CALL, other) == [REPLY, None]


def test_the_newest_row_counts_and_the_older_stays(path):
    with Ledger.opened(path) as ledger:
        ledger.add(CALL, OFF_MENU)
        ledger.add(CALL, REPLY)
        assert [row[ledger.columns().index("verdict")] for row in ledger.rows()] == [
            "unparsed",
            "correct",
        ]
    assert replies(path, CALL) == [REPLY]


def test_what_was_added_last_counts_wherever_the_clock_stood(path):
    with Ledger.opened(path) as ledger:
        ledger.add(CALL, REPLY)
        columns = ledger.columns()
    later = dict.fromkeys(columns) | {
        "reply": "'Later.'",
        "time": "'1970-01-01T00:00:00.000000+00:00'",
    }
    values = ", ".join(value or name for name, value in later.items())
    connection = sqlite3.connect(path)
    connection.execute(
        f"INSERT INTO judgements ({', '.join(columns)}) SELECT {values} FROM judgements"
    )
    connection.commit()
    connection.close()
    assert [reply.text for reply in replies(path, CALL)] == ["Later."]


def test_only_rows_of_the_wanted_served_model_count(path):
    older, newer = replace(REPLY, served_model="one"), replace(OFF_MENU, served_model="two")
    with Ledger.opened(path) as ledger:
        ledger.add(CALL, older)
        ledger.add(CALL, newer)
    found = [replies(path, CALL, served_model=name)[0] for name in (None, "one", "two", "three")]
    assert found == [newer, older, newer, None]


@pytest.mark.parametrize(
    "change", ["UPDATE judgements SET verdict = 'wrong'", "DELETE FROM judgements"]
)
def test_rows_are_neither_changed_nor_deleted(path, change):
    filled(path, 1)
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="the ledger is append-only"):
        connection.execute(change)
    connection.close()
    assert replies(path, call(0)) == [REPLY]


def test_a_text_of_any_kind_comes_back(path):
    text = "\0 \x1b[31m \r\n' OR 1=1; -- 你好 \U0001f600 " + "x" * 100_000
    asked = replace(CALL, asked=Asked(text, (text, ""), text, text))
    with Ledger.opened(path) as ledger:
        ledger.add(asked, replace(REPLY, text=text, reason=text))
    assert replies(path, asked) == [replace(REPLY, text=text, reason=text)]


def test_half_a_character_is_replaced(path):
    with Ledger.opened(path) as ledger:
        ledger.add(CALL, replace(REPLY, text='{"verdict": "\ud83d"}', served_model="\udc00"))
    assert replies(path, CALL) == [replace(REPLY, text='{"verdict": "?"}', served_model="?")]


def test_usage_adds_up_by_model_and_prompt(path):
    with Ledger.opened(path) as ledger:
        ledger.add(call(1), REPLY)
        ledger.add(call(2), OFF_MENU)
        ledger.add(replace(CALL, model="local"), replace(REPLY, served_model="qwen"))
        found = ledger.usage()
    where = ("https://api.example/v1", "gpt-4o-mini-2024-07-18", "p" * 64)
    # 211 + 200 and 17 + 5 tokens, 1.25 + 1.0 seconds
    assert found == [
        Usage("gpt-4o-mini", *where, 2, 411, 22, 1, 2.25),
        Usage("local", where[0], "qwen", where[2], 1, 211, 17, 0, 1.25),
    ]


def test_compaction_keeps_the_newest_and_every_lookup(path):
    old = replace(OFF_MENU, text="x" * 20_000)
    with Ledger.opened(path) as ledger:
        for number in range(23):
            ledger.add(call(number), old)
            ledger.add(call(number), replace(REPLY, served_model="other"))
            ledger.add(call(number), OFF_MENU)
    calls, size = [call(number) for number in range(29)], path.stat().st_size
    names = (None, OFF_MENU.served_model, "other")
    before = [replies(path, *calls, served_model=name) for name in names]
    with Ledger.opened(path) as ledger:
        assert ledger.compact() == 23
        assert ledger.compact() == 0
        assert len(list(ledger.rows())) == 46
    assert [replies(path, *calls, served_model=name) for name in names] == before
    assert path.stat().st_size < size / 2
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("DELETE FROM judgements")
    connection.close()


ADDING = """
import sys
from dataclasses import replace
from pathlib import Path
from dmlr.judge.ledger import Ledger
from tests.test_ledger import ASKED, CALL, REPLY
with Ledger.opened(Path(sys.argv[1])) as ledger:
    for number in range(int(sys.argv[3])):
        asked = replace(ASKED, candidate=f"{sys.argv[2]} {number}")
        ledger.add(replace(CALL, asked=asked), REPLY)
        print(number, flush=True)
"""


def adding(path, name, count):
    command = [sys.executable, "-c", ADDING, path, name, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def candidates(path):
    with Ledger.opened(path) as ledger:
        place = ledger.columns().index("candidate")
        return [row[place] for row in ledger.rows()]


def test_processes_begin_and_fill_one_ledger_together_while_it_is_compacted(path):
    processes = [adding(path, name, 100) for name in ("a", "b")]
    while not path.exists() or any(process.poll() is None for process in processes):
        with Ledger.opened(path) as ledger:
            ledger.compact()
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    wanted = [f"{name} {number}" for name in ("a", "b") for number in range(100)]
    assert sorted(candidates(path)) == sorted(wanted)


def test_what_was_added_before_kill_9_is_there(path):
    process = adding(path, "a", 100_000)
    said = [int(process.stdout.readline()) for _ in range(50)]
    process.kill()
    rest, _ = process.communicate()
    told = said + [int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    found = candidates(path)
    assert len(told) <= len(found) <= len(told) + 1  # one may be added and not told yet
    assert found == [f"a {number}" for number in range(len(found))]


@pytest.mark.parametrize("kept", [2, 50, 1000, 5000, 0.5, 0.99])
def test_a_truncated_file_is_one_line_and_left_alone(path, kept):
    filled(path, 50)
    content = path.read_bytes()
    content = content[: kept if isinstance(kept, int) else int(len(content) * kept)]
    path.write_bytes(content)
    with pytest.raises(RecordError) as error:
        replies(path, call(0))
    assert re.fullmatch(
        rf"{path}: must be a ledger of judgements, got (one with its end cut off|a damaged or other file "
        r"\((file is not a database|database disk image is malformed)\)); "
        "restore it from a copy, or move it away to ask the judges anew",
        str(error.value),
    )
    assert path.read_bytes() == content


def test_another_file_is_one_line_and_left_alone(path):
    path.parent.mkdir()
    path.write_text("question,verdict\n" * 1000)
    with pytest.raises(
        RecordError, match=r"got a damaged or other file \(file is not a database\)"
    ):
        replies(path, CALL)
    assert path.read_text() == "question,verdict\n" * 1000


def test_another_database_is_one_line_and_left_alone(path):
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("CREATE TABLE judgements (key)")
    other.close()
    content = path.read_bytes()
    line = (
        f"{path}: must be a ledger of judgements, got another program's database; name another file"
    )
    with pytest.raises(RecordError, match=f"^{re.escape(line)}$"):
        replies(path, CALL)
    assert path.read_bytes() == content


def test_another_version_is_one_line(path):
    filled(path, 1)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(
        RecordError, match=r"must be a ledger of version 1, got 2; use the code that"
    ):
        replies(path, CALL)


def test_a_place_that_cannot_be_written_is_one_line(tmp_path):
    tmp_path.joinpath("file").touch()
    for place in (tmp_path, tmp_path / "file" / "ledger.sqlite"):
        with pytest.raises(RecordError, match="must be a file that can be read and written, got "):
            replies(place, CALL)


def test_an_empty_file_is_an_empty_ledger(path):
    path.parent.mkdir()
    path.touch()
    filled(path, 1)
    assert replies(path, call(0)) == [REPLY]


def test_no_write_ahead_log_lies_beside_the_ledger(path):
    with Ledger.opened(path) as ledger:
        ledger.add(CALL, REPLY)
        assert [file.name for file in path.parent.iterdir()] == ["ledger.sqlite"]


def test_json_lines_have_everything(path, tmp_path):
    with Ledger.opened(path) as ledger:
        ledger.add(CALL, REPLY)
        ledger.add(call(2), replace(OFF_MENU, text="=1+1\n你好"))
        assert export(ledger, tmp_path / "out.jsonl") == 2
    first, second = map(
        json.loads, (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    )
    assert first.pop("time") < second["time"]
    assert first == {
        "key": CALL.key, "question": "How many?", "options": ["two", "three"], "gold": "B. three",
        "candidate": "I think three.", "judge_model": "gpt-4o-mini",
        "base_url": "https://api.example/v1", "served_model": "gpt-4o-mini-2024-07-18",
        "prompt_digest": "p" * 64, "decoding": {"temperature": 0.0},
        "reply": "Yes.\nVERDICT: correct", "verdict": "correct", "reason": None,
        "input_tokens": 211, "output_tokens": 17, "seconds": 1.25,
    }  # fmt: skip
    assert (second["reply"], second["reason"]) == ("=1+1\n你好", "no verdict line")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_csv_cell_begins_a_formula(path, tmp_path, start):
    text = f"{start}cmd|'/c calc'!A0,\"\r\n=2\r-1"
    with Ledger.opened(path) as ledger:
        ledger.add(replace(CALL, asked=Asked(text, (text,), text, text)), replace(REPLY, text=text))
        assert export(ledger, tmp_path / "out.csv") == 1
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file, strict=True)
    assert [row[name] for name in ("question", "gold", "candidate", "reply")] == [f"'{text}"] * 4
    assert json.loads(row["options"]) == [text]
    assert (row["reason"], row["input_tokens"], row["seconds"]) == ("", "211", "1.25")


def test_an_empty_ledger_is_a_header(path, tmp_path):
    with Ledger.opened(path) as ledger:
        assert export(ledger, tmp_path / "out.csv") == 0
    assert (tmp_path / "out.csv").read_text().startswith('"key","question","options",')


def test_an_export_to_another_kind_of_file_is_refused(path, tmp_path):
    with (
        Ledger.opened(path) as ledger,
        pytest.raises(RecordError, match=r"out\.xlsx: must end in \.jsonl or \.csv, got out\.xlsx"),
    ):
        export(ledger, tmp_path / "out.xlsx")
    assert not (tmp_path / "out.xlsx").exists()


def test_an_export_to_a_place_that_cannot_be_written_is_one_line(path, tmp_path):
    tmp_path.joinpath("file").touch()
    with (
        Ledger.opened(path) as ledger,
        pytest.raises(
            RecordError, match=r"out\.csv: must be a file that can be read and written, got "
        ),
    ):
        export(ledger, tmp_path / "file" / "out.csv")
