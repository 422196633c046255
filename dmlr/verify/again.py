"""Asking the judges again for what they owe: failed judgements, and replies off the menu."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dmlr.errors import ConfigError
from dmlr.progress import say
from dmlr.provenance import fingerprint
from dmlr.records import Verdict, read_provenance, read_records
from dmlr.verify.failures import judge_failed
from dmlr.verify.protocol import VerifySettings
from dmlr.verify.scoring import by_rules
from dmlr.verify.verify import RunFiles, asked_judge, decided, pairs, store


def again(folder: Path, limits: dict[str, Any]) -> None:
    """Ask the judges of all verdicts under ``folder`` once more for what they owe, and nothing else.

    Args:
        folder: verdicts, as the workflow wrote them; the working directory is that of the workflow.
        limits: replace those that the verdicts were made under.

    Raises:
        ConfigError: there are no verdicts there, or code or prompt have changed since.
    """
    files = sorted(folder.rglob("*.parquet"))
    if not files:
        raise ConfigError(f"{folder}: must be a folder with verdicts (*.parquet), found none")
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    asked = [path for path in files if _asked_again(path, limits, now)]
    say(f"verify: asked again in {len(asked)} of {len(files)} runs; snakemake brings the tables up")


def _asked_again(path: Path, limits: dict[str, Any], now: str) -> bool:
    """True if something was owed; the other verdicts stay as they are."""
    verdicts = read_records(path, Verdict)
    owed = [place for place, one in enumerate(verdicts) if _owes(one)]
    if not owed:
        return False
    told = read_provenance(path, Verdict)
    settings = _settings(told, path)
    files = _files(told, path)
    limits = {**told["limits"], **limits}
    judge = asked_judge(settings, limits)
    scored = by_rules(settings.protocol, settings.loader, pairs(files.shards, files.predictions))
    wanted = [scored[place] for place in owed]
    found = decided(
        settings.protocol, wanted, judge, files.ledger, shared=files.shared, again_before=now
    )
    for place, verdict in zip(owed, found, strict=True):
        verdicts[place] = verdict
    store(settings, files, limits, verdicts)
    return True


def _owes(verdict: Verdict) -> bool:
    return judge_failed(verdict) or (verdict.judgement is not None and verdict.score is None)


def _settings(told: dict[str, Any], path: Path) -> VerifySettings:
    fields = {name: told[name] for name in VerifySettings.model_fields}
    settings = VerifySettings.model_validate(fields)
    if settings.code != fingerprint("verify"):
        raise ConfigError(f"{path}: the code has changed since it was made; run snakemake instead")
    return settings


def _files(told: dict[str, Any], path: Path) -> RunFiles:
    places = told["files"]
    shards, predictions = ([Path(one) for one in places[key]] for key in ("shards", "predictions"))
    if missing := [one for one in (*shards, *predictions) if not one.exists()]:
        raise ConfigError(
            f"{missing[0]}: must be there, as it was when {path} was made; change into the directory "
            "of that workflow"
        )
    shared = places["shared"] and Path(places["shared"])
    return RunFiles(shards, predictions, path, Path(places["ledger"]), shared)
