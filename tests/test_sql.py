"""``dmlr sql`` and ``dmlr show`` on the real command line, with a small database that was really built."""

import json

import duckdb
import pytest

from dmlr.store.database import build
from tests.test_database import results, settings  # noqa: F401  (a fixture)

VANILLA = "own--m--vanilla--seed-3"


@pytest.fixture
def database(results):  # noqa: F811
    path = results / "dmlr.duckdb"
    build(settings(), results, path)
    return path


@pytest.fixture
def sql(run_dmlr, database):
    return lambda *words: run_dmlr("sql", *words, "--database", database)


@pytest.fixture
def show(run_dmlr, database):
    return lambda *words: run_dmlr("show", *words, "--database", database)


def error_line(done):
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    return line.removeprefix("dmlr: error: ")


COUNT = "SELECT sample_id, count(*) AS verdicts, NULL AS nothing FROM verdicts GROUP BY ALL ORDER BY ALL"


@pytest.mark.parametrize(
    ("form", "printed"),
    [
        ("csv", '"sample_id","verdicts","nothing"\n"own/0","4",""\n"own/1","4",""\n'),
        (
            "markdown",
            "| sample_id | verdicts | nothing |\n| ---: | ---: | ---: |\n"
            "| own/0 | 4 | NULL |\n| own/1 | 4 | NULL |\n",
        ),
    ],
)
def test_rows_in_a_format(sql, form, printed):
    assert sql(COUNT, "--format", form).stdout == printed


def test_rows_as_json_and_as_a_table_that_no_pipe_cuts(sql):
    long = "SELECT repeat('x', 300) AS text, NULL AS nothing"
    assert json.loads(sql(long, "--format", "json").stdout) == [
        {"text": "x" * 300, "nothing": None}
    ]
    table = sql(long).stdout
    assert "x" * 300 in table
    assert "NULL" in table


def test_the_database_is_only_read_and_faults_are_one_line(sql, database):
    assert "read-only mode" in error_line(sql("DELETE FROM verdicts"))
    assert error_line(sql("SELECT * FROM verdict")) == (
        "sql: Catalog Error: Table with name verdict does not exist!; "
        'dmlr sql "SHOW TABLES" and dmlr sql "DESCRIBE runs" name what there is'
    )


def test_without_a_database_or_with_another_file(run_dmlr, tmp_path):
    path = tmp_path / "none.duckdb"
    line = error_line(run_dmlr("sql", "SELECT 1", "--database", path))
    assert line == f"{path}: must be a database of dmlr aggregate, found none; run snakemake tables"
    path.write_text("text\n" * 5000)
    line = error_line(run_dmlr("show", "abcd", "--database", path))
    assert line.startswith(f"{path}: not a readable database (")


def test_an_id_its_beginning_and_the_name_of_a_run_show_the_same(show, database):
    with duckdb.connect(str(database), read_only=True) as opened:
        ((name,),) = opened.execute(
            "SELECT provenance_id FROM runs WHERE run = ?", [VANILLA]
        ).fetchall()
    text = show(VANILLA).stdout
    assert text.splitlines()[0] == f"{name} (run)"
    assert "weights: w" in text
    assert show(name).stdout == show(name[:6]).stdout == text
    assert json.loads(show(name, "--json").stdout)["run"] == VANILLA


def test_the_id_of_the_tables_lists_the_runs_with_theirs(show, database):
    with duckdb.connect(str(database), read_only=True) as opened:
        ids = dict(opened.execute("SELECT run, provenance_id FROM runs").fetchall())
        ((name,),) = opened.execute("SELECT id FROM provenance WHERE kind = 'tables'").fetchall()
    text = show(name).stdout
    for run, one in ids.items():
        assert f"{run}: {one}" in text


def test_ids_that_are_none(show):
    assert error_line(show("abc")) == "show: must be 4 to 12 characters of an id, got 'abc'"
    assert error_line(show("nowhere")) == (
        "show: must be an id below a table, or a run, got 'nowhere'; "
        'dmlr sql "SELECT id, kind FROM provenance" lists all'
    )


def test_an_ambiguous_beginning_names_the_ids(show, database):
    with duckdb.connect(str(database)) as opened:
        for name in ("aaaa00000001", "aaaa00000002"):
            opened.execute("INSERT INTO provenance VALUES (?, 'run', '{}')", [name])
    assert error_line(show("aaaa")) == (
        "show: must be one id, 'aaaa' begins aaaa00000001, aaaa00000002; give more of it"
    )
