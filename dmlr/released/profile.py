"""The flags that say how an answer is made, as a profile of method dmlr."""

from collections.abc import Mapping
from typing import Any

from dmlr.files import digest
from dmlr.latent.profile import Dmlr
from dmlr.released.flags import Flags
from dmlr.released.states import STATES

# Flag -> the field of the profile that it sets.
FIELDS = {
    "num_thought_tokens": "think_tokens",
    "max_num_steps": "steps",
    "lr": "learning_rate",
    "sigma": "sigma",
    "sigma_decay": "sigma_decay",
    "top_k": "top_k",
    "reward_threshold": "reward_threshold",
    "initial_patch_count": "patches_initial",
    "patch_increment": "patches_added",
    "num_selected_patches": "patches_max",
    "visual_insert_stride": "injection_stride",
    "visual_injection_start_step": "injection_start",
    "visual_injection_interval": "injection_interval",
    "max_new_tokens": "max_new_tokens",
}
PROMPTS = ("internal_thinking", "internal_thinking_detailed", "internal_thinking_direct")
# Where 0 and less stand for none.
NONE_AT_ZERO = ("reward_threshold", "initial_patch_count", "num_selected_patches")


def profile(flags: Flags, catalog: Mapping[str, Any]) -> tuple[str, Dmlr]:
    """The profile and its name: that of the catalog's where one is equal, else one with its digest."""
    state = STATES[flags.state]
    chosen = FIELDS.keys() if state.flag_defaults else FIELDS.keys() & flags.model_fields_set
    changes = {FIELDS[flag]: _value(flag, flags) for flag in chosen}
    if flags.solver_prompt_idx:
        changes["prompt"] = PROMPTS[flags.solver_prompt_idx]
    if flags.use_auto_grad:
        changes["update"] = "none"
    if flags.visual_only:
        changes["injected"] = "last_hidden"
    found = Dmlr.model_validate({**catalog[state.profile], **changes})
    if found == Dmlr.model_validate(catalog[state.profile]):
        return state.profile, found
    return f"{state.profile}-{digest(found.model_dump())[:8]}", found


def grows(flags: Flags) -> bool:
    """Whether patches can be added at a new best: there not without ``--num_selected_patches``."""
    return not STATES[flags.state].flag_defaults or bool(_value("num_selected_patches", flags))


def _value(flag: str, flags: Flags) -> Any:
    value = getattr(flags, flag)
    if flag in NONE_AT_ZERO:
        return value if value is not None and value > 0 else None
    if flag == "visual_injection_interval":
        return max(1, value)  # 0 is every step there
    return value if flag != "patch_increment" or grows(flags) else 0
