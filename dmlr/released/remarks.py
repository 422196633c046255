"""One line for every flag that does nothing, or not what its name says."""

from dmlr.released.flags import Flags
from dmlr.released.profile import grows
from dmlr.released.states import STATES

NOTHING = "did nothing in the released code and does nothing here"
# Said where the flag is given.
ALWAYS = {
    "disable_best_reward": f"{NOTHING}; the best step's think tokens are decoded",
    "ckpt_suffix": NOTHING,
    "visual_token_viz": f"{NOTHING}; the pages of the report draw patches and attention",
    "visual_token_viz_dir": NOTHING,
    "disable_save_logistics": "there is no logistics.pt here; results.json is written all the same",
    "resume": "finished samples are always taken from their journals, with the flag or without",
    "use_auto_grad": "the gradient never reached the think tokens in the released code, so nothing "
    "updates them here either (update: none)",
}


def remarks(flags: Flags) -> list[str]:
    """What a user must know about the flags of a command line, in the order of the flags."""
    found = {flag: text for flag, text in ALWAYS.items() if flag in flags.model_fields_set}
    if flags.solver_prompt_idx:
        found["solver_prompt_idx"] = (
            "this task prompt is in our words, so numbers are near, not equal"
        )
    found |= _of_patches(flags)
    if not flags.verify_only:
        found |= _of_pixels(flags) | _of_workers(flags)
    return [f"--{flag}: {found[flag]}" for flag in Flags.model_fields if flag in found]


def _of_patches(flags: Flags) -> dict[str, str]:
    if flags.patch_increment and not grows(flags):
        return {"patch_increment": f"{NOTHING} without --num_selected_patches"}
    return {}


def _of_pixels(flags: Flags) -> dict[str, str]:
    """The released defaults cannot be meant."""
    defaults = zip(("min_pixels", "max_pixels"), STATES[flags.state].pixels, strict=True)
    if not STATES[flags.state].flag_defaults:
        return {}
    return {
        flag: f"not given, so {value} as the released README says; the default of the code itself is "
        "multiplied by 28*28 a second time"
        for flag, value in defaults
        if getattr(flags, flag) is None
    }


def _of_workers(flags: Flags) -> dict[str, str]:
    round_robin = flags.worker_device_round_robin
    if round_robin and flags.num_workers == 1:
        return {"worker_device_round_robin": f"{NOTHING} with one worker"}
    if flags.num_workers > 1 and not round_robin and flags.device != "cpu":
        return {
            "num_workers": "all workers shared one device in the released code; here one job at a time "
            "has it, and answers its samples in batches"
        }
    return {}
