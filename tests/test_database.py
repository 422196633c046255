"""The database: what it reads again, what it keeps, what an interruption leaves, and what it says of itself."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from dmlr.datasets.shard import write_shard
from dmlr.errors import DiskError, RecordError
from dmlr.files import digest
from dmlr.records import Gold, ImageFile, Prediction, Sample, TraceStep, Verdict, write_records
from dmlr.store.database import TABLES, build, create
from dmlr.store.schema import page
from dmlr.store.told import AggregateSettings
from tests.disks import small

ROOT = Path(__file__).parent.parent
PROFILES = ("vanilla", "dmlr-paper")
ALL = [name for name in TABLES if name not in ("sources", "provenance", "runs")]


def made(profile, **changes):
    return {
        "code": "c", "model": {}, "profile": {"method": profile}, "seed": 3, "packages": {},
        "weights": "w", "processing": "p", "device": "cpu",
    } | changes  # fmt: skip


def folder_of(results, profile):
    return results / "runs/own/m" / profile / "seed-3"


def write_run(results, profile, text="yes", right=True, first=None, second=None):
    """A run of two shards with one sample each."""
    folder = folder_of(results, profile)
    came = made(profile)
    for shard, changes in enumerate((first or {}, second or {})):
        name = f"own/{shard}"
        said = [Prediction(sample_id=name, status="ok", text=text)]
        step = TraceStep(
            sample_id=name, step=0, candidate_reward=0.5, reward=0.25, sigma=0.1, is_best=True,
            patch_count=2, patch_counts=[2], best_patches=[], patch_budget=-1, think_norm=1.0, update_norm=0.5,
        )  # fmt: skip
        write_records(folder / f"0000{shard}.predictions.parquet", Prediction, said, came | changes)
        write_records(folder / f"0000{shard}.traces.parquet", TraceStep, [step], came | changes)
    found = ("correct", 1) if right else ("wrong", 0)
    for protocol in ("paper", "other"):
        verdicts = [
            Verdict(
                sample_id=f"own/{i}", labels="official", verdict=found[0], score=found[1],
                extracted="yes", compared="yes", rule="boxed",
            )
            for i in range(2)
        ]  # fmt: skip
        path = results / "verdicts" / protocol / "own/m" / profile / "seed-3.parquet"
        write_records(path, Verdict, verdicts, {"code": "v", "files": {"ledger": "x"}})


@pytest.fixture
def results(tmp_path):
    """Two runs of one benchmark of two shards."""
    folder = tmp_path / "results"
    shards = folder / "benchmarks/own/shards"
    shards.mkdir(parents=True)
    for number in range(2):
        sample = Sample(
            sample_id=f"own/{number}", question="Is it?", options=(),
            gold={"official": Gold(kind="yesno", text="Yes")},
            image=ImageFile(sha256="ab" * 32, file="ab.png", width=5, height=3, bytes=11),
            category="all", groups={},
        )  # fmt: skip
        write_shard(shards / f"0000{number}.jsonl", [sample])
    for profile in PROFILES:
        write_run(folder, profile)
    return folder


def settings(protocols=("paper", "other"), code="c", profiles=PROFILES):
    return AggregateSettings(
        code=code, benchmarks={"own": 2}, models={"m": {}}, seeds=[3], protocols=list(protocols),
        profiles={name: {"method": name} for name in profiles}, baseline="vanilla",
        flips_against="dmlr-paper", max_unscored_share=1.0,
    )  # fmt: skip


def built(results, told=None):
    out = results / "dmlr.duckdb"
    build(told or settings(), results, out)
    return out


def asked(path, statement):
    with duckdb.connect(str(path), read_only=True) as opened:
        return opened.execute(statement).fetchall()


def contents(path):
    return {name: asked(path, f"SELECT * FROM {name} ORDER BY ALL") for name in ALL}


def spoil(paths):
    """Overwrite files in place so that nothing of them can be read, as large and as old as before."""
    paths = [*paths]
    assert paths
    for path in paths:
        then = path.stat()
        path.write_bytes(b"\0" * then.st_size)
        os.utime(path, ns=(then.st_atime_ns, then.st_mtime_ns))


def files_of(results, profile):
    verdicts = results.glob(f"verdicts/*/own/m/{profile}/*.parquet")
    return [*folder_of(results, profile).glob("*.parquet"), *verdicts]


def test_after_one_run_changed_the_records_of_the_others_are_not_read(results):
    built(results)
    write_run(results, "vanilla", text="no", right=False)
    spoil(files_of(results, "dmlr-paper"))
    texts = asked(built(results), "SELECT run, text FROM predictions ORDER BY run, sample_id")
    assert (
        texts
        == [("own--m--dmlr-paper--seed-3", "yes")] * 2 + [("own--m--vanilla--seed-3", "no")] * 2
    )
    (only,) = asked(
        results / "dmlr.duckdb",
        "SELECT n, only_run, only_other FROM pairs WHERE other_profile = 'vanilla' AND protocol = 'paper'",
    )
    assert only == (2, 2, 0)


def test_kept_parts_and_read_ones_make_the_database_that_reading_all_makes(results):
    built(results)
    write_run(results, "dmlr-paper", text="no", right=False)
    kept = contents(built(results))
    (results / "dmlr.duckdb").unlink()
    assert contents(built(results)) == kept


def test_a_new_protocol_reads_its_verdicts_and_no_answer(results):
    built(results, settings(["paper"]))
    for profile in PROFILES:
        spoil(folder_of(results, profile).glob("*.parquet"))
        spoil([results / "verdicts/paper/own/m" / profile / "seed-3.parquet"])
    path = built(results)
    assert asked(path, "SELECT protocol, count(*) FROM verdicts GROUP BY ALL ORDER BY ALL") == [
        ("other", 4), ("paper", 4),
    ]  # fmt: skip
    assert asked(path, "SELECT count(*) FROM traces") == [(4,)]


def test_what_the_experiment_no_longer_has_is_gone(results):
    built(results)
    path = built(results, settings(["paper"], profiles=("vanilla",)))
    assert asked(path, "SELECT run FROM runs") == [("own--m--vanilla--seed-3",)]
    assert asked(path, "SELECT count(*) FROM verdicts") == [(2,)]


def test_other_code_reads_everything_again(results):
    built(results)
    spoil(files_of(results, "vanilla"))
    with pytest.raises(RecordError, match="not a readable Parquet file"):
        built(results, settings(code="d"))
    assert asked(results / "dmlr.duckdb", "SELECT count(*) FROM predictions") == [(4,)]


@pytest.mark.parametrize("found", ["", "no database at all\n" * 900, "of another program"])
def test_what_is_no_database_of_ours_is_replaced(results, found):
    path = results / "dmlr.duckdb"
    if found == "of another program":
        with duckdb.connect(str(path)) as other:
            other.execute("CREATE TABLE provenance (id INTEGER)")
    else:
        path.write_text(found)
    assert asked(built(results), "SELECT count(*) FROM runs") == [(2,)]


KILLED = """
import os, signal, sys
from pathlib import Path
from dmlr.store.told import AggregateSettings
from dmlr.store import database

def stop(*_):
    print("half", flush=True)
    signal.pause()

database.add_features = stop  # all rows are in, and nothing is committed
results = Path(sys.argv[2])
database.build(AggregateSettings.model_validate_json(sys.argv[1]), results, results / "dmlr.duckdb")
"""


def test_a_kill_in_the_middle_leaves_the_previous_database_and_the_next_build_cleans_up(results):
    before = contents(built(results))
    write_run(results, "vanilla", text="no", right=False)
    told = settings().model_dump_json()
    command = [sys.executable, "-c", KILLED, told, str(results)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout.readline() == "half\n"
        assert contents(results / "dmlr.duckdb") == before  # readable while the other builds
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert contents(results / "dmlr.duckdb") == before
    assert [*results.glob(".dmlr.duckdb.*")]
    assert asked(built(results), "SELECT DISTINCT text FROM predictions ORDER BY 1") == [
        ("no",), ("yes",),
    ]  # fmt: skip
    assert not [*results.glob(".dmlr.duckdb.*")]


def test_what_a_killed_writer_left_of_the_old_database_does_not_reach_the_new_one(results):
    path = built(results)
    write = (
        "import duckdb, os, sys\n"
        "database = duckdb.connect(sys.argv[1])\n"
        "database.execute(\"UPDATE experiment SET flips_against = 'mine'\")\n"
        "os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", write, str(path)], check=True)
    assert path.with_name("dmlr.duckdb.wal").exists()
    assert asked(built(results), "SELECT flips_against FROM experiment") == [("dmlr-paper",)]
    assert not path.with_name("dmlr.duckdb.wal").exists()


def test_a_full_disk_is_one_line_and_leaves_the_previous_database(results, tmp_path):
    before = contents(built(results))
    with small(tmp_path / "disk", 2**26) as enlarge:
        out, rest = tmp_path / "disk/dmlr.duckdb", tmp_path / "disk/rest"
        shutil.copy(results / "dmlr.duckdb", out)
        rest.write_bytes(bytes(shutil.disk_usage(out.parent).free - 2**16))
        write_run(results, "vanilla", text="no", right=False)
        with pytest.raises(DiskError) as error:
            build(settings(), results, out)
        assert str(error.value) == (
            f"{out}: must be a file that can be written, got No space left on device; mend that and run "
            "again; nothing written before is lost"
        )
        assert contents(out) == before
        enlarge()
        build(settings(), results, out)
        assert asked(out, "SELECT DISTINCT text FROM predictions") == [("no",), ("yes",)]


def test_a_flipped_bit_in_the_database_is_one_line_and_it_is_made_again(results, run_dmlr):
    path = built(results)
    before, content = contents(path), bytearray(path.read_bytes())
    for place in range(3 * 4096 + 1000, len(content), 2**18):  # one in every block
        content[place] ^= 1
    path.write_bytes(content)
    for words in (("sql", "SELECT * FROM predictions"), ("compare", "vanilla", "dmlr-paper")):
        done = run_dmlr(*words, "--database", path)
        assert done.returncode == 1
        assert done.stderr.startswith(f"dmlr: error: {path}: ")
        assert len(done.stderr.splitlines()) == 1
    write_run(results, "vanilla")
    assert contents(built(results)) == before


def test_a_flipped_bit_in_a_record_reaches_no_database(results):
    before = contents(built(results))
    for path in files_of(results, "vanilla"):
        whole = path.read_bytes()
        place = len(whole) // 3
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(RecordError, match=rf"{path.name}: .*; remove it and run again$"):
            built(results)
        path.write_bytes(whole)
    assert contents(results / "dmlr.duckdb") == before


@pytest.mark.parametrize("name", ["code", "weights", "card", "packages"])
def test_a_shard_made_by_other_code_or_weights_is_refused(results, name):
    write_run(results, "vanilla", second={name: "another"})
    with pytest.raises(RecordError) as refused:
        built(results)
    path = folder_of(results, "vanilla") / "00001.predictions.parquet"
    first = made("vanilla").get(name)
    assert str(refused.value) == (
        f"{path}: {name} must be that of 00000.predictions.parquet, {first}, got another; "
        "remove the file and run again"
    )


def test_shards_of_other_machines_and_of_other_libraries_that_answers_do_not_depend_on_go_together(
    results,
):
    here = {"device": "NVIDIA H100", "platform": "one", "installed": {"openai": "1", "torch": "2"}}
    there = {"device": "NVIDIA A100", "platform": "two", "installed": {"openai": "2", "torch": "2"}}
    write_run(results, "vanilla", first=here, second=there)
    ((content,),) = asked(
        built(results), "SELECT content FROM provenance WHERE content LIKE '%NVIDIA H100%'"
    )
    told = json.loads(content)
    assert {name: told["shards"]["00001"][name] for name in there} == there


def test_verdicts_of_samples_without_an_answer_are_one_line(results):
    path = results / "verdicts/paper/own/m/vanilla/seed-3.parquet"
    stray = Verdict(
        sample_id="own/9", labels="official", verdict="wrong", score=0, extracted=None,
        compared=None, rule="boxed",
    )  # fmt: skip
    write_records(path, Verdict, [stray], {})
    with pytest.raises(RecordError, match="records must be whole and belong together") as refused:
        built(results)
    assert "own/9" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_ids_name_what_runs_and_tables_came_from(results):
    write_run(results, "vanilla", first={"device": "cuda"})
    path = built(results)
    rows = asked(path, "SELECT id, kind, content FROM provenance ORDER BY kind, id")
    assert [kind for _, kind, _ in rows] == ["run", "run", "tables"]
    for name, _, content in rows:
        assert name == digest(json.loads(content))[:12]
    ids = dict(asked(path, "SELECT run, provenance_id FROM runs"))
    content = {name: json.loads(text) for name, _, text in rows}
    tables = next(content[name] for name, kind, _ in rows if kind == "tables")
    assert tables["runs"] == ids
    vanilla = content[ids["own--m--vanilla--seed-3"]]
    assert vanilla["answers"]["weights"] == "w"
    assert "device" not in vanilla["answers"]
    assert vanilla["shards"] == {"00000": {"device": "cuda"}, "00001": {"device": "cpu"}}
    assert vanilla["verdicts"] == {"paper": {"code": "v"}, "other": {"code": "v"}}


def test_equal_records_have_equal_ids_and_changed_ones_others(results):
    one = asked(built(results), "SELECT id FROM provenance WHERE kind = 'tables'")
    assert asked(built(results), "SELECT id FROM provenance WHERE kind = 'tables'") == one
    write_run(results, "vanilla", first={"weights": "x"}, second={"weights": "x"})
    assert asked(built(results), "SELECT id FROM provenance WHERE kind = 'tables'") != one


def test_every_table_view_and_column_has_a_comment():
    with duckdb.connect() as database:
        create(database)
        lacking = database.execute(
            "SELECT table_name FROM duckdb_tables() WHERE comment IS NULL UNION ALL "
            "SELECT view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL UNION ALL "
            "SELECT concat_ws('.', table_name, column_name) FROM duckdb_columns() "
            "WHERE NOT internal AND comment IS NULL"
        ).fetchall()
    assert lacking == []


def test_every_sql_file_is_created():
    files = {path.stem for path in (ROOT / "dmlr/store/sql").glob("*.sql")}
    assert files == set(TABLES)


def test_the_page_of_the_schema_is_current():
    assert (ROOT / "docs/schema.md").read_text(encoding="utf-8") == page(), (
        "run python -m dmlr.store.schema docs/schema.md"
    )
