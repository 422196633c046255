"""Names of files and directories as names of a configuration."""

import re


def slug(text: str) -> str:
    """The text in lower case with dashes for what a name cannot have, at most 64 characters."""
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")[:64] or "unnamed"
