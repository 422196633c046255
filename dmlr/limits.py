"""Limits that stages share which share no other code."""

SLIMMEST = (
    200  # times as long as wide that a picture may be at most; qwen-vl-utils resizes no other
)
