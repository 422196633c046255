"""What a user may set, and what each stage is told: typed, closed to unknown keys.

These models are the schema; ``workflow/schemas/`` holds the same as JSON schema for editors, and a
test keeps them equal. A stage's settings are everything that changes its result and nothing else.
"""

from typing import Annotated, Literal

from pydantic import Field

from dmlr.latent.profile import Dmlr
from dmlr.strict import Settings

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=64)]


class Model(Settings):
    """A vision-language model."""

    checkpoint: str = Field(
        min_length=1,
        description="embedded:NAME (ships with dmlr), a local directory, or a hub id.",
    )
    revision: str | None = Field(description="Commit of the hub repository; required for a hub id.")
    offline: bool = Field(description="True: use only what the local hub cache holds.")
    family: Literal["qwen2_5_vl", "qwen3_vl"] = Field(
        description="Which adapter drives it (dmlr/vlm/)."
    )
    dtype: Literal["float32", "bfloat16", "float16"] = Field(description="Type of the weights.")
    min_image_tokens: int = Field(ge=1, description="Smaller images are enlarged to this.")
    max_image_tokens: int = Field(ge=4, description="Larger images are reduced to this.")


class Card(Settings):
    """How the card of a model asks; the prompt ``card`` of method vanilla reads it, and nothing else."""

    system: str | None = Field(
        default=None,
        description="System prompt; null: what the chat template puts there by itself. The unified "
        "prompt has the paper's in its place.",
    )
    hint: str = Field(default="", description="What stands right before the question.")


class ModelEntry(Model):
    """A model of the catalog: besides what changes a number of every method, what does not."""

    licence: str = Field(min_length=1, description="Of the weights; an SPDX id where there is one.")
    card: Card = Field(default=Card(), description="How its card asks.")
    gpus: int = Field(
        default=1, ge=1, description="GPUs that it is spread over, for a model larger than one."
    )

    @property
    def model(self) -> Model:
        """What the stages are told."""
        return Model(**self.model_dump(include=set(Model.model_fields)))


class Vanilla(Settings):
    """The model answers by itself."""

    method: Literal["vanilla"] = Field(description="How an answer is made.")
    prompt: Literal["unified", "direct", "card", "internal_thinking"] = Field(
        description="unified: think, then answer (paper's prompts); direct: the answer alone; card: as "
        "the model's card asks; internal_thinking: the released dmlr prompt without its think tokens."
    )
    max_new_tokens: int = Field(ge=1, description="Generation budget in tokens.")


class SelfConsistency(Settings):
    """Several replies, of which the most frequent answer counts (arXiv 2203.11171).

    The first reply is vanilla's greedy one; the others are drawn.
    """

    method: Literal["self-consistency"] = Field(description="How an answer is made.")
    extra_tokens: int = Field(
        ge=0,
        description="Replies are drawn until so many tokens went through the language model for them, "
        "what dmlr's optimisation takes; the last one is written to its end.",
    )
    least_replies: int = Field(
        default=1,
        ge=1,
        description="Replies that there are in any case, the greedy one among them. One other cannot "
        "outvote it: of as many votes the first counts.",
    )
    temperature: float = Field(gt=0, description="Of the drawn replies.")
    max_new_tokens: int = Field(ge=1, description="Generation budget of each reply in tokens.")


class MultimodalCot(Settings):
    """First a rationale, then the answer from it: two conversations about the same image.

    Zero-shot form of Multimodal-CoT (arXiv 2302.00923), which is a pair of fine-tuned models; the
    prompts are ours.
    """

    method: Literal["multimodal-cot"] = Field(description="How an answer is made.")
    rationale_tokens: int = Field(ge=1, description="Budget of the rationale in tokens (512).")
    max_new_tokens: int = Field(ge=1, description="Budget of the answer in tokens.")


class Ccot(Settings):
    """First a scene graph, then the answer from it: Compositional CoT (arXiv 2311.17076)."""

    method: Literal["ccot"] = Field(description="How an answer is made.")
    graph_tokens: int = Field(ge=1, description="Budget of the scene graph in tokens (256).")
    max_new_tokens: int = Field(ge=1, description="Budget of the answer in tokens.")


class Icot(Settings):
    """While the answer is written, image tokens come back into it: ICoT (arXiv 2411.19488).

    Defaults are those of its authors' code for Qwen2-VL, except ``repeats``, which is true there.
    """

    method: Literal["icot"] = Field(description="How an answer is made.")
    trigger: str = Field(
        default="\n",
        min_length=1,
        description="What a generated token must end in to be a trigger.",
    )
    every: int = Field(
        default=2, ge=1, description="A block is inserted behind every so many-th trigger."
    )
    blocks: int = Field(default=3, ge=0, description="Most blocks in a reply.")
    patches: int = Field(
        default=16,
        ge=1,
        description="Image tokens of a block: those that the trigger attends to most.",
    )
    selection: Literal["attention", "random"] = Field(
        default="attention", description="random: the image tokens of a block are drawn instead."
    )
    repeats: bool = Field(
        default=False, description="True: an image token may be inserted in several blocks."
    )
    deepstack: bool = Field(
        default=False,
        description="True: inserted image tokens carry their deepstack levels too (Qwen3-VL).",
    )
    max_new_tokens: int = Field(
        ge=1, description="Generation budget in tokens; those of the blocks do not count."
    )


Profile = Annotated[
    Vanilla | SelfConsistency | MultimodalCot | Ccot | Icot | Dmlr, Field(discriminator="method")
]


def shard_names(count: int) -> list[str]:
    """Names of a benchmark's shards; growing the benchmark leaves the old names alone."""
    return [f"{i:05d}" for i in range(count)]


class StageSettings(Settings):
    """What a stage is told; ``code`` is the fingerprint of the code that was planned."""

    code: str


class FeaturesSettings(StageSettings):
    """Settings of ``dmlr features``.

    ``files`` tells the state of a local checkpoint, ``packages`` the versions that can change a result.
    """

    model: Model
    files: dict[str, str]
    packages: dict[str, str]


class ReasonSettings(StageSettings):
    """Settings of ``dmlr reason``; ``files`` and ``packages`` as for the features.

    ``card`` is None where the profile does not ask by it, so that a word of it re-runs nothing else.
    """

    model: Model
    files: dict[str, str]
    profile: Profile
    card: Card | None
    seed: int
    packages: dict[str, str]


class RunKey(Settings):
    """Which run: benchmark x model x profile x seed."""

    benchmark: Slug
    model: Slug
    profile: Slug
    seed: int

    @property
    def folder(self) -> str:
        """Its place under ``results/runs``."""
        return f"{self.benchmark}/{self.model}/{self.profile}/seed-{self.seed}"

    @property
    def slug(self) -> str:
        """Its name as one word."""
        return f"{self.benchmark}--{self.model}--{self.profile}--seed-{self.seed}"
