"""What ``snakemake --dry-run`` plans, as a JSON object per line on standard output.

Run as a process of its own, ``python -m dmlr.plan.dryrun TARGET... --configfile FILE ...``: snakemake's
command line with its profile, and a logger plugin (snakemake_interface_logger_plugins) that hands over
events, so that nobody has to read lines that are for people.
"""

import json
import logging
import sys
from typing import Any

from snakemake.cli import main
from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.registry import LoggerPluginRegistry

NAME = "dmlr"


class LogHandler(LogHandlerBase):
    """Prints jobs and errors; the registry finds it by this name."""

    writes_to_stream = True  # instead of snakemake's own lines
    writes_to_file = False
    has_filter = True  # none: every event comes
    has_formatter = True
    needs_rulegraph = False

    def emit(self, record: logging.LogRecord) -> None:
        """Print an event that the plan is made of."""
        found = _told(record)
        if found is not None:
            print(json.dumps(found), flush=True)


def _told(record: logging.LogRecord) -> dict[str, Any] | None:
    event = getattr(record, "event", None)
    if event == LogEvent.JOB_INFO:
        job = record.__dict__
        return {"rule": job["rule_name"], "output": list(job["output"]), "reason": job["reason"]}
    if record.levelno >= logging.ERROR:
        return {"error": record.getMessage()}
    return None


if __name__ == "__main__":
    LoggerPluginRegistry().register_plugin(f"snakemake_logger_plugin_{NAME}", sys.modules[__name__])
    main([*sys.argv[1:], "--dry-run", "--logger", NAME])
