"""``dmlr eval``: the released command line, run by this workflow."""

from collections.abc import Sequence
from pathlib import Path

from dmlr.commands import values
from dmlr.errors import ConfigError
from dmlr.judges import check_judges
from dmlr.merged import workflow_root
from dmlr.progress import say
from dmlr.released import workflow
from dmlr.released.flags import Flags, read
from dmlr.released.remarks import remarks
from dmlr.released.translation import protocol, translate, write
from dmlr.verify.results_file import rescore

LEDGER = Path("results/ledger.sqlite")


def evaluate(arguments: Sequence[str]) -> None:
    """Do what the flags say.

    Raises:
        DmlrError: with one line for what cannot be done.
        SystemExit: a flag is not known or its value is of another type.
    """
    flags = read(arguments)
    if flags.output_dir is None:
        raise ConfigError("--output_dir: must be the folder that the results go to, got none")
    folder, root = Path(flags.output_dir).resolve(), workflow_root().resolve()
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"--output_dir: must be a folder, got the file {folder}")
    for line in remarks(flags):
        say(line)
    if flags.verify_only:
        _score_again(flags, folder / "results.json", root)
    else:
        _run(flags, arguments, folder, root)


def _score_again(flags: Flags, path: Path, root: Path) -> None:
    if not path.is_file():
        raise ConfigError(
            f"--verify_only: {path} must be what a run wrote, found none; run it first"
        )
    rescore(path, values.scoring(protocol(flags), root / LEDGER, "", None), path)


def _run(flags: Flags, arguments: Sequence[str], folder: Path, root: Path) -> None:
    translated = translate(flags)
    path = folder / "config.yaml"
    experiment = write(translated, path, arguments)
    check_judges(experiment, root / LEDGER)
    say(
        f"eval: {path} is the same experiment for snakemake --configfile; results are in {root}/results"
    )
    (model,) = (experiment.model_catalog[name] for name in experiment.models)
    workflow.run(flags, path, root, gpus=model.gpus)
    # Imported only now: DuckDB takes time that a mistake should not.
    from dmlr.released.output import write_output

    found = write_output(experiment, root / "results", flags, translated.rows, folder)
    scored = sum(entry["is_correct"] is not None for entry in found["entries"])
    share = f" ({100 * found['accuracy']:.1f} %)" if scored else ""
    left = found["total"] - scored
    say(
        f"eval {folder / 'results.json'}: {found['correct']} right of {scored} scored{share}, {left} "
        "without a score"
    )
