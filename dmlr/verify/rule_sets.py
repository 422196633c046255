"""The rule sets by name."""

from dmlr.verify.decision import Rule
from dmlr.verify.rules import (
    boxed,
    extracted,
    lmms_eval,
    official,
    released_2025_12,
    released_2026_03,
    vlmevalkit,
)

RULE_SETS: dict[str, Rule] = {
    "boxed": boxed.judge,
    "extracted": extracted.judge,
    "official": official.judge,
    "released-2025-12": released_2025_12.judge,
    "released-2026-03": released_2026_03.judge,
    "lmms-eval": lmms_eval.judge,
    "vlmevalkit": vlmevalkit.judge,
}
