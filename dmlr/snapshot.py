"""The files of a repository of the Hugging Face hub at a pinned commit, or one line about why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten

from dmlr.errors import CheckpointError, DataError, DmlrError

SHOWN = 200  # characters of somebody else's message that fit on a line


@dataclass(frozen=True)
class Kind:
    """What a repository holds, and what to do about its faults, in the words of its settings."""

    name: str  # for people
    repo_type: str  # for the hub
    error: type[DmlrError]
    cache_it: str  # where the cache lacks the files
    unset_it: str  # where, besides, HF_HUB_OFFLINE keeps the client from asking
    retry: str  # where the hub did not serve them

    @property
    def allow(self) -> str:
        """What to do where the hub does not let the user in."""
        page = f"accept the conditions on the {self.name}'s page"
        return f"{page} and set HF_TOKEN to a token of that account"


CACHE_MODEL = "set checkpoint to a local directory, or run once with a network and offline: false"
MODEL = Kind(
    name="model",
    repo_type="model",
    error=CheckpointError,
    cache_it=CACHE_MODEL,
    unset_it=f"unset it, or {CACHE_MODEL}",
    retry="run again with a network, or set checkpoint to a local directory",
)
CACHE_DATA = (
    "run once with a network and offline: false, or set folder to a directory with its files"
)
DATA_SET = Kind(
    name="data set",
    repo_type="dataset",
    error=DataError,
    cache_it=CACHE_DATA,
    unset_it=f"unset it, {CACHE_DATA}",
    retry="run again with a network, or set folder to a directory with its files",
)


def fetch(
    kind: Kind, hub: str | None, revision: str | None, *, patterns: Sequence[str], offline: bool
) -> Path:
    """The folder of the hub's cache with a repository's files, downloaded first where they are missing.

    Args:
        kind: what the repository holds.
        hub: its id, "owner/name".
        revision: the commit to pin.
        patterns: which of its files are needed, as globs.
        offline: True: only what the cache holds.

    Raises:
        DmlrError: of the kind's class: the id or the revision is None, or the files cannot be had.
    """
    import httpx2
    from huggingface_hub import snapshot_download

    if hub is None or revision is None:
        raise kind.error(f"{hub}: a hub id needs revision: the commit to pin, got null")
    try:
        return Path(
            snapshot_download(
                hub,
                repo_type=kind.repo_type,
                revision=revision,
                allow_patterns=list(patterns),
                local_files_only=offline,
            )
        )
    # RuntimeError and ValueError: what the transfer library and wrong ids or endpoints raise.
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, RuntimeError, ValueError) as error:
        raise kind.error(f"{hub}: revision {revision} {trouble(kind, error)}") from None


def trouble(kind: Kind, error: Exception) -> str:
    """What went wrong and what to do about it."""
    import httpx2
    from huggingface_hub import errors

    if isinstance(error, errors.LocalEntryNotFoundError) and isinstance(error.__cause__, Exception):
        error = error.__cause__  # why the hub was not asked, or what it said
    match error:
        case errors.IncompleteSnapshotError():
            return f"is only partly in the local hub cache; {kind.cache_it}"
        case errors.LocalEntryNotFoundError():
            return f"is not in the local hub cache; {kind.cache_it}"
        case errors.OfflineModeIsEnabled():
            return f"is not in the local hub cache and HF_HUB_OFFLINE is set; {kind.unset_it}"
        case errors.GatedRepoError():
            return f"is gated and access was refused; {kind.allow}"
        case errors.RevisionNotFoundError():
            return f"does not exist; set revision to a commit of the {kind.name}"
        case errors.RepositoryNotFoundError():
            return "was not found; correct the hub id, or, if it is private, set HF_TOKEN"
        case errors.HfHubHTTPError() if error.response.status_code in (401, 403):
            return f"was refused ({_said(error)}); {kind.allow}"
        case errors.HfHubHTTPError():
            return f"was not served ({_said(error)}); {kind.retry}"
        case httpx2.HTTPError():
            return f"is not all in the cache and the hub is out of reach ({_said(error)}); {kind.retry}"
        case _:
            return f"could not be downloaded ({_said(error)}); {kind.retry}"


def _said(error: Exception) -> str:
    """Somebody else's message on one line, without the token, which a refused header would quote."""
    from huggingface_hub.errors import HfHubHTTPError

    text = str(error)
    if isinstance(error, HfHubHTTPError):
        text = f"HTTP {error.response.status_code} {error.server_message or ''}"
    if "Bearer" in text:
        return type(error).__name__
    return shorten(text, SHOWN) or type(error).__name__
