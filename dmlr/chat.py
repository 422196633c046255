"""A conversation before any model sees it."""

from typing import Any

THINK = "<|endoftext|>"  # the released code's placeholder of a think token
Messages = list[dict[str, Any]]  # of a chat, as a chat template takes them
