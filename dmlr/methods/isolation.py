"""A sample that cannot be worked on fails alone, and with its reason."""

import traceback
from collections.abc import Callable, Sequence
from typing import TypeVar

from dmlr.progress import say
from dmlr.vlm.memory import out_of_memory

Row = TypeVar("Row")
Made = TypeVar("Made")


def isolated(
    rows: Sequence[Row],
    run: Callable[[Sequence[Row]], list[Made]],
    failed: Callable[[Row, Exception], Made],
) -> list[Made]:
    """Run rows together; where that fails, one by one, so that only the cause is recorded.

    Raises:
        RuntimeError: or MemoryError, where several rows together do not fit into memory.
    """
    if not rows:
        return []
    try:
        return run(rows)
    except Exception as error:
        if len(rows) == 1:
            return [failed(rows[0], error)]
        if out_of_memory(error):
            raise
    # Outside the handler: the error would keep the failed batch's tensors alive.
    return [made for one in rows for made in isolated([one], run, failed)]


def reason_of(sample_id: str, error: Exception) -> str:
    """The one place that turns a fault into what is recorded; its traceback goes into the log."""
    say(f"{sample_id}: failed\n{''.join(traceback.format_exception(error))}")
    return f"{type(error).__name__}: {error}"
