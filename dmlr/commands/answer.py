"""The subcommand ``answer``: the whole method on one picture."""

from pathlib import Path
from typing import Annotated

import typer


def answer(
    question: Annotated[str, typer.Option(help="The question.")],
    image: Annotated[Path | None, typer.Option(help="The picture it is about.")] = None,
    option: Annotated[
        list[str] | None, typer.Option(help="An option to choose from; once for each, in order.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="A checkpoint directory, a hub id, or embedded:shapes-1m.")
    ] = "embedded:shapes-1m",
    revision: Annotated[
        str | None, typer.Option(help="Commit of a hub id, which needs one.")
    ] = None,
    offline: Annotated[bool, typer.Option(help="Use only what the local hub cache holds.")] = False,
    dtype: Annotated[str, typer.Option(help="float32, bfloat16 or float16.")] = "float32",
    device: Annotated[str | None, typer.Option(help="cpu, cuda, ...; the best there is.")] = None,
    profile: Annotated[
        str, typer.Option(help="A name of config/profiles.yaml or config/profiles-controls.yaml.")
    ] = "dmlr-paper",
    change: Annotated[
        list[str] | None, typer.Option("--set", help="field=value: change one of the profile.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Run seed.")] = 42,
    sample_id: Annotated[
        str, typer.Option(help="Seeds the noise with the run seed; a run's id gives its answer.")
    ] = "answer",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    full: Annotated[bool, typer.Option(help="With --json: the final latents too.")] = False,
    trace: Annotated[
        Path | None, typer.Option(help="Print the steps; write this PNG with the patches.")
    ] = None,
) -> None:
    """Answer one question about one picture, by any profile."""
    from dmlr.commands import values
    from dmlr.errors import ConfigError

    if full and not as_json:
        raise ConfigError("--full: goes with --json")
    if trace and image is None:
        raise ConfigError("--trace: draws on the picture, so it goes with --image")
    entry = values.model_entry(model, revision=revision, offline=offline, dtype=dtype)
    changed, chosen = values.chosen(entry, profile, change or [])
    card = values.card_for(model, profile, chosen)
    # Imported only now: torch takes seconds, and a mistake should not.
    from dmlr.methods.single import Single, answer_single

    asked = Single(image, question, option or [], changed, chosen, seed, sample_id, device, card)
    answer_single(asked, as_json=as_json, full=full, trace=trace)
