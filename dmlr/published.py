"""The published numbers, and which names of ours the words of the paper can mean.

``config/paper/`` has them as data: the paper's two tables as it prints them, what others reported, and
``names.yaml``.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import NoReturn

import yaml
from pydantic import ValidationError

from dmlr.errors import ConfigError
from dmlr.files import digest
from dmlr.provenance import PACKAGE
from dmlr.settings import Slug
from dmlr.strict import Settings


class Names(Settings):
    """The paper's word -> the names of our catalogs that it can mean, in the order of its tables.

    ``injections`` are the rows of Table 2: names of profiles, as ``methods`` are.
    """

    models: dict[str, list[Slug]]
    methods: dict[str, list[Slug]]
    injections: dict[str, list[Slug]]
    benchmarks: dict[str, list[Slug]]


@dataclass(frozen=True)
class Number:
    """One published accuracy in percent, in the paper's words.

    ``source`` is the name of its file; ``model`` is None where none is named (Table 2), whose ``method``
    is the injection; ``samples`` and ``told`` (where it stands) are None for the paper's own.
    """

    source: str
    model: str | None
    method: str
    benchmark: str
    accuracy: float
    samples: int | None = None
    told: str | None = None


@dataclass(frozen=True)
class Published:
    """All that is published, and how to read it."""

    names: Names
    numbers: list[Number]


def state() -> str:
    """Digest of what the files say, which tells one state of them from another."""
    found = read()
    names = {kind: [*words.items()] for kind, words in found.names}  # their order is the tables'
    return digest([names, [astuple(one) for one in found.numbers]])


def read() -> Published:
    """The published numbers of the working directory's ``config/paper``, else the project's.

    Raises:
        ConfigError: a file is missing, or a line of it breaks a rule.
    """
    folder = _folder()
    names = _names(folder / "names.yaml")
    first = [
        Number("table1", row["model"], row["method"], word, accuracy)
        for row, word, accuracy in _wide(folder / "table1.csv", names, ("model", "method"))
    ]
    second = [
        Number("table2", None, row["injection"], word, accuracy)
        for row, word, accuracy in _wide(folder / "table2.csv", names, ("injection",))
    ]
    return Published(names, [*first, *second, *_reported(folder / "reproductions.csv", names)])


def _folder() -> Path:
    own = Path("config/paper")
    return own if own.is_dir() else PACKAGE.parent / "config" / "paper"


def _names(path: Path) -> Names:
    try:
        found = Names.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: must be a YAML file ({error})".replace("\n", " ")) from None
    except ValidationError as error:
        fault = error.errors()[0]
        place, rule = ".".join(map(str, fault["loc"])) or "it", fault["msg"]
        raise ConfigError(f"{path}: {place}: {rule}, got {fault['input']!r:.80}") from None
    for kind, words in found:
        listed = Counter(name for names in words.values() for name in names)
        for name, count in listed.items():
            if count > 1:
                _fault(f"{path}: {kind}", "names that stand under one word", f"{name}, twice")
    return found


def _wide(
    path: Path, names: Names, keys: tuple[str, ...]
) -> Iterator[tuple[Mapping[str, str], str, float]]:
    """The row, the benchmark's word and the accuracy of every cell; an empty one has none."""
    for place, row in _rows(path, names, (*keys, *names.benchmarks), keys):
        for word in names.benchmarks:
            if row.get(word):
                yield row, word, _number(f"{place}: {word}", row[word], most=100)


def _reported(path: Path, names: Names) -> Iterator[Number]:
    columns = ("model", "method", "benchmark", "accuracy", "n", "source")
    for place, row in _rows(path, names, columns, columns):
        accuracy = _number(f"{place}: accuracy", row["accuracy"], most=100)
        samples = int(_number(f"{place}: n", row["n"], most=10**6))
        words = row["model"], row["method"], row["benchmark"]
        yield Number("reproductions", *words, accuracy, samples, row["source"])


def _rows(
    path: Path, names: Names, known: tuple[str, ...], needed: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Place and fields of the rows of a CSV file, whose words are all in names.yaml."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        rows = [(f"{path}: line {reader.line_num}", row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"{path}: must be a CSV file in UTF-8 ({error})") from None
    header = reader.fieldnames or []
    for name in (*needed, *header):
        if name not in header or name not in known or [*header].count(name) > 1:
            _fault(f"{path}: its columns", f"{', '.join(known)}, each once", ", ".join(header))
    seen: set[tuple[str, ...]] = set()
    for place, row in rows:
        if None in row or None in row.values():
            raise ConfigError(f"{place}: must have {len(header)} fields, as the first line has")
        for name in ("model", "method", "injection", "benchmark"):
            words = getattr(names, f"{name}s")
            if name in row and row[name] not in words:
                _fault(f"{place}: {name}", f"a word of names.yaml ({', '.join(words)})", row[name])
        key = tuple(row[name] for name in needed)
        if key in seen:
            raise ConfigError(
                f"{place}: must be another row than those before it, got {', '.join(key)} again"
            )
        seen.add(key)
        yield place, row


def _number(place: str, text: str, *, most: int) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1
    if not 0 <= found <= most:  # NaN is neither
        _fault(place, f"a number from 0 to {most}", text)
    return found


def _fault(place: str, rule: str, found: str) -> NoReturn:
    raise ConfigError(f"{place} must be {rule}, got {found!r}")
