"""Where a benchmark's official files come from, whether all are there, and whether they are whole."""

import fnmatch
import hashlib
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from dmlr.errors import DataError
from dmlr.files import file_digest
from dmlr.progress import say
from dmlr.snapshot import DATA_SET, fetch

SHA256 = re.compile(r"[0-9a-f]{64}")  # names a large file's blob
GIT_SHA1 = re.compile(r"[0-9a-f]{40}")  # names a small file's blob


@dataclass(frozen=True)
class Repository:
    """Where a benchmark's official files are."""

    hub: str | None  # data set's id on the hub, "owner/name"; None: the folder is all there is
    revision: str | None  # commit to pin
    folder: str | None  # a local directory that holds the repository's files instead
    offline: bool  # True: only what the local hub cache holds
    patterns: tuple[str, ...]  # which files of the repository are needed, as globs


def locate(repository: Repository) -> Path:
    """The folder with the repository's files, downloaded first where neither folder nor cache has them.

    Every pattern matches at least one file there. Files of the hub's cache are compared with the
    digests that name them, every time: hashing is faster than reading the rows.

    Raises:
        DataError: one line: files are missing, cannot be had, or are not what the hub has.
    """
    if repository.folder is not None:
        folder = Path(repository.folder)
        _check_all_there(repository, folder)
        return folder
    folder = fetch(
        DATA_SET,
        repository.hub,
        repository.revision,
        patterns=repository.patterns,
        offline=repository.offline,
    )
    _check_all_there(repository, folder)
    _check_contents(repository, folder)
    return folder


def files(folder: Path, pattern: str) -> list[Path]:
    """The folder's files whose path in it matches the glob, sorted.

    Matched as the hub matches: ``*`` also matches ``/``, and a pattern that ends with ``/`` means all
    below. Nothing outside the folder matches, and nothing in hidden folders, where tools keep records.
    """
    glob = f"{pattern}*" if pattern.endswith("/") else pattern
    found = []
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts[:-1])
        if not hidden and fnmatch.fnmatchcase(name.as_posix(), glob) and path.is_file():
            found.append(path)
    return sorted(found)


def fetch_command(repository: Repository) -> str:
    """What puts the files into the folder, or without one into the hub's cache: a shell command."""
    if repository.hub is None:
        return "what made that folder (its entry names no hub data set)"
    words = ["hf", "download", repository.hub, "--repo-type", "dataset"]
    if repository.revision is not None:
        words += ["--revision", repository.revision]
    for pattern in repository.patterns:
        words += ["--include", pattern]
    if repository.folder is not None:
        words += ["--local-dir", repository.folder]
    return shlex.join(words)


def _check_all_there(repository: Repository, folder: Path) -> None:
    missing = ", ".join(glob for glob in repository.patterns if not files(folder, glob))
    if repository.folder is None and missing:
        raise DataError(
            f"{_place(repository)} must have the files {missing}, the hub's cache has none of them; "
            f"set revision to a commit that has them, or run {fetch_command(repository)}"
        )
    if repository.folder is not None and (missing or not folder.is_dir()):
        found = "lacks" if folder.is_dir() else "is no directory and lacks"
        raise DataError(
            f"{folder}: must hold the files of {repository.hub or 'the data set'}, {found} {missing}; "
            f"run {fetch_command(repository)}"
        )


def _check_contents(repository: Repository, folder: Path) -> None:
    paths = {path for glob in repository.patterns for path in files(folder, glob)}
    unnamed = 0
    for path in sorted(paths):
        # One step of the link: the cache may keep a blob as a link to a store with names of its own.
        expected = path.readlink().name if path.is_symlink() else ""
        found = _digest(path, like=expected)
        unnamed += found is None
        if found not in (None, expected):
            raise DataError(
                f"{_place(repository)}, file {path.relative_to(folder)} must digest to {expected}, "
                f"found {found}; remove {path.resolve()} and run again with offline: false"
            )
    if unnamed:
        say(f"{_place(repository)}: {unnamed} files not verified, the cache has no digests of them")


def _digest(path: Path, *, like: str) -> str | None:
    """A file's digest of the kind that a blob is named by, None for a name that is no digest."""
    if SHA256.fullmatch(like):
        return file_digest(path)
    return _git_digest(path) if GIT_SHA1.fullmatch(like) else None


def _git_digest(path: Path) -> str:
    header = b"blob %d\0" % path.stat().st_size
    with path.open("rb") as file:
        return hashlib.file_digest(
            file, lambda: hashlib.sha1(header, usedforsecurity=False)
        ).hexdigest()


def _place(repository: Repository) -> str:
    return f"{repository.hub}: revision {repository.revision}"
