"""Every benchmark's loader by the name that a configuration calls it."""

from dmlr.datasets import hallusionbench, mathvision, mathvista, mm_math, mmstar, mmvp, scienceqa
from dmlr.datasets.source import Loader

LOADERS: dict[str, Loader] = {
    "mathvista": mathvista.LOADER,
    "mathvision": mathvision.LOADER,
    "mm-math": mm_math.LOADER,
    "hallusionbench": hallusionbench.LOADER,
    "mmvp": mmvp.LOADER,
    "mmstar": mmstar.LOADER,
    "scienceqa": scienceqa.LOADER,
}
