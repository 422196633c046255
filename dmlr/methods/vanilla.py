"""Method vanilla: the model answers by itself, greedily."""

from dmlr import prompts
from dmlr.methods.answer import Answer, Clock, prediction
from dmlr.records import Sample
from dmlr.settings import Vanilla
from dmlr.vlm.parts import ImageFeatures
from dmlr.vlm.qwen2_5_vl import Qwen25VL


def answer(
    vlm: Qwen25VL, sample: Sample, image: ImageFeatures, profile: Vanilla, seed: int
) -> Answer:
    """Answer one sample; ``seed`` is unused, since greedy decoding draws nothing."""
    del seed
    clock, before = Clock(), vlm.passes
    turns = prompts.messages(sample.question, sample.options, prompt=profile.prompt)
    with clock.phase("prefill"):
        prompt = vlm.prompt(turns, image)
        prefix = vlm.prefill(prompt, image)
    with clock.phase("decode"):
        reply = vlm.decode(prefix, vlm.embed(prompt.suffix), max_new_tokens=profile.max_new_tokens)
    passes = vlm.passes - before
    return Answer(prediction(sample, image, prompt, reply, clock, passes=passes), trace=[])
