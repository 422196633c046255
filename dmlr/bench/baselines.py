"""The engine beside the naive algorithm of the tests: whole sequences, eager attention, no cache."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import yaml

import dmlr
from dmlr.bench.batch import Things, decode_after
from dmlr.bench.case import JOINT, SEED, Case, Optimisation
from dmlr.bench.clock import Seconds, Stopwatch, difference_ms
from dmlr.bench.figures import STEPS, step_ms
from dmlr.errors import DmlrError
from dmlr.latent.profile import Dmlr
from dmlr.vlm.model import VisionLanguageModel

REPOSITORY = Path(dmlr.__file__).parents[1]
ORACLE_STEPS = 2  # that are timed together, the first one left out
RELEASED = "dmlr-released-2026-03"
DECODED = 17  # tokens, of which the first is no decoding step


@dataclass(frozen=True)
class Comparison:
    """A profile's step done naively and by the engine, at batch 1.

    Attributes:
        oracle_ms: of a naive step.
        oracle_passes: that it makes.
        engine_ms: of the engine's step.
        engine_passes: that it makes.
        ratio: of the two times.
        ratio_per_pass: of the times per pass, where the two make different numbers of them.
        oracle_decode_steps: the engine's decoding steps at batch 1 that take as long as a naive step.
    """

    oracle_ms: float
    oracle_passes: float
    engine_ms: float
    engine_passes: float
    ratio: float
    ratio_per_pass: float
    oracle_decode_steps: float


@dataclass(frozen=True)
class Baselines:
    """The joint step of ``dmlr-paper``, and the released algorithm as it was released."""

    joint: Comparison
    released: Comparison
    seconds: Seconds


def load_oracle(repository: Path) -> ModuleType:
    """The naive algorithm, which only the repository has.

    Raises:
        DmlrError: the directory does not hold it.
    """
    path = repository / "tests" / "oracle.py"
    spec = importlib.util.spec_from_file_location("dmlr_oracle", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise DmlrError(
            f"{path}: the bench compares with tests/oracle.py, which only the repository has; "
            "pass --no-baselines"
        )
    oracle = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(oracle)
    return oracle


def released(repository: Path) -> Dmlr:
    """The catalog's profile of the released code, with prompts and sequences as long as the paper's."""
    text = (repository / "config" / "profiles.yaml").read_text(encoding="utf-8")
    profile = Dmlr.model_validate(yaml.safe_load(text)["profile_catalog"][RELEASED])
    size = ("think_tokens", "patches_initial", "patches_added", "prompt")
    return profile.model_copy(update={name: getattr(JOINT, name) for name in size})


def measure(case: Case, oracle: ModuleType, *, stopwatch: Stopwatch) -> Baselines:
    """Measure both comparisons on a case of one question."""
    profiles = {"joint": JOINT, "released": released(REPOSITORY)}
    engines = {name: Optimisation(case, profile) for name, profile in profiles.items()}
    things: Things = {
        "decode_1": lambda: decode_after(engines["joint"], 1),
        "decode_all": lambda: decode_after(engines["joint"], DECODED),
    }
    for name, profile in profiles.items():
        things |= _things(name, case, oracle, profile, engines[name])
    seconds = stopwatch.seconds(things)
    found = {
        name: _comparison(name, seconds, _oracle_passes(case, oracle, profile), engines[name])
        for name, profile in profiles.items()
    }
    return Baselines(**found, seconds=seconds)


def _things(
    name: str, case: Case, oracle: ModuleType, profile: Dmlr, engine: Optimisation
) -> Things:
    return {
        f"{name}_1": lambda: engine.run(1),
        f"{name}_oracle_1": lambda: _naive(case, oracle, profile, 1),
        f"{name}_more": lambda: engine.run(1 + STEPS),
        f"{name}_oracle_more": lambda: _naive(case, oracle, profile, 1 + ORACLE_STEPS),
    }


def _naive(case: Case, oracle: ModuleType, profile: Dmlr, steps: int) -> None:
    short = profile.model_copy(update={"steps": steps, "max_new_tokens": 1})
    oracle.answer(case.vlm, case.questions[0], short, SEED)


def _oracle_passes(case: Case, oracle: ModuleType, profile: Dmlr) -> float:
    counts = []
    for steps in (1, 1 + ORACLE_STEPS):
        with _calls(case.vlm) as calls:
            _naive(case, oracle, profile, steps)
        counts.append(len(calls))
    return (counts[1] - counts[0]) / ORACLE_STEPS


@contextmanager
def _calls(vlm: VisionLanguageModel) -> Iterator[list[None]]:
    """One entry per call of the language model: the oracle does not go through the adapter's count."""
    calls: list[None] = []
    handle = vlm.text.register_forward_hook(lambda *_: calls.append(None))
    try:
        yield calls
    finally:
        handle.remove()


def _comparison(name: str, seconds: Seconds, passes: float, engine: Optimisation) -> Comparison:
    naive = difference_ms(
        seconds[f"{name}_oracle_more"], seconds[f"{name}_oracle_1"], units=ORACLE_STEPS
    )
    decode = difference_ms(seconds["decode_all"], seconds["decode_1"], units=DECODED - 1)
    ours, our_passes = step_ms(seconds, name), engine.counted(STEPS)[0]
    return Comparison(
        oracle_ms=naive,
        oracle_passes=passes,
        engine_ms=ours,
        engine_passes=our_passes,
        ratio=naive / ours,
        ratio_per_pass=(naive / passes) / (ours / our_passes),
        oracle_decode_steps=naive / decode,
    )
