"""Whether the data beside the figures are those that the records make."""

from collections.abc import Callable, Mapping
from pathlib import Path

from dmlr.check.files import compare_file
from dmlr.experiment import Experiment

Derivation = Callable[[Experiment, Path, Path, Path], None]
# Figure -> what writes ``{figure}.csv``, from a database and the results beside it to a folder.
FIGURES: Mapping[str, Derivation] = {}


def compare_figures(experiment: Experiment, results: Path, database: Path, folder: Path) -> int:
    """Compare the data of every figure that was drawn, and count them.

    Args:
        experiment: what the figures are those of.
        results: folder of all stages' results.
        database: derived from the records.
        folder: where the data are derived to.

    Raises:
        DifferenceError: a value differs.
    """
    drawn = [name for name in FIGURES if (results / "figures" / f"{name}.csv").exists()]
    for name in drawn:
        FIGURES[name](experiment, database, results, folder)
        compare_file(results / "figures" / f"{name}.csv", folder / f"{name}.csv")
    return len(drawn)
