"""Vision features shared between working directories: the same files as in the store of each.

A file is linked rather than copied where both lie on one file system, so that it takes its space once
and stays with every directory that has it, whatever happens to the cache.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dmlr.errors import DiskError
from dmlr.files import digest, replacing, write_json
from dmlr.progress import say

ABOUT = "about.json"


@dataclass(frozen=True)
class SharedFeatures:
    """The features that one model makes.

    Args:
        cache: the folder of the cache.
        about: everything that determines the features of a picture, besides the picture; JSON values.
        checkpoint: what the model is called, for people.
    """

    cache: Path
    about: Mapping[str, Any]
    checkpoint: str

    @property
    def folder(self) -> Path:
        """Where the files are, named by the digest of what determines them."""
        return self.cache / "features" / digest(self.about)[:32]

    def take(self, store: Path, names: Iterable[str], holds: Callable[[Path], bool]) -> None:
        """Put into a store the files that are here.

        Args:
            store: folder of a working directory, with the same names.
            names: of the files that it lacks.
            holds: whether a file is what was written; one that is not is removed.
        """
        taken = sum(self._taken(self.folder / name, store / name, holds) for name in names)
        if taken:
            say(f"{self.folder}: features of {taken} images taken from the cache")

    def add(self, store: Path, names: Iterable[str]) -> None:
        """Add the files of a store that are not here yet."""
        wanted = [name for name in names if not (self.folder / name).exists()]
        try:
            for name in wanted:
                link(store / name, self.folder / name)
            if wanted and not (self.folder / ABOUT).exists():
                told = {"about": self.about, "checkpoint": self.checkpoint}
                write_json(self.folder / ABOUT, told)
        except (OSError, DiskError) as error:
            say(f"{self.folder}: cannot be added to ({error}); going on without it")

    def _taken(self, cached: Path, wanted: Path, holds: Callable[[Path], bool]) -> bool:
        if not cached.exists():
            return False
        try:
            if not holds(cached):
                say(f"{cached}: is not what was written; removed, and made again")
                cached.unlink(missing_ok=True)
                return False
            link(cached, wanted)
        except (OSError, DiskError) as error:
            say(f"{cached}: cannot be used ({error}); made again")
            return False
        with suppress(OSError):  # of another user; the age of a file is the time since its last use
            os.utime(cached)
        return True


def link(source: Path, target: Path) -> None:
    """Let ``target`` be the file ``source``, or a copy where they lie on different file systems.

    Raises:
        FileNotFoundError: there is no source, or nothing of it any more.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except FileNotFoundError:
        raise
    except OSError:  # another file system, one without links, or a file of another user
        with replacing(target) as temporary:
            shutil.copyfile(source, temporary)


def about_of(folder: Path) -> tuple[dict[str, Any], str]:
    """What determines the features of a folder, and the checkpoint; empty where it is not said."""
    try:
        found = json.loads((folder / ABOUT).read_bytes())
        return found["about"], found["checkpoint"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}, ""
