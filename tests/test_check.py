"""``dmlr check`` as a user runs it: what is changed by hand is found, with its place and both values."""

import csv
import hashlib
import shutil

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dmlr.check.check import Places
from dmlr.check.check import check as check_parts
from dmlr.check.database import compare_databases
from dmlr.check.difference import DifferenceError
from dmlr.check.files import compare_folders
from dmlr.errors import RecordError
from dmlr.records import Prediction, Verdict, read_provenance, read_records, write_records
from tests.disks import read_only
from tests.finished import finished, loaded
from tests.judge_server import JudgeServer, Say

RUN = "shapes/shapes-1m/vanilla/seed-42"
PAPER = f"results/verdicts/paper/{RUN}.parquet"
ASKS = f"results/verdicts/asks/{RUN}.parquet"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A finished project with a judge, whose server has gone."""
    folder = tmp_path_factory.mktemp("finished")
    with JudgeServer(Say("VERDICT: correct"), "500", Say("Who knows?")) as server:
        judge = {"model": "judge", "base_url": server.url, "prompt": "config/judges/compare.jinja"}
        finished(
            folder,
            {
                "protocols": ["paper", "extracted", "asks"],
                "judge_catalog": {"tester": judge},
                "protocol_catalog": {
                    "asks": {"rules": "boxed", "judge": "tester", "ask": "always"}
                },
            },
        )
    return folder


@pytest.fixture
def folder(made, tmp_path):
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def check(folder, run_dmlr):
    """Run it in the folder, which it leaves as it is, and return the process."""

    def run():
        before = digests(folder)
        done = run_dmlr("check", "--configfile", "small.yaml", cwd=folder)
        assert digests(folder) == before
        assert "Traceback" not in done.stderr
        return done

    return run


def digests(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def change(folder, path, place, **fields):
    """Change one stored verdict."""
    path = folder / path
    verdicts, told = read_records(path, Verdict), read_provenance(path, Verdict)
    verdicts[place] = verdicts[place].model_copy(update=fields)
    write_records(path, Verdict, verdicts, told)


def replace(folder, path, old, new):
    text = (folder / path).read_text()
    assert old in text
    (folder / path).write_text(text.replace(old, new, 1))


def refused(done):
    """The one line that it ends with."""
    assert done.returncode == 1
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("dmlr: error: "))
    return line.removeprefix("dmlr: error: ")


def test_what_is_as_it_was_made_comes_out_again(check):
    done = check()
    assert done.returncode == 0, done.stderr
    found = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    # Two runs of seven samples with one label set, under three protocols.
    assert found["verdicts"] == "42 of 2 runs"
    # Thirteen pages, the experiment's file, styles and nine scripts, the data of a benchmark and two runs, and a
    # figure in three forms. And of sixteen tables a page and four files each, with their list.
    assert found["reports"] == "114 files"
    assert found["figures"] == "the data of 1"
    assert done.stdout.endswith("every number comes out of the stored records\n")


@pytest.mark.slow  # 12 s; what it checks is checked in a folder that can be written too
def test_a_folder_that_is_read_only_can_be_checked_and_asked(folder, check, run_dmlr):
    with read_only(folder):
        assert check().returncode == 0
        for words in (
            ("sql", "SELECT count(*) FROM predictions"), ("ledger", "usage"),
            ("compare", "vanilla", "dmlr-paper"),
        ):  # fmt: skip
            done = run_dmlr(*words, cwd=folder)
            assert (done.returncode, done.stderr) == (0, "")


def test_a_changed_verdict_is_found_in_its_file(folder, check):
    change(folder, PAPER, 2, verdict="wrong", score=0)
    assert refused(check()) == (
        f"{PAPER}, sample 'shapes/test-0002', labels 'official': verdict must be 'correct', got "
        "'wrong'; remove the file and run snakemake again"
    )


def test_a_changed_verdict_is_found_in_the_database(folder, check):
    with duckdb.connect(str(folder / "results/dmlr.duckdb")) as database:
        database.execute(
            "UPDATE verdicts SET verdict = 'wrong', score = 0 WHERE sample_id = 'shapes/test-0002' "
            "AND protocol = 'paper' AND run LIKE '%vanilla%'"
        )
    assert refused(check()) == (
        "results/dmlr.duckdb: verdicts, run 'shapes--shapes-1m--vanilla--seed-42', protocol 'paper', "
        "sample_id 'shapes/test-0002': verdict must be 'correct', got 'wrong'; remove the file and run "
        "snakemake again"
    )


def test_a_changed_cell_is_found_in_a_table(folder, check):
    cell = accuracy(folder)
    replace(folder, "results/tables/accuracy.csv", f",{cell},", ",99.9000,")
    assert refused(check()) == (
        "results/tables/accuracy.csv, benchmark 'shapes', model 'shapes-1m', profile 'vanilla', seed "
        f"'42', protocol 'paper', labels 'official', category 'all': accuracy must be '{cell}', got "
        "'99.9000'; remove the file and run snakemake again"
    )


def test_a_changed_page_is_found(folder, check):
    page = "reports/runs/shapes--shapes-1m--vanilla--seed-42.html"
    replace(folder, page, "Model shapes-1m, seed", "Model shapes-1m; seed")
    line = refused(check())
    assert line.startswith(f"{page}:")
    assert "Model shapes-1m, seed" in line.partition(", got ")[0]
    assert "Model shapes-1m; seed" in line.partition(", got ")[2]


def accuracy(folder):
    """The first accuracy of the table, vanilla's over all samples."""
    with (folder / "results/tables/accuracy.csv").open() as file:
        return next(csv.DictReader(file))["accuracy"]


def parts(folder):
    """What is compared, one after the other, in this process."""
    return check_parts(loaded(folder), Places(folder / "results", folder / "reports"), processes=1)


def verdicts(folder):
    return next(parts(folder)).compared


def test_a_changed_verdict_of_a_judge_is_found_by_its_reply_in_the_ledger(folder):
    stored = read_records(folder / ASKS, Verdict)
    assert [one.verdict for one in stored[:3]] == ["correct", "failed", "unparsed"]
    change(folder, ASKS, 0, verdict="wrong", score=0)
    with pytest.raises(
        DifferenceError, match=r"asks/.*test-0000.*: verdict must be 'correct', got 'wrong'"
    ):
        verdicts(folder)


def test_what_only_a_lost_reply_could_say_is_counted_as_not_checked(folder):
    (folder / "results/ledger.sqlite").unlink()
    # Both runs' seven, but two alike that failed, of which the ledger never had a reply.
    assert verdicts(folder) == (
        "30 of 2 runs; 12 more not checked: the ledger lacks their judge's reply"
    )
    assert not (folder / "results/ledger.sqlite").exists()


def test_what_the_rules_read_beside_a_lost_reply_is_compared_all_the_same(folder):
    (folder / "results/ledger.sqlite").unlink()
    change(folder, ASKS, 0, extracted="Z")
    with pytest.raises(
        DifferenceError, match=r"asks/.*test-0000.*: extracted must be '[A-D]', got 'Z'"
    ):
        verdicts(folder)


def test_verdicts_of_other_code_are_compared_and_it_is_said(folder):
    path = folder / PAPER
    stored, told = read_records(path, Verdict), read_provenance(path, Verdict)
    write_records(path, Verdict, stored, {**told, "code": "another"})
    path = folder / f"results/runs/{RUN}/00000.predictions.parquet"
    answers, told = read_records(path, Prediction), read_provenance(path, Prediction)
    write_records(path, Prediction, answers, {**told, "code": "another"})
    assert verdicts(folder) == (
        "42 of 2 runs; other code than this wrote 1 of 6 files; other code than this answered 1 of 2 runs"
    )


def test_a_dropped_verdict_is_found(folder):
    path = folder / PAPER
    stored, told = read_records(path, Verdict), read_provenance(path, Verdict)
    write_records(path, Verdict, stored[:-1], told)
    with pytest.raises(
        DifferenceError,
        match=r"the sample of verdict 7 must be 'shapes/test-0006 \(official\)', got None",
    ):
        verdicts(folder)


def test_without_pages_there_is_nothing_of_them_to_compare(folder):
    shutil.rmtree(folder / "reports")
    *_, last = parts(folder)
    assert (last.name, last.compared) == ("reports", "no pages there")


@pytest.mark.slow  # sixteen runs, so that there is something to share
def test_several_processes_find_the_same(tmp_path, run_dmlr):
    finished(tmp_path, {"seeds": list(range(8)), "protocols": ["paper"]})
    words = ("check", "--configfile", "small.yaml", "--processes", "2")
    done = run_dmlr(*words, cwd=tmp_path)
    assert done.stdout.splitlines()[0].split(maxsplit=1)[1] == "112 of 16 runs"
    path = "results/verdicts/paper/shapes/shapes-1m/dmlr-paper/seed-7.parquet"
    change(tmp_path, path, 2, verdict="wrong", score=0)
    assert refused(run_dmlr(*words, cwd=tmp_path)).startswith(f"{path}, sample 'shapes/test-0002'")


@pytest.fixture
def folders(tmp_path):
    """A folder of tables and what the records make of it, still equal."""
    found = tmp_path / "stored", tmp_path / "derived"
    for folder in found:
        folder.mkdir()
        (folder / "a.csv").write_text("run,n,note\nx,1,\ny,2,=1\n")
        (folder / "a.md").write_text(
            "| x | 1 |\n\nprovenance 0123456789ab; dmlr show 0123456789ab\n"
        )
        pq.write_table(pa.table({"run": ["x", "y"], "mean": [0.1, None]}), folder / "a.parquet")
    return found


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.csv", "run,n,note\nx,1,\ny,3,=1\n", "a.csv, run 'y': n must be '2', got '3'"),
        ("a.csv", "run,n,note\nx,1,\n", "a.csv, run 'y': the row that the records make is missing"),
        ("a.csv", "run,n,note\nx,1,\ny,2,=1\nz,2,\n", "a.csv, run 'z': no record makes this row"),
        ("a.csv", "run,m,note\nx,1,\ny,2,=1\n", "a.csv: column 2 must be 'n (VARCHAR)', got 'm (VARCHAR)'"),
        ("a.csv", "run,n,note\ny,2,=1\nx,1,\n", "a.csv:2: what stands at character 1 must be 'x,1,', got"),
        ("a.csv", "", "a.csv:1: what stands at character 1 must be 'run,n,note', got None"),
        ("a.md", "| x | 2 |\n", "a.md:1: what stands at character 7 must be '| x | 1 |', got '| x | 2 |'"),
        ("b.csv", "", "b.csv: no record makes it; remove it"),
    ],
)  # fmt: skip
def test_a_difference_is_named_by_row_and_column_or_else_by_its_line(folders, name, content, line):
    (folders[0] / name).write_text(content)
    with pytest.raises(DifferenceError) as error:
        compare_folders(*folders)
    assert f"stored/{line}" in str(error.value)


def test_equal_files_are_counted_whatever_code_wrote_them(folders):
    text = "| x | 1 |\n\nprovenance ba9876543210; dmlr show ba9876543210\n"
    (folders[0] / "a.md").write_text(text)
    assert compare_folders(*folders) == 3


def test_a_missing_file_is_found(folders):
    (folders[0] / "a.md").unlink()
    with pytest.raises(DifferenceError, match=r"stored/a\.md: is missing; run snakemake again"):
        compare_folders(*folders)


@pytest.mark.parametrize("mean", [0.2, None])
def test_parquet_is_compared_by_its_rows(folders, mean):
    pq.write_table(pa.table({"run": ["y", "x"], "mean": [None, 0.1]}), folders[0] / "a.parquet")
    assert compare_folders(*folders) == 3
    means = pa.array([mean, None], pa.float64())
    pq.write_table(pa.table({"run": ["x", "y"], "mean": means}), folders[0] / "a.parquet")
    with pytest.raises(
        DifferenceError, match=rf"a\.parquet, run 'x': mean must be 0\.1\d*, got {mean}"
    ):
        compare_folders(*folders)


def test_a_damaged_parquet_file_is_one_line(folders):
    (folders[0] / "a.parquet").write_text("nothing of the kind")
    with pytest.raises(
        DifferenceError, match=r"a\.parquet: must be Parquet, got .*; remove the file"
    ):
        compare_folders(*folders)


def databases(folder, *statements):
    found = []
    for name, made in zip(("stored", "derived"), statements, strict=True):
        found.append(folder / f"{name}.duckdb")
        with duckdb.connect(str(found[-1])) as database:
            database.execute(made)
    return found


def test_what_code_wrote_the_tables_and_when_their_files_were_read_makes_no_difference(tmp_path):
    made = (
        "CREATE TABLE provenance AS SELECT '{0}' AS id, 'tables' AS kind UNION ALL SELECT 'same', 'run';"
        "CREATE TABLE sources AS SELECT 'x' AS path, {0} AS changed_ns"
    )
    found = compare_databases(*databases(tmp_path, made.format(1), made.format(2)))
    assert (found.tables, found.rows) == (2, 1)


def test_the_last_digit_of_a_view_makes_no_difference_and_that_of_a_record_does(tmp_path):
    view, table = "CREATE VIEW one AS SELECT {0} AS mean", "CREATE TABLE one AS SELECT {0} AS mean"
    values = "0.1::DOUBLE", "0.1::DOUBLE + 1e-16"
    (tmp_path / "views").mkdir()
    compare_databases(*databases(tmp_path / "views", *map(view.format, values)))
    with pytest.raises(DifferenceError, match=r"stored\.duckdb: one, .*mean"):
        compare_databases(*databases(tmp_path, *map(table.format, values)))


def test_a_missing_table_is_found(tmp_path):
    made = (
        "CREATE TABLE one (x INTEGER)",
        "CREATE TABLE one (x INTEGER); CREATE TABLE two (x INTEGER)",
    )
    with pytest.raises(DifferenceError, match=r"stored\.duckdb: the table two is missing"):
        compare_databases(*databases(tmp_path, *made))


def test_a_missing_database_is_one_line(tmp_path):
    (_, derived) = databases(tmp_path, "SELECT 1", "SELECT 1")
    with pytest.raises(RecordError, match=r"none\.duckdb: must be a database of dmlr, got "):
        compare_databases(tmp_path / "none.duckdb", derived)
