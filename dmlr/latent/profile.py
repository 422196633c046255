"""The algorithm as data: one entry of the configuration is one published algorithm."""

from typing import Literal

from pydantic import Field, model_validator

from dmlr.strict import Settings


class Dmlr(Settings):
    """Latent think tokens optimised per sample.

    Every way in which the paper (Sec. 3, Algorithm 1, appendix) and the two released states of its
    code differ is one field; its default is the paper's, so that a profile need only say where it
    differs from ``dmlr-paper``. docs/design.md argues what that chooses where the paper is silent.
    """

    method: Literal["dmlr"] = Field(description="How an answer is made.")
    think_tokens: int = Field(default=4, ge=1, description="L, the number of latent think tokens.")
    steps: int = Field(default=15, ge=0, description="T, the number of optimisation steps.")
    learning_rate: float = Field(
        default=0.001, ge=0, description="eta of the update T <- T + eta R xi / sigma^2."
    )
    sigma: float = Field(
        default=0.1, gt=0, description="Standard deviation of the noise xi at the first step."
    )
    sigma_decay: float = Field(
        default=0.95, gt=0, le=1, description="Factor on sigma after every step."
    )
    update: Literal[
        "reinforce",
        "none",
        "constant_reward",
        "shuffled_reward",
        "antithetic",
        "mean_baseline",
        "gradient",
        "gradient_direction",
    ] = Field(
        default="reinforce",
        description="What moves the think tokens. reinforce: eta R xi / sigma^2 (paper); none: nothing, "
        "steps only select (the released --use_auto_grad in effect); constant_reward: R is the first "
        "step's at every step (a random walk); shuffled_reward: R is that of an earlier step, drawn; "
        "antithetic: (R(T + xi) - R(T - xi)) / 2; mean_baseline: R minus the mean of the earlier steps; "
        "gradient: eta times the gradient of R at T + xi; gradient_direction: as long a step as "
        "reinforce's, along that gradient.",
    )
    reward: Literal["truncated_entropy", "topk_negative_log", "truncated_doubt"] = Field(
        default="truncated_entropy",
        description="truncated_entropy: 1 - mean over places of -sum p log p over the k most probable "
        "tokens (paper); topk_negative_log: mean of -log(p + 1e-10) over them (released); "
        "truncated_doubt: minus the paper's, so that doubt is what earns it.",
    )
    top_k: int = Field(
        default=10,
        ge=1,
        description="k of the reward; at most the whole vocabulary, so a large one has no truncation.",
    )
    reward_span: Literal["think", "think_inclusive"] = Field(
        default="think",
        description="Places that the reward reads. think: the L think tokens; think_inclusive: and the "
        "one behind them (released 2025-12).",
    )
    reward_context: Literal["image", "placeholder"] = Field(
        default="image",
        description="placeholder: the reward's pass sees the image token's own embedding instead of the "
        "image (released).",
    )
    optimised_on: Literal["image", "blank", "foreign"] = Field(
        default="image",
        description="The image that the whole optimisation sees, its rewards, attention and injected "
        "patches. image: the sample's (paper); blank: grey of the same size; foreign: another picture. "
        "The answer is decoded with the sample's image all the same, and with its patches at the places "
        "that were chosen.",
    )
    injection: Literal["best", "none", "all", "random", "foreign"] = Field(
        default="best",
        description="Patches injected behind think tokens. best: by attention (paper); none; all: every "
        "patch, whatever the budget; random: drawn; foreign: by attention, but of another picture.",
    )
    injected: Literal["features", "placeholder", "last_hidden"] = Field(
        default="features",
        description="What stands for a patch. features: its vision features (paper); placeholder: the "
        "image token's own embedding (released); last_hidden: the last hidden state at its place "
        "(released --visual_only).",
    )
    acceptance: Literal["per_token", "joint"] = Field(
        default="per_token",
        description="per_token: each think token's candidates are tried by themselves (Algorithm 1's "
        "inner loop) and R(T + xi) without patches drives the update; joint: all at once, and the one "
        "reward of the step also drives the update (released).",
    )
    patches_initial: int | None = Field(
        default=2,
        ge=0,
        description="Patches of each think token before the first step (released "
        "--initial_patch_count). null: as many "
        "as patches_max lets; with union the first think token then takes them all.",
    )
    patches_added: int = Field(
        default=2,
        ge=0,
        description="union: m, candidate patches of a think token per step; budget: growth of the "
        "budget at a new best (released --patch_increment).",
    )
    patches_max: int | None = Field(
        default=16,
        ge=0,
        description="union: most patches in the sequence, all think tokens together; budget: of each "
        "think token (released --num_selected_patches). null: no limit.",
    )
    patch_growth: Literal["union", "budget"] = Field(
        default="union",
        description="union: candidates that win join the best patches (paper); budget: the best step's "
        "patches first, then the most attended ones up to a budget (released).",
    )
    injection_stride: int = Field(
        default=1,
        ge=1,
        description="Every how many think tokens one has patches (released --visual_insert_stride).",
    )
    injection_start: int = Field(
        default=0,
        ge=0,
        description="First step that chooses patches (released --visual_injection_start_step).",
    )
    injection_interval: int = Field(
        default=1,
        ge=1,
        description="Every how many steps from then on patches are chosen (released "
        "--visual_injection_interval). In the others union adds no candidates, budget injects nothing.",
    )
    track_positions: bool = Field(
        default=True,
        description="False: with patches between them, think tokens are still written to, and the "
        "reward read at, L places in a row (released).",
    )
    positions: Literal["mrope", "sequential"] = Field(
        default="mrope",
        description="mrope: the model's own positions; sequential: 0, 1, 2, ... in all passes "
        "(released).",
    )
    best_start: Literal["initial_reward", "zero"] = Field(
        default="initial_reward",
        description="What the best reward starts at. initial_reward: that of the think tokens as they "
        "stand in the prompt with their first patches; zero (released).",
    )
    keep: Literal["candidate", "updated"] = Field(
        default="candidate",
        description="What a new best keeps. candidate: T + xi, which earned the reward; updated: T "
        "after the step's update (released).",
    )
    decoded: Literal["best", "last", "initial", "zeros", "noise", "foreign"] = Field(
        default="best",
        description="The think tokens that the answer is decoded from; patches are the best state's. "
        "best (paper); last: T after the last update; initial: as they stand in the prompt; zeros; "
        "noise: drawn, each as long as the best one; foreign: optimised for another question about "
        "another picture.",
    )
    decode_patches: bool = Field(
        default=True,
        description="True: the best patches stay in the sequence that is decoded (Algorithm 1).",
    )
    reward_threshold: float | None = Field(
        default=None,
        description="Stop after a step whose reward reaches it (released --reward_threshold). Never "
        "where it is null or, as in the released code, not above 0.",
    )
    seeding: Literal["per_sample", "fixed"] = Field(
        default="per_sample",
        description="per_sample: noise from (run seed, sample id); fixed: every sample starts from the "
        "run seed (released).",
    )
    prompt: Literal[
        "unified", "internal_thinking", "internal_thinking_detailed", "internal_thinking_direct"
    ] = Field(
        default="unified",
        description="unified: the paper's prompts with the think tokens behind the question; "
        "internal_thinking: the released code's words around them; internal_thinking_detailed and "
        "internal_thinking_direct: the same behind its two other task prompts, in our words (released "
        "--solver_prompt_idx 1 and 2).",
    )
    forbidden_words: list[str] = Field(
        default=[],
        description="Words that decoding must not produce; Qwen3 models are exempt, as in the released "
        "code.",
    )
    max_new_tokens: int = Field(default=2048, ge=1, description="Generation budget in tokens.")

    @model_validator(mode="after")
    def _fields_agree(self) -> "Dmlr":
        if self.injection == "foreign" and self.injected != "features":
            raise ValueError(
                f"injected: features where injection is foreign; it is {self.injected}"
            )
        return self
