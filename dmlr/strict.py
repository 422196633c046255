"""The base of everything that is set by somebody: typed and closed."""

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Base of all settings: immutable, strict types, closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
