"""``--dataset`` and its range, as an entry of the catalog of benchmarks."""

from pathlib import Path
from typing import Any

from dmlr.datasets import released_json
from dmlr.datasets.entry import Source
from dmlr.errors import ConfigError
from dmlr.released.flags import Flags
from dmlr.released.slug import slug


def benchmark(flags: Flags, entries: list[released_json.Entry]) -> tuple[str, Source]:
    """The benchmark and its name, which is the file's: a range of it changes no sample's id.

    Paths of pictures start in the current directory, as they do in the released code.

    Raises:
        ConfigError: the range holds no row.
    """
    path = Path(flags.dataset or "").resolve()
    start, end = flags.start_data_idx, flags.end_data_idx
    if start >= min(end, len(entries)):
        raise ConfigError(
            f"--start_data_idx: must be below --end_data_idx and below the {len(entries)} rows of "
            f"{flags.dataset}, got {start} and {end}; rows count from 0, and the end is left out"
        )
    found: dict[str, Any] = {
        "loader": released_json.dialect(entries),
        "source": "released-json",
        "released": str(path),
        "image_root": str(Path.cwd()),
        "prompt_source": "released",
        "subset": {"start": start, "end": end},
    }
    if found["loader"] != "json":
        found["samples"] = len(entries)
    return slug(f"eval-{path.stem}"), Source.model_validate(found)


def read(flags: Flags) -> list[released_json.Entry]:
    """The rows of the data set's file.

    Raises:
        ConfigError: no file is named, or there is none.
        DataError: a row breaks the format.
    """
    if flags.dataset is None or not Path(flags.dataset).is_file():
        raise ConfigError(
            "--dataset: must be a JSON file with a list of {prompt, solution, image_path}, got "
            f"{flags.dataset!r}; names of benchmarks go into a configuration (README)"
        )
    return released_json.read(Path(flags.dataset))
