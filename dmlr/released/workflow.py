"""The workflow as a process, for the one run of a released command line."""

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil

from dmlr.errors import ConfigError, DmlrError
from dmlr.judge.dotenv import variable
from dmlr.judge.endpoint import MODEL, SERVER
from dmlr.released.flags import Flags

KEY = "OPENAI_API_KEY"
VISIBLE = "CUDA_VISIBLE_DEVICES"


def run(flags: Flags, configfile: Path, root: Path, *, gpus: int) -> None:
    """Answer and score what the configuration asks for, as far as it is not there yet.

    Ctrl-C and SIGTERM end the workflow and its jobs; finished samples are in their journals.

    Args:
        flags: what was asked for.
        configfile: their translation.
        root: the folder that holds the workflow, and the results.
        gpus: that the model is spread over.

    Raises:
        DmlrError: the workflow did not come to its end.
    """
    environment = devices(flags, os.environ) | _variables(flags, os.environ)
    with subprocess.Popen(
        command(flags, configfile, gpus), cwd=root, env={**os.environ, **environment}
    ) as process:
        try:
            code = process.wait()
        except KeyboardInterrupt:  # the terminal has sent it to the workflow too
            process.wait()
            raise
        except SystemExit:  # SIGTERM, which came to this process alone
            _end(process)
            raise
    if code:
        raise DmlrError(
            f"eval: the workflow stopped with exit code {code}, and said why above; the same command "
            "goes on with what is finished"
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the workflow first, so that it starts nothing, then what its jobs run."""
    jobs = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    for job in jobs:
        with suppress(psutil.NoSuchProcess):
            job.terminate()
    process.wait()


def command(flags: Flags, configfile: Path, gpus: int) -> list[str]:
    """The line that runs the workflow up to the verdicts; ``gpus`` are those of one job."""
    at_once = flags.worker_device_round_robin or flags.device == "cpu"
    gpus *= flags.num_workers if at_once else 1
    return [
        sys.executable, "-m", "snakemake", "verdicts", "--cores", str(flags.num_workers),
        *(["--quiet", "rules"] if flags.verbose <= 0 else []),
        "--resources", f"gpu={gpus}", "--configfile", str(configfile),
    ]  # fmt: skip


def devices(flags: Flags, environment: Mapping[str, str]) -> dict[str, str]:
    """What ``--device`` changes in the environment: which devices are seen.

    Raises:
        ConfigError: its number is that of no visible device.
    """
    kind, _, number = flags.device.partition(":")
    if kind == "cpu":
        return {VISIBLE: ""}
    if not number or (flags.worker_device_round_robin and flags.num_workers > 1):
        return {}
    if VISIBLE not in environment:
        return {VISIBLE: number}
    visible = [name.strip() for name in environment[VISIBLE].split(",") if name.strip()]
    if int(number) >= len(visible):
        raise ConfigError(
            f"--device: must be one of the {len(visible)} devices of {VISIBLE}, counted from 0, got "
            f"{flags.device}"
        )
    return {VISIBLE: visible[int(number)]}


def _variables(flags: Flags, environment: Mapping[str, str]) -> dict[str, str]:
    """The programs of this environment first, the hub's token, and what ``.env`` says of the judge."""
    found = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"}
    token = environment.get("HUGGING_FACE_TOKEN")  # the released code's name for it
    if token and not environment.get("HF_TOKEN"):
        found["HF_TOKEN"] = token
    if flags.use_llm_verify:
        for names in ((KEY,), MODEL, SERVER):
            value = variable(*names)
            if value is not None:
                found[names[0]] = value
    return found
