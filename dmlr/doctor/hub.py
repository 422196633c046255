"""Whether a repository of the hub is in the local cache, or can be fetched; nothing is."""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass

from dmlr.doctor.finding import Finding
from dmlr.errors import DmlrError
from dmlr.snapshot import Kind, fetch, trouble
from dmlr.units import amount

TIMEOUT = 5.0  # seconds of a request


@dataclass(frozen=True)
class Repository:
    """A pinned repository, and which of its files are needed, as globs."""

    kind: Kind
    hub: str
    revision: str | None
    patterns: Sequence[str]
    offline: bool

    def cached(self) -> bool:
        """Whether the cache holds it."""
        try:
            fetch(self.kind, self.hub, self.revision, patterns=self.patterns, offline=True)
        except DmlrError:
            return False
        return True


def reachable(subject: str, repository: Repository) -> Finding:
    """Whether the hub would serve what the cache lacks, and how much that is."""
    import httpx2
    from huggingface_hub import HfApi

    if repository.offline:
        remedy = repository.kind.cache_it
        text = f"{repository.hub}: not in the hub's cache, and offline is true; {remedy}"
        return Finding(subject, "fault", text)
    api = HfApi()
    try:
        told = api.repo_info(
            repository.hub,
            repo_type=repository.kind.repo_type,
            revision=repository.revision,
            timeout=TIMEOUT,
            files_metadata=True,
        )
        if told.gated:
            api.auth_check(repository.hub, repo_type=repository.kind.repo_type)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, RuntimeError, ValueError) as error:
        said = trouble(repository.kind, error)
        text = f"{repository.hub}: revision {repository.revision} {said}"
        return Finding(subject, "fault", text)
    files = getattr(told, "siblings", None) or ()
    wanted = [one for one in files if _matches(one.rfilename, repository.patterns)]
    size = amount(sum(one.size or 0 for one in wanted))
    return Finding(subject, "ok", f"{repository.hub}: {size} to download, the hub serves it")


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
