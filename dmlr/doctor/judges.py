"""Whether a judge's server answers and takes the key; nothing is asked that costs anything."""

import json
from pathlib import Path
from textwrap import shorten

from dmlr.doctor.finding import Finding, Verdict
from dmlr.errors import ConfigError
from dmlr.judge.endpoint import NO_KEY, Endpoint, api_key, endpoint
from dmlr.judge.entry import Judge
from dmlr.judge.prompt import Prompt

TIMEOUT = 5.0  # seconds of the request
LEDGER = Path("results/ledger.sqlite")
SHOWN = 100  # characters of a server's names that fit on a line


def judge(name: str, told: Judge) -> list[Finding]:
    """Model, prompt, key and server of a judge; the key is never shown.

    What cannot be asked is a fault while there is no ledger: with one, all replies may be there.

    Raises:
        ConfigError: its model or server is named nowhere, or its prompt cannot be read.
    """
    subject = f"judge {name}"
    where = endpoint(told)
    Prompt.load(told.prompt)
    try:
        key = api_key(where, told.key_variable).get_secret_value()
    except ConfigError as error:
        return [Finding(subject, _severe(), str(error))]
    verdict, said = _answer(where, key, told.key_variable)
    shown = "no key" if key == NO_KEY else f"key in {told.key_variable}"
    return [Finding(subject, verdict, f"{where.model} at {where.base_url}, {shown}: {said}")]


def _severe() -> Verdict:
    return "warning" if LEDGER.exists() else "fault"


def _answer(where: Endpoint, key: str, key_variable: str) -> tuple[Verdict, str]:
    import httpx2

    try:
        reply = httpx2.get(
            f"{where.base_url}/models",
            headers={"Authorization": f"Bearer {key}"},
            timeout=TIMEOUT,
        )
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return _severe(), f"out of reach ({type(error).__name__}); start it, or correct base_url"
    if reply.status_code in (401, 403):
        return (
            _severe(),
            f"refuses the key ({reply.status_code}); set {key_variable} to a valid one",
        )
    if reply.status_code in (404, 405):
        return "ok", "answers, and has no list of models"
    if reply.status_code != 200:
        return "warning", f"answers with HTTP {reply.status_code}; look at its log"
    names = _listed(reply.content)
    if names and where.model not in names:
        known = shorten(", ".join(names), SHOWN)
        return "warning", f"answers, but does not list this model; it lists {known}"
    return "ok", "answers"


def _listed(body: bytes) -> list[str]:
    """Names of the models that the server lists; none where it says something else."""
    try:
        found = [one["id"] for one in json.loads(body)["data"]]
    except (ValueError, KeyError, TypeError):
        return []
    return [name for name in found if isinstance(name, str) and name.isprintable()]
