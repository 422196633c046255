"""Whether the data beside the figures are those that the records make."""

from pathlib import Path

from dmlr import config
from dmlr.check.files import compare_file
from dmlr.experiment import Experiment
from dmlr.figures.figure import figure
from dmlr.figures.told import FigureSettings


def compare_figures(experiment: Experiment, results: Path, database: Path, folder: Path) -> int:
    """Compare the data of every figure of the experiment that was drawn, and count them.

    Args:
        experiment: what the figures are those of.
        results: folder of all stages' results.
        database: derived from the records.
        folder: where the data are derived to.

    Raises:
        DifferenceError: a value differs.
    """
    told = FigureSettings.model_validate_json(config.figure_settings(experiment))
    drawn = [name for name in experiment.figures if _data(results, name).exists()]
    for name in drawn:
        figure(name, told, database, results, folder)
        compare_file(_data(results, name), folder / f"{name}.csv")
    return len(drawn)


def _data(results: Path, name: str) -> Path:
    return results / "figures" / f"{name}.csv"
