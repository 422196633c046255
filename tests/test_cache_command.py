"""dmlr cache: what is there, whether it is whole, and what goes."""

import os
import time

import pytest
import yaml

from dmlr import config
from dmlr.cache.finished import Finished
from dmlr.cli import main
from dmlr.files import write_json
from dmlr.judge.ledger import Ledger
from dmlr.merged import configuration
from tests.project import SMALL

DAY = 86400


def planned(folder, **changes):
    """The settings of the two runs of a small experiment, whose file is written there."""
    path = folder / "mine.yaml"
    path.write_text(yaml.safe_dump({**SMALL, **changes}))
    experiment = config.load(*configuration([path]))
    keys = config.run_keys(experiment)
    return {key.profile: yaml.safe_load(config.reason_settings(experiment, key)) for key in keys}


def used(path, days):
    at = time.time() - days * DAY
    os.utime(path, (at, at))


@pytest.fixture
def cache(tmp_path):
    """Answers of two runs, of 40 and 10 days ago, and an older ledger."""
    folder = tmp_path / "cache"
    for (profile, settings), days in zip(planned(tmp_path).items(), (40, 10), strict=True):
        del settings["files"]
        of = Finished.of(folder, "answers", {**settings, "weights": "w"}, "cpu, AVX2")
        of.add([f"{profile}-{number}" for number in range(3)], lambda key: {"reply": key * 5000})
        used(of.path, days)
    with Ledger.opened(folder / "ledger.sqlite"):
        pass
    used(folder / "ledger.sqlite", 50)
    return folder


def answers(cache):
    return len([*(cache / "answers").glob("*.sqlite")])


def ran(*arguments):
    """Run the command line; its exit code."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


def rows(text):
    """The cells of the lines of a table."""
    return [[cell.strip() for cell in line.split("│")[1:-1]] for line in text.splitlines()]


def test_show_has_kinds_models_methods_and_their_age(cache, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "150")
    assert ran("cache", "show", str(cache)) == 0
    found = [row[:5] + row[6:] for row in rows(capsys.readouterr().out) if row]
    model = "embedded:shapes-1m"
    assert ["answers", model, "dmlr", "1", "3", "10 days ago"] in found
    assert ["answers", model, "vanilla", "1", "3", "40 days ago"] in found
    assert ["ledger", "", "", "1", "0", "50 days ago"] in found
    assert ["all", "", "", "3", "6", "10 days ago"] in found


def test_verify_says_that_all_is_whole_and_names_what_is_not(cache, capsys):
    assert ran("cache", "verify", str(cache)) == 0
    assert "3 files and folders are as they were written" in capsys.readouterr().out
    one = sorted((cache / "answers").glob("*.sqlite"))[0]
    content = one.read_bytes()
    place = content.index(b"vanilla-0vanilla-0" if b"vanilla-0" in content else b"dmlr-paper-0dmlr")
    one.write_bytes(content[:place] + b"X" + content[place + 1 :])
    assert ran("cache", "verify", str(cache)) == 1
    told = capsys.readouterr().err
    assert f"{one}: entry " in told
    assert "is not what was written" in told
    assert f"{cache}: 1 faults; remove what they name" in told


def test_verify_names_files_that_are_cut_and_files_under_wrong_names(cache, capsys):
    one, two = sorted((cache / "answers").glob("*.sqlite"))
    one.write_bytes(one.read_bytes()[:5000])
    two.rename(two.with_stem("0" * 32))
    assert ran("cache", "verify", str(cache)) == 1
    told = capsys.readouterr().err
    assert f"{one}: damaged (" in told
    assert "its name must be the digest of what it says that it is about" in told


def test_prune_by_age_shows_first_and_leaves_the_ledger(cache, run_dmlr):
    asked = ("cache", "prune", cache, "--older-than", "30d")
    done = run_dmlr(*asked)  # there is nobody to say yes
    assert done.returncode == 1
    assert "vanilla" in done.stdout
    assert "dmlr" not in done.stdout.replace("dmlr cache", "")
    assert "Remove all of this? [y/N]" in done.stdout
    assert answers(cache) == 2
    assert f"{cache}: removed" in run_dmlr(*asked, "--yes").stdout
    assert answers(cache) == 1
    assert (cache / "ledger.sqlite").exists()
    assert "within the limits, nothing to remove" in run_dmlr(*asked, "--yes").stdout


def test_prune_by_size_takes_the_longest_unused_first_and_keeps_what_is_needed(
    cache, tmp_path, capsys
):
    sizes = {path: path.stat().st_size for path in (cache / "answers").glob("*.sqlite")}
    limit = f"{max(sizes.values())}B"
    planned(tmp_path, profiles=["vanilla"], flips_against="vanilla")
    keep = ["--keep", str(tmp_path / "mine.yaml")]
    assert ran("cache", "prune", str(cache), "--max-size", limit, "--yes", *keep) == 0
    assert answers(cache) == 1
    assert ran("cache", "show", str(cache)) == 0
    assert "vanilla" in capsys.readouterr().out.partition("removed")[2]
    assert ran("cache", "prune", str(cache), "--max-size", "0B", "--yes", *keep) == 0
    assert answers(cache) == 1
    assert ran("cache", "prune", str(cache), "--max-size", "0B", "--yes") == 0
    assert answers(cache) == 0


def test_the_ledger_goes_where_it_is_named(cache):
    assert ran("cache", "prune", str(cache), "--older-than", "1d", "--kind", "ledger", "--yes") == 0
    assert not (cache / "ledger.sqlite").exists()
    assert answers(cache) == 2


def test_features_go_as_a_folder(tmp_path):
    folder = tmp_path / "features" / ("f" * 32)
    folder.mkdir(parents=True)
    (folder / "a.safetensors").write_bytes(b"x" * 1000)
    write_json(folder / "about.json", {"about": {"code": "c"}, "checkpoint": "m"})
    assert ran("cache", "prune", str(tmp_path), "--max-size", "0B", "--yes") == 0
    assert not folder.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "prune: needs a limit, --max-size 50GB or --older-than 30d"),
        (["--max-size", "large"], "--max-size: must be as 50GB or 500MiB, got 'large'"),
        (["--older-than", "ever"], "--older-than: must be as 30d or 12h, got 'ever'"),
        (
            ["--max-size", "1GB", "--kind", "answer"],
            "--kind: must be one of features, answers, chains, attention, ledger, got 'answer'",
        ),
    ],
)
def test_what_prune_cannot_do_is_one_line(tmp_path, capsys, arguments, said):
    assert ran("cache", "prune", str(tmp_path), *arguments) == 1
    assert capsys.readouterr().err == f"dmlr: error: {said}\n"


def test_a_folder_that_is_not_there_is_said(tmp_path, capsys):
    assert ran("cache", "show", str(tmp_path / "none")) == 1
    assert "none: must be the folder of a cache, found none" in capsys.readouterr().err
