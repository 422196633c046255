"""Pictures in a zip file, read one by one and never unpacked."""

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from dmlr.datasets.pictures import MAX_BYTES, Picture
from dmlr.errors import DataError


class Archive:
    """The pictures of a zip file by their bare names, since its folders differ between releases."""

    def __init__(self, path: Path) -> None:
        """Read the list of its members.

        Raises:
            DataError: it is no whole zip file.
        """
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, ValueError, RuntimeError, zipfile.BadZipFile) as error:
            raise DataError(f"{path}: must be a whole zip file ({error}); fetch it again") from None
        members = [member for member in self._zip.infolist() if not member.is_dir()]
        self._members = {PurePosixPath(member.filename).name: member for member in members}

    def picture(self, name: str) -> Picture:
        """The picture of a name; whether it is there turns out when it is read."""

        def read() -> bytes:
            member = self._members.get(name)
            if member is None:
                raise DataError(f"image {name} is missing in {self.path}")
            if member.file_size > MAX_BYTES:
                raise DataError(f"image must have at most {MAX_BYTES} bytes, {name} has more")
            try:
                return self._zip.read(member)
            except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
                raise DataError(f"image {name} cannot be read from {self.path} ({error})") from None

        return Picture(name, read)
