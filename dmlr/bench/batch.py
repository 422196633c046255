"""The measurement of one batch size."""

from collections.abc import Callable

from dmlr.bench.case import JOINT, PAPER, SEED, Case, Optimisation
from dmlr.bench.clock import Stopwatch
from dmlr.bench.figures import STEPS, BatchFigures, figures
from dmlr.bench.plain import PlainPasses
from dmlr.methods import dmlr, vanilla
from dmlr.settings import Vanilla
from dmlr.vlm.decode import decode
from dmlr.vlm.memory import forget_peak, peak_bytes
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import Block, ImageFeatures

Things = dict[str, Callable[[], object]]


def measure(
    vlm: VisionLanguageModel,
    image: ImageFeatures,
    batch: int,
    *,
    stopwatch: Stopwatch,
    new_tokens: int,
) -> BatchFigures:
    """Measure a batch of so many rows; ``new_tokens``, at least 2, are decoded."""
    forget_peak(vlm.device)
    case = Case.of(vlm, image, batch)
    joint, paper = Optimisation(case, JOINT), Optimisation(case, PAPER)
    counts = {"joint": joint.counted(STEPS), "paper": paper.counted(STEPS)}
    look, rewarded = JOINT.think_tokens, round(counts["joint"][1]) - JOINT.think_tokens
    plain = PlainPasses(vlm, joint.prefix, [look, rewarded], read=JOINT.think_tokens)
    seconds = stopwatch.seconds(
        {
            **_decoding(joint, new_tokens),
            "joint_1": lambda: joint.run(1),
            "joint_more": lambda: joint.run(1 + STEPS),
            "plain": lambda: plain.run(STEPS),
            "paper_1": lambda: paper.run(1),
            "paper_more": lambda: paper.run(1 + STEPS),
            **_whole(case, new_tokens),
        }
    )
    passes = paper.run(PAPER.steps)[0].cost.passes
    peak = peak_bytes(vlm.device)
    return figures(batch, seconds, counts, passes, new_tokens=new_tokens, peak=peak)


def decode_after(optimisation: Optimisation, new_tokens: int) -> None:
    """Decode so many tokens behind an optimisation's prefixes, as vanilla does."""
    vlm = optimisation.case.vlm
    block = Block.of([vlm.embed(prompt.suffix) for prompt in optimisation.prompts])
    decode(vlm, optimisation.prefix, block, max_new_tokens=new_tokens)


def _decoding(joint: Optimisation, new_tokens: int) -> Things:
    images = [question.images for question in joint.case.questions]
    return {
        "prefill": lambda: joint.case.vlm.prefill(joint.prompts, images),
        "decode_1": lambda: decode_after(joint, 1),
        "decode_all": lambda: decode_after(joint, new_tokens),
    }


def _whole(case: Case, new_tokens: int) -> Things:
    alone = Vanilla(method="vanilla", prompt="unified", max_new_tokens=new_tokens)
    searched = PAPER.model_copy(update={"max_new_tokens": new_tokens})
    return {
        "vanilla": lambda: vanilla.answer(case.vlm, case.questions, alone, SEED),
        "dmlr": lambda: dmlr.answer(case.vlm, case.questions, searched, SEED),
    }
