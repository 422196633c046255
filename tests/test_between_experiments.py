"""What one experiment finished is there for the next: another cut, another name, another working directory."""

import re
from pathlib import Path

import pytest
import yaml

from dmlr import config
from dmlr.cli import main
from dmlr.merged import configuration
from dmlr.records import Prediction, read_records
from tests.project import SMALL, Project

STEPS = {"profile_catalog": {"dmlr-paper": {"max_new_tokens": 20, "steps": 1}}}


def ran(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0


class Directory:
    """A working directory in which the stages up to reason are run, without snakemake."""

    def __init__(self, folder: Path, cache: Path, shard_size: int) -> None:
        self.folder, self.cache, own = folder, ["--cache", str(cache)], folder / "mine.yaml"
        folder.mkdir()
        samples = {"benchmark_catalog": {"shapes": {"samples": 3}}, "shard_size": shard_size}
        own.write_text(yaml.safe_dump(SMALL | samples | STEPS))
        self.experiment = config.load(*configuration([own]))
        self.shards = config.shards_of(self.experiment, "shapes")

    def prepared(self):
        told = config.prepare_settings(self.experiment, "shapes")
        ran("prepare", "--settings", told, "--out", str(self.folder / "benchmark"))
        return self

    def described(self):
        told = config.features_settings(self.experiment, "shapes-1m")
        for shard in self.shards:
            out = ["--out", self.path(f"{shard}.json")]
            ran("features", "--settings", told, *self.shard(shard), *out, *self.cache)
        return self

    def answered(self, name):
        """Answer with dmlr-paper, under a name; the replies."""
        keys = config.run_keys(self.experiment)
        key = next(key for key in keys if key.profile == "dmlr-paper")
        told = config.reason_settings(self.experiment, key)
        for shard in self.shards:
            kinds = ("predictions", "traces")
            out = [
                word
                for kind in kinds
                for word in (f"--{kind}", self.path(f"{name}/{shard}.{kind}.parquet"))
            ]
            manifest = ["--manifest", self.path(f"{shard}.json")]
            ran("reason", "--settings", told, *self.shard(shard), *manifest, *out, *self.cache)
        paths = [self.path(f"{name}/{shard}.predictions.parquet") for shard in self.shards]
        found = [one for path in paths for one in read_records(Path(path), Prediction)]
        return [(one.sample_id, one.text, one.best_reward) for one in found]

    def shard(self, name):
        return [
            "--shard",
            self.path(f"benchmark/shards/{name}.jsonl"),
            "--store",
            self.path("store"),
        ]

    def path(self, name):
        return str(self.folder / name)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A directory with two shards and the replies of its run; the cache is beside it."""
    folder = tmp_path_factory.mktemp("all")
    made = Directory(folder / "first", folder / "cache", 2).prepared().described()
    return made, made.answered("dmlr-paper")


def test_another_directory_and_cut_runs_no_vision_tower_and_loads_no_model(first, capsys):
    made, replies = first
    cache = made.folder.parent / "cache"
    other = Directory(made.folder.parent / "second", cache, 3).prepared().described()
    said = capsys.readouterr().err
    assert "2 images, vision tower ran 0 times, 2 kept" in said
    assert "features of 2 images taken from the cache" in said
    assert other.answered("mine") == replies
    said = capsys.readouterr().err
    assert "3 samples, 0 already in the journal, 3 in the cache" in said
    assert "loading" not in said


def test_another_name_in_the_same_directory_loads_no_model(first, capsys):
    made, replies = first
    assert made.answered("another-name") == replies
    said = capsys.readouterr().err
    assert "2 samples, 0 already in the journal, 2 in the cache" in said
    assert "loading" not in said


def test_features_lie_on_the_disk_once_and_stay_when_the_cache_goes(first):
    made, _ = first
    ours = {path.name: path for path in (made.folder / "store").glob("*.safetensors")}
    cached = made.folder.parent.glob("cache/features/*/*.safetensors")
    shared = {path.name: path for path in cached}
    assert ours.keys() == shared.keys()
    assert all(ours[name].samefile(shared[name]) for name in ours)


def test_a_damaged_file_of_features_is_made_again(first, capsys):
    made, replies = first
    cache = made.folder.parent / "cache"
    hurt = next(iter(cache.glob("features/*/*.safetensors")))
    content = hurt.read_bytes()
    hurt.unlink()  # its other links stay whole
    hurt.write_bytes(content[: len(content) // 2])
    other = Directory(made.folder.parent / "third", cache, 3).prepared().described()
    said = capsys.readouterr().err
    assert f"{hurt}: is not what was written; removed, and made again" in said
    assert "2 images, vision tower ran 1 times, 1 kept" in said
    assert hurt.read_bytes() == content
    assert other.answered("mine") == replies


def test_where_the_cache_is_re_runs_nothing_and_reaches_every_job(tmp_path):
    project = Project(tmp_path)
    inside, outside = (shell_lines(project, cache) for cache in ("results/cache", "/tmp/a cache"))
    assert inside.keys() == outside.keys()
    assert [name for name in inside if "--cache results/cache " in inside[name]] == ["reason"]
    assert all("--cache '/tmp/a cache' " in line for line in outside.values())


def shell_lines(project, cache):
    """A line of each stage that can use the cache, as snakemake prints it."""
    project.configure({"cache": cache})
    done = project.run("--dry-run", "--printshellcmds")
    found = re.findall(r"(dmlr (?:features|reason|verify) .*)$", done.stdout, re.M)
    return {line.split()[1]: line for line in found}


@pytest.mark.slow  # three runs of snakemake
def test_configurations_and_directories_one_after_another_share_everything(tmp_path):
    cache, folders = str(tmp_path / "cache"), (tmp_path / "first", tmp_path / "second")
    for folder in folders:
        folder.mkdir()
    first, second = map(Project, folders)
    first.configure({"cache": cache})
    first.succeed("reasoning")
    wide = {"profiles": ["mine"], "baseline": "mine", "flips_against": "mine"}
    profile = {"mine": {"method": "dmlr", "max_new_tokens": 60, "steps": 2}}
    changes = {**wide, "profile_catalog": profile, "shard_size": 7}
    for project in (first, second):
        project.configure({"cache": cache, **changes})
        project.succeed("reasoning")
        log = project.folder / "logs/reason/shapes/shapes-1m/mine/seed-42/00000.log"
        assert "7 samples, 0 already in the journal, 7 in the cache" in log.read_text()
        assert "loading" not in log.read_text()
    assert "ran 0 times" in (second.folder / "logs/features/shapes-1m/shapes/00000.log").read_text()
    names = ("dmlr-paper/seed-42/00000", "dmlr-paper/seed-42/00001")
    before = [one for name in names for one in texts(first, name)]
    assert texts(second, "mine/seed-42/00000") == before
    assert second.planned("reasoning") == {}
    second.configure({"cache": "results/cache", **changes})
    assert second.planned("reasoning") == {}


def texts(project, name):
    path = project.folder / f"results/runs/shapes/shapes-1m/{name}.predictions.parquet"
    return [(p.sample_id, p.text, p.best_reward) for p in read_records(path, Prediction)]
