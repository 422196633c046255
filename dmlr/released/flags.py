"""The released command line: every flag of the authors' main.py, with its type, default and limits.

Names and defaults are those of both released states, whose command lines are alike. Where a default is
None here, the translation chooses it and says so.
"""

from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import Any, Literal, get_args

from pydantic import Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from dmlr.errors import ConfigError
from dmlr.strict import Settings

DESCRIPTION = """\
The command line of the authors' main.py, run by this workflow. Writes DIR/config.yaml (the same
experiment for snakemake --configfile), DIR/results.json and DIR/reward_logs/.
docs/from-the-released-code.md says what each flag did there and does here."""
TRUTH = {True: ("true", "1", "yes", "y", "t"), False: ("false", "0", "no", "n", "f")}


class Flags(Settings):
    """What a user of the released code says, and by ``state`` which algorithm is meant."""

    dataset: str | None = Field(
        default=None, description="JSON list of {prompt, solution, image_path, idx}"
    )
    model_name_or_path: str = Field(
        default="Qwen/Qwen2.5-VL-7B-Instruct",
        description="directory, hub id of config/models.yaml, or embedded:shapes-1m",
    )
    output_dir: str | None = Field(default=None, description="where the results go")
    state: Literal["2025-12", "2026-03", "paper"] = Field(
        default="2025-12",
        description="ours: which released state the flags are for, or the paper's settings",
    )
    start_data_idx: int = Field(default=0, ge=0, description="first row, counted from 0")
    end_data_idx: int = Field(default=100, ge=1, description="first row that is left out")
    max_new_tokens: int = Field(default=2048, ge=1, description="generation budget in tokens")
    device: str = Field(
        default="cuda", pattern=r"^(cpu|cuda(:\d+)?)$", description="cpu, cuda or cuda:N"
    )
    solver_prompt_idx: int = Field(
        default=0, ge=0, le=2, description="0: step by step, 1: in detail, 2: the answer alone"
    )
    seed: int = Field(default=42, ge=0, description="run seed")
    num_thought_tokens: int = Field(default=8, ge=1, description="latent think tokens")
    sigma: float = Field(default=20.0, gt=0, description="standard deviation of the noise")
    sigma_decay: float = Field(default=0.95, gt=0, le=1, description="its factor after a step")
    lr: float = Field(default=0.005, ge=0, description="eta of the update")
    max_num_steps: int = Field(default=20, ge=0, description="optimisation steps")
    reward_threshold: float = Field(default=-1.0, description="stop at this reward, if above 0")
    top_k: int = Field(default=10, ge=1, description="tokens that the reward reads at a place")
    disable_conf_reward: bool = Field(default=False, description="another reward; not here")
    disable_best_reward: bool = Field(default=False, description="did nothing")
    resume: bool = Field(default=False, description="go on where a run stopped; always so here")
    ckpt_suffix: str = Field(default="", description="did nothing")
    use_auto_grad: bool = Field(default=False, description="in effect: no update at all")
    verbose: int = Field(default=1, description="0: progress alone")
    disable_save_logistics: bool = Field(default=False, description="no logistics.pt")
    use_llm_verify: bool = Field(default=False, description="a language model judges the answers")
    verify_only: bool = Field(default=False, description="score DIR/results.json again, no more")
    min_pixels: int | None = Field(
        default=None, ge=1, description="smallest picture, in units of 28 x 28 pixels; 128"
    )
    max_pixels: int | None = Field(
        default=None, ge=4, description="largest picture, in units of 28 x 28 pixels; 256"
    )
    num_workers: int = Field(default=1, ge=1, description="jobs at a time")
    worker_device_round_robin: bool = Field(default=False, description="a device for each job")
    num_selected_patches: int | None = Field(
        default=None, description="most patches of a think token; all"
    )
    visual_token_viz: bool = Field(default=False, description="did nothing")
    visual_token_viz_dir: str = Field(default="visual_token_viz", description="did nothing")
    visual_only: bool = Field(default=False, description="last hidden states stand for patches")
    visual_insert_stride: int = Field(
        default=1, ge=1, description="every how many think tokens one has patches"
    )
    visual_injection_start_step: int = Field(
        default=0, ge=0, description="first step that chooses patches"
    )
    visual_injection_interval: int = Field(
        default=1, ge=0, description="every how many steps from then on"
    )
    initial_patch_count: int | None = Field(
        default=None, description="patches of a think token at first; all it may have"
    )
    patch_increment: int = Field(default=0, ge=0, description="more of them at a new best")
    save_reward_csv: bool = Field(default=True, description="write reward_logs/; true or false")


def read(arguments: Sequence[str]) -> Flags:
    """The flags of a command line; ``model_fields_set`` are those that stand there.

    Raises:
        ConfigError: with one line for every value that no run could have.
        SystemExit: a flag is not known or its value is of another type; argparse tells it.
    """
    given = vars(_parser().parse_args(arguments))
    try:
        return Flags.model_validate(given)
    except ValidationError as error:
        raise ConfigError("\n".join(map(_line, error.errors()))) from None


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="dmlr eval",
        usage="dmlr eval --dataset FILE --output_dir DIR [--FLAG VALUE ...]",
        description=DESCRIPTION,
        formatter_class=RawDescriptionHelpFormatter,
        argument_default=SUPPRESS,
    )
    for name, field in Flags.model_fields.items():
        parser.add_argument(f"--{name}", help=_help(field), **_argument(field))
    return parser


def _argument(field: FieldInfo) -> dict[str, Any]:
    """How argparse reads a flag of this type."""
    kinds: tuple[Any, ...] = get_args(field.annotation) or (field.annotation,)
    if kinds == (bool,):
        return {"type": _truth, "metavar": "BOOL"} if field.default else {"action": "store_true"}
    if isinstance(kinds[0], str):
        return {"choices": kinds}
    return {"type": kinds[0], "metavar": kinds[0].__name__.upper()}


def _truth(text: str) -> bool:
    """A truth value in the spellings of the released code."""
    for value, spellings in TRUTH.items():
        if text.strip().lower() in spellings:
            return value
    raise ArgumentTypeError(f"must be true or false, got {text!r}")


def _help(field: FieldInfo) -> str:
    default = field.default
    hidden = default is None or default is False or default == ""
    return str(field.description) if hidden else f"{field.description} ({default})"


def _line(fault: ErrorDetails) -> str:
    flag, rule = fault["loc"][0], fault["msg"].removeprefix("Input should be ")
    if flag == "device":
        rule = "cpu, cuda or cuda:N"
    return f"--{flag}: must be {rule}, got {fault['input']!r}"
