"""Whether each model of the configuration is there, or can be fetched."""

from dmlr.checkpoint import FETCHED, check, local, locate
from dmlr.doctor.finding import Finding
from dmlr.doctor.hub import Repository, reachable
from dmlr.settings import Model
from dmlr.snapshot import MODEL
from dmlr.units import amount
from dmlr.weights import weight_files


def model(name: str, told: Model) -> list[Finding]:
    """The files are looked at, and the headers of the weights; the weights are not loaded.

    Raises:
        CheckpointError: the checkpoint is not complete, or not of its family.
    """
    subject, folder = f"model {name}", local(told)
    if folder is None:
        repository = Repository(MODEL, told.checkpoint, told.revision, FETCHED, told.offline)
        if not repository.cached():
            return [reachable(subject, repository)]
        folder = locate(told.model_copy(update={"offline": True}))
    check(folder, family=told.family)
    size = sum(path.stat().st_size for path in weight_files(folder))
    return [Finding(subject, "ok", f"{told.checkpoint}: {amount(size)} of weights, complete")]
