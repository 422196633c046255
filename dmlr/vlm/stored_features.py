"""The features of a shard's pictures, as the stages after ``features`` read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dmlr.errors import RecordError
from dmlr.progress import say
from dmlr.provenance import FEATURE_PACKAGES, fingerprint, versions
from dmlr.records import ImageFile
from dmlr.settings import FeaturesSettings, Model
from dmlr.vlm.encode import encode, picture_fault
from dmlr.vlm.feature_file import read_features
from dmlr.vlm.features import base_of, name_of
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import ImageFeatures


@dataclass(frozen=True)
class StoredFeatures:
    """Features of a store, in which a file that is damaged or gone is made again from its picture.

    ``files`` maps a picture's SHA-256 to the file of its features; ``images`` is the folder of the
    benchmark's pictures.
    """

    model: Model
    files: Mapping[str, Path]
    images: Path

    def read(self, vlm: VisionLanguageModel, image: ImageFile) -> ImageFeatures:
        """The features of a picture.

        Raises:
            RecordError: they cannot be read, and neither can the picture, or other code would be needed.
        """
        path = self.files[image.sha256]
        try:
            return read_features(path, vlm.device)
        except RecordError as error:
            say(f"{error}; made again from its picture")
            self._make(vlm, image, path)
        return read_features(path, vlm.device)

    def _make(self, vlm: VisionLanguageModel, image: ImageFile, path: Path) -> None:
        picture = self.images / image.file
        if fault := picture_fault(picture, image.sha256):
            raise RecordError(f"{path}: cannot be made again: {fault}")
        code, packages = fingerprint("features"), versions(*FEATURE_PACKAGES)
        now = FeaturesSettings(code=code, model=self.model, files={}, packages=packages)
        if path.name != name_of(base_of(now), image.sha256):
            raise RecordError(f"{path}: cannot be made again by other code; run snakemake again")
        encode(vlm, self.model, picture, path)
