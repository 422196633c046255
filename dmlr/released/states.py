"""What the flags of the released command line are for: a released state, or the paper's settings.

The command lines of both released states are alike, so the flags cannot tell which one is meant. The
default is 2025-12, the state whose README is the one that people copy commands from.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class State:
    """One algorithm with its scoring, by their names in the catalogs.

    ``judged`` is the protocol of ``--use_llm_verify``. ``flag_defaults``: True where a flag that is not
    given has the default of the released code, False where it leaves the profile's value alone.
    ``pixels`` are ``--min_pixels`` and ``--max_pixels`` where they are not given.
    """

    profile: str
    protocol: str
    judged: str
    flag_defaults: bool
    pixels: tuple[int, int]


# The README's pixels: the code's own defaults are multiplied by 28 * 28 a second time, and no picture
# would have less than 157 million pixels. The paper's are those of config/models.yaml.
STATES = {
    "2025-12": State(
        "dmlr-released-2025-12", "released-2025-12", "released-2025-12-llm", True, (128, 256)
    ),
    "2026-03": State(
        "dmlr-released-2026-03", "released-2026-03", "released-2026-03-llm", True, (128, 256)
    ),
    "paper": State("dmlr-paper", "paper", "judge-environment", False, (4, 256)),
}
