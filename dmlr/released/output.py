"""What the released code leaves in ``--output_dir``: ``results.json`` and ``reward_logs/``."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from dmlr import config
from dmlr.datasets.released_json import Entry
from dmlr.experiment import Experiment
from dmlr.files import write_json, write_text
from dmlr.released.flags import Flags
from dmlr.released.model import pixels
from dmlr.store.database import build
from dmlr.store.opening import readable
from dmlr.store.released import log_name, results, reward_logs
from dmlr.store.told import AggregateSettings

SHOWN = ("max_new_tokens", "solver_prompt_idx", "min_pixels", "max_pixels")  # under `config` there


def write_output(
    experiment: Experiment, records: Path, flags: Flags, rows: list[Entry], folder: Path
) -> dict[str, Any]:
    """Write the one run of the experiment into the folder; the content of its ``results.json``.

    A sample's number is that of its row in the file, which the released code writes with several
    workers; with one it counts from the start of the range.

    Args:
        experiment: of one run.
        records: folder of all stages' results.
        flags: what was asked for.
        rows: of the data set's file, those that were asked for.
        folder: where to; what else lies there is left alone.
    """
    (key,) = config.run_keys(experiment)
    (protocol,) = experiment.protocols
    with _database(experiment, records) as database:
        content = results(database, key.slug, protocol)
        logs = reward_logs(database, key.slug) if flags.save_reward_csv else {}
    content |= _head(content, flags)
    for entry, row in zip(content["entries"], rows, strict=True):
        entry["data_idx"] += flags.start_data_idx
        entry["image_path"] = row.image_path
    write_json(folder / "results.json", content)
    for index, text in logs.items():
        write_text(folder / "reward_logs" / log_name(flags.start_data_idx + index), text)
    return content


def _head(content: dict[str, Any], flags: Flags) -> dict[str, Any]:
    """What stands before the entries: what the user said, and within ``args`` what it came to."""
    least, most = pixels(flags)
    told = {**flags.model_dump(), "min_pixels": least, "max_pixels": most}
    return {
        "model": flags.model_name_or_path,
        "dataset": flags.dataset,
        "config": {flag: told[flag] for flag in SHOWN},
        "args": {**told, **content["args"], "settings": content["config"]},
    }


@contextmanager
def _database(experiment: Experiment, records: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database of this run alone; the one of the user's own experiment stays as it is."""
    told = AggregateSettings.model_validate_json(config.aggregate_settings(experiment))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "eval.duckdb"
        build(told, records, path)
        with readable(path) as opened:
            yield opened
