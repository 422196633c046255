"""What is measured: a batch of questions about one image, and the profiles that answer them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dmlr import prompts
from dmlr.latent.loop import optimise
from dmlr.latent.noise import SampleNoise
from dmlr.latent.profile import Dmlr
from dmlr.latent.search import Search
from dmlr.methods.answer import Question
from dmlr.methods.prepared import prepare
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import ImageFeatures

SIDE = 16  # image tokens: the image is SIDE x SIDE of them
PREFIX = 450  # tokens that the prefix has at least, those of the image with it
SEED = 1  # of the noise

PAPER = Dmlr.model_validate({"method": "dmlr"})  # its defaults are the paper's
# Two passes a step, and always the same number of tokens: no patches but the first ones.
JOINT = PAPER.model_copy(update={"acceptance": "joint", "patches_initial": 2, "patches_added": 0})


@dataclass(frozen=True)
class Case:
    """Questions of equal length, so that no row is padded."""

    vlm: VisionLanguageModel
    questions: Sequence[Question]

    @classmethod
    def of(cls, vlm: VisionLanguageModel, image: ImageFeatures, batch: int) -> "Case":
        """So many questions, of which only the noise differs."""
        text = "Which one is it?"
        while prefix_tokens(vlm, image, text) < PREFIX:
            text += " Or is it the other one?"
        return cls(vlm, [Question(f"bench/{row}", text, (), [image]) for row in range(batch)])


class Optimisation:
    """The engine's optimisation of a case, its prefixes run: what is timed is steps alone."""

    def __init__(self, case: Case, profile: Dmlr) -> None:
        """Args: the questions, and how their answers are looked for."""
        self.case, self.profile = case, profile
        self.prepared = prepare(case.vlm, case.questions, profile)
        self.prompts = self.prepared.prompts
        self.prefix = self.prepared.evaluator.contexts.image

    def run(self, steps: int) -> list[Search]:
        """Optimise for so many steps, from the start and with the same noise each time."""
        profile = self.profile.model_copy(update={"steps": steps})
        noises = [SampleNoise(SEED, question.sample_id) for question in self.case.questions]
        evaluator = replace(self.prepared.evaluator, profile=profile)
        return optimise(evaluator, self.prepared.think, noises)

    def counted(self, steps: int) -> tuple[float, float]:
        """Passes, and tokens of a row, in a step: the mean over so many steps after the first."""
        passes, tokens = self._count(1)
        more_passes, more_tokens = self._count(1 + steps)
        return (more_passes - passes) / steps, (more_tokens - tokens) / steps

    def _count(self, steps: int) -> tuple[int, int]:
        vlm = self.case.vlm
        passes, tokens = vlm.passes, vlm.tokens
        self.run(steps)
        return vlm.passes - passes, vlm.tokens - tokens


def prefix_tokens(vlm: VisionLanguageModel, image: ImageFeatures, text: str) -> int:
    """Tokens before the think tokens that would follow the question."""
    turns = prompts.messages(text, (), think_tokens=PAPER.think_tokens)
    return len(vlm.prompt(turns, [image], think_tokens=PAPER.think_tokens).prefix)
