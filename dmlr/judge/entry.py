"""A judge: which model of which server says whether a candidate is right, and how it is asked."""

from typing import Literal

from pydantic import Field

from dmlr.strict import Settings


class Judge(Settings):
    """An entry of the catalog of judges.

    Its API key comes from the environment or .env, never from here; ``key_variable`` says by which name.
    """

    model: str | None = Field(
        None, description="Model name at the server; null: OPENAI_MODEL or MODEL_TYPE."
    )
    base_url: str | None = Field(
        None,
        description="The server, for instance http://localhost:8000/v1; null: OPENAI_BASE_URL or "
        "OPENAI_API_BASE_URL, else OpenAI's.",
    )
    key_variable: str = Field(
        "OPENAI_API_KEY",
        description="Variable of the environment or .env that holds the server's API key.",
        pattern=r"^[A-Z][A-Z0-9_]*$",
    )
    served_model: str | None = Field(
        None, description="What the server must say that it serves; null: anything, recorded."
    )
    prompt: str = Field(
        description="Prompt file: a path in this directory or the project.", pattern=r"\.jinja$"
    )
    temperature: float = Field(0.0, ge=0, le=2, description="Sampling temperature.")
    max_tokens: int = Field(512, ge=1, description="Most tokens of a reply.")
    seed: int | None = Field(42, description="Sampling seed, where the server knows one.")
    structured: Literal["auto", "off"] = Field(
        "auto",
        description="auto: ask for a reply of a JSON schema, without one where the server refuses.",
    )
    concurrency: int = Field(8, ge=1, le=512, description="Calls in flight at once.")
    requests_per_minute: int | None = Field(None, ge=1, description="Rate limit; null: none.")
    max_cost: float | None = Field(
        None, ge=0, description="US dollars that one job may spend; null: no limit."
    )
    input_price: float | None = Field(
        None, ge=0, description="US dollars for a million input tokens; null: unknown."
    )
    output_price: float | None = Field(
        None, ge=0, description="US dollars for a million output tokens; null: unknown."
    )
    timeout_seconds: float = Field(60.0, gt=0, description="Most seconds that one try may take.")
    retries: int = Field(4, ge=0, le=20, description="Tries after the first, by the client.")
