"""What is told about a batch size, and how it follows from the measured seconds."""

from collections.abc import Mapping
from dataclasses import dataclass

from dmlr.bench.clock import Seconds, difference_ms, median_ms

STEPS = 5  # that are timed together, the first one left out


@dataclass(frozen=True)
class StepFigures:
    """One optimisation step of the whole batch.

    Attributes:
        milliseconds: of a step.
        passes: of the language model in a step.
        tokens: of a row that went through it in a step.
        decode_steps: decoding steps of the same batch that take as long.
    """

    milliseconds: float
    passes: float
    tokens: float
    decode_steps: float


@dataclass(frozen=True)
class EndToEnd:
    """Prefill, optimisation and decoding of ``new_tokens`` tokens; image features are given.

    Attributes:
        vanilla_samples_per_second: of method vanilla.
        dmlr_samples_per_second: of ``dmlr-paper``.
        time_ratio: time of dmlr over that of vanilla.
        search_passes: passes that the search of ``dmlr-paper`` makes.
        floor: the ratio if each of these passes took as long as one decoding step of the batch:
            (vanilla's time + ``search_passes`` decoding steps) / vanilla's time.
    """

    vanilla_samples_per_second: float
    dmlr_samples_per_second: float
    time_ratio: float
    search_passes: int
    floor: float


@dataclass(frozen=True)
class BatchFigures:
    """What a batch costs; times are medians and of the whole batch.

    Attributes:
        batch: its rows.
        prefill_ms: of its prefixes.
        decode_step_ms: of one decoding step.
        joint: a step with joint acceptance and always two patches a think token.
        plain_ms: of plain passes of as many tokens as the passes of a joint step.
        joint_over_plain: time of a joint step over that.
        paper: a step of ``dmlr-paper``.
        end_to_end: whole samples.
        peak_bytes: see ``dmlr/vlm/memory.py``.
        seconds: all that was measured.
    """

    batch: int
    prefill_ms: float
    decode_step_ms: float
    joint: StepFigures
    plain_ms: float
    joint_over_plain: float
    paper: StepFigures
    end_to_end: EndToEnd
    peak_bytes: int
    seconds: Seconds


def step_ms(seconds: Seconds, name: str) -> float:
    """Milliseconds of a step, from a search's times with one step and with ``STEPS`` more."""
    return difference_ms(seconds[f"{name}_more"], seconds[f"{name}_1"], units=STEPS)


def figures(
    batch: int,
    seconds: Seconds,
    counts: Mapping[str, tuple[float, float]],
    passes: int,
    *,
    new_tokens: int,
    peak: int,
) -> BatchFigures:
    """Figures of a batch.

    Args:
        batch: its rows.
        seconds: measured by ``batch.measure``.
        counts: passes and tokens of a joint step and of one of ``dmlr-paper``.
        passes: of the whole search of ``dmlr-paper``.
        new_tokens: that were decoded.
        peak: bytes.
    """
    step = difference_ms(seconds["decode_all"], seconds["decode_1"], units=new_tokens - 1)
    found = {
        name: StepFigures(step_ms(seconds, name), *count, step_ms(seconds, name) / step)
        for name, count in counts.items()
    }
    plain = median_ms(seconds["plain"], units=STEPS)
    return BatchFigures(
        batch=batch,
        prefill_ms=median_ms(seconds["prefill"]),
        decode_step_ms=step,
        joint=found["joint"],
        plain_ms=plain,
        joint_over_plain=found["joint"].milliseconds / plain,
        paper=found["paper"],
        end_to_end=_end_to_end(batch, seconds, passes, step),
        peak_bytes=peak,
        seconds=seconds,
    )


def _end_to_end(batch: int, seconds: Seconds, passes: int, step: float) -> EndToEnd:
    alone, searched = median_ms(seconds["vanilla"]), median_ms(seconds["dmlr"])
    return EndToEnd(
        vanilla_samples_per_second=1000 * batch / alone,
        dmlr_samples_per_second=1000 * batch / searched,
        time_ratio=searched / alone,
        search_passes=passes,
        floor=(alone + passes * step) / alone,
    )
