"""What a user says about a benchmark: which rows, from where, in whose words, and how many."""

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from dmlr.records import PromptSource
from dmlr.strict import Settings

Status = Literal["confirmed", "reported", "repaired"]


class Shapes(Settings):
    """The embedded benchmark, drawn by seeded code."""

    loader: Literal["shapes"] = Field(description="Coloured shapes (dmlr/datasets/shapes.py).")
    split: Literal["validation", "test"] = Field(description="Which split of it.")
    samples: int = Field(gt=0, description="How many samples to draw.")
    seed: int = Field(ge=0, description="Seed of the drawn scenes and questions.")


class Subset(Settings):
    """Which rows of a benchmark; by default all of them."""

    start: int = Field(
        default=0, ge=0, description="First row, counted from 0 in the order of the source."
    )
    end: int | None = Field(
        default=None, ge=1, description="First row that is left out; null: none."
    )
    max_samples: int | None = Field(
        default=None, ge=1, description="At most so many rows, from the first on (the paper: 1000)."
    )
    ids: list[str] | None = Field(
        default=None, min_length=1, description="These rows alone, by the ids of the source."
    )
    stratified: int | None = Field(
        default=None,
        ge=1,
        description="So many rows, drawn in proportion from every value of `by`.",
    )
    by: str = Field(
        default="category", description="category, or the name of a group (stratified)."
    )
    seed: int = Field(default=0, ge=0, description="Seed of the stratified draw.")

    @model_validator(mode="after")
    def _one_choice(self) -> "Subset":
        chosen = [name for name in ("ids", "stratified", "max_samples") if getattr(self, name)]
        if len(chosen) > 1 or (self.ids and (self.start or self.end)):
            raise ValueError(
                "one way of choosing: ids alone, or start and end with max_samples or stratified"
            )
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"end behind start, got start {self.start} and end {self.end}")
        return self


class Source(Settings):
    """A data set from its official source, the authors' released file, or a file of your own."""

    loader: Literal[
        "mathvista",
        "mathvision",
        "mm-math",
        "hallusionbench",
        "mmvp",
        "mmstar",
        "scienceqa",
        "json",
    ] = Field(description="Which loader reads it (dmlr/datasets/); json: your own file.")
    source: Literal["official", "released-json"] = Field(
        default="official",
        description="Whose rows in whose order: the official ones, or those of the file `released`.",
    )
    hub: str | None = Field(default=None, description="Data set id on the hub, OWNER/NAME.")
    revision: str | None = Field(default=None, description="Commit of the hub repository to pin.")
    folder: str | None = Field(
        default=None,
        description="Local directory with the repository's files; nothing is downloaded then.",
    )
    offline: bool = Field(
        default=False, description="True: use only what the local hub cache holds."
    )
    split: str = Field(default="test", description="Which split of it.")
    released: str | None = Field(
        default=None,
        description="JSON list of {prompt, solution, image_path, idx}: the authors' file, to be joined "
        "with the official rows, or your own (loader json).",
    )
    image_root: str | None = Field(
        default=None,
        description="Folder that the paths of `released` start in; null: the file's folder.",
    )
    samples: int | None = Field(
        default=None,
        gt=0,
        description="Rows that the whole split must have; null: not checked (json).",
    )
    groups: dict[str, int | dict[str, int]] = Field(
        default={},
        description="What the whole split must have by group: how many values, or rows by value; "
        "`category` counts as a group.",
    )
    licence: str = Field(default="", description="Licence of the data, as its source states it.")
    citation: str = Field(default="", description="What to cite.")
    errata: list[Status] = Field(
        default=["confirmed", "reported", "repaired"],
        description="Which errata (config/errata/) make the labels `corrected`; none: []",
    )
    prompt_source: PromptSource = Field(
        default="unified",
        description="Whose wording of the question: ours, the official or the released one.",
    )
    subset: Subset = Field(default=Subset(), description="Which rows of it; all by default.")
    on_missing_image: Literal["stop", "skip"] = Field(
        default="stop",
        description="skip: leave out samples without a usable picture, and count them.",
    )

    @model_validator(mode="after")
    def _complete(self) -> "Source":
        official = self.hub is not None or self.folder is not None
        if self.loader == "json" and (self.source != "released-json" or official):
            raise ValueError(
                "source: released-json, and neither hub nor folder, for the loader json"
            )
        if self.source == "released-json" and self.released is None:
            raise ValueError("released: the JSON file, for source: released-json")
        if self.source == "official" and not official:
            raise ValueError("hub with revision, or folder, for source: official")
        if self.loader != "json" and self.samples is None:
            raise ValueError("samples: how many rows the split has")
        if self.hub is not None and self.folder is None and self.revision is None:
            raise ValueError("revision: the commit of the hub repository to pin")
        if self.prompt_source == "official" and not official:
            raise ValueError("hub or folder, for prompt_source: official")
        if self.loader == "json" and self.groups:
            raise ValueError("no groups: rows of a file of your own have none")
        if self.prompt_source == "released" and self.released is None:
            raise ValueError("released: the JSON file, for prompt_source: released")
        return self

    @field_validator("groups", mode="before")
    @classmethod
    def _counts(cls, found: Any) -> Any:
        """Values may be written as numbers in YAML; what is neither count nor counts is one line."""
        if not isinstance(found, dict):
            return found
        for name, counts in found.items():
            parts = list(counts.values()) if isinstance(counts, dict) else [counts]
            if not all(isinstance(part, int) and not isinstance(part, bool) for part in parts):
                raise ValueError(f"for {name} a count of values, or rows by value, got {counts!r}")
        return {
            name: {str(k): v for k, v in counts.items()} if isinstance(counts, dict) else counts
            for name, counts in found.items()
        }

    @property
    def joined(self) -> bool:
        """True where the rows have their official sample beside them."""
        return self.hub is not None or self.folder is not None


Benchmark = Annotated[Shapes | Source, Field(discriminator="loader")]
