"""What ``dmlr bench --out`` wrote, of the files that lie in the results."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dmlr.errors import RecordError
from dmlr.report.audit_parts import Told
from dmlr.report.text import shortened

FOLDER = "bench"  # of the results


class Conditions(Told):
    """What was measured, and on what."""

    model: str
    random_weights: bool
    parameters: int
    dtype: str
    device: str
    threads: int
    prefix_tokens: int
    new_tokens: int
    repeats: int
    machine: Mapping[str, Any]

    @property
    def versions(self) -> str:
        """The libraries and the commit that it was measured with."""
        packages = self.machine.get("installed") or {}
        names = [
            f"{name} {packages[name]}" for name in ("torch", "transformers") if name in packages
        ]
        return ", ".join([*names, f"commit {shortened(self.machine.get('commit') or 'unknown')}"])


class Step(Told):
    """One optimisation step of the whole batch."""

    milliseconds: float
    passes: float
    decode_steps: float


class EndToEnd(Told):
    """Whole samples."""

    vanilla_samples_per_second: float
    dmlr_samples_per_second: float
    time_ratio: float
    floor: float


class Batch(Told):
    """What a batch costs."""

    batch: int
    prefill_ms: float
    decode_step_ms: float
    joint: Step
    joint_over_plain: float
    paper: Step
    end_to_end: EndToEnd
    peak_bytes: int


class Bench(Told):
    """One file; ``name`` is the file's."""

    name: str
    conditions: Conditions
    image_encoding_ms: float
    batches: list[Batch]


def benches(results: Path) -> list[Bench]:
    """All files by their names.

    Raises:
        RecordError: one is not what ``dmlr bench`` writes.
    """
    return [_read(path) for path in sorted((results / FOLDER).glob("*.json"))]


def _read(path: Path) -> Bench:
    try:
        return Bench.model_validate({**json.loads(path.read_bytes()), "name": path.name})
    except ValidationError as error:
        first = error.errors()[0]
        reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except (OSError, ValueError, TypeError) as error:
        reason = str(error)
    raise RecordError(
        f"{path}: not a readable bench ({reason}); remove it, or run dmlr bench --out {path} again"
    )
