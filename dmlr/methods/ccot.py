"""Method ccot: a scene graph first, then the answer with it (Compositional CoT, arXiv 2311.17076).

As its authors do: the graph's prompt literally, the question without options in the first call, the
graph as raw text in the second, valid JSON or not. What is ours: the answer-format line, which is the
same for every method, and the system prompt, which the paper gives to all of them.
"""

from collections.abc import Sequence

from dmlr import prompts
from dmlr.methods.answer import Outcome, Question
from dmlr.methods.two_stage import TwoStage
from dmlr.settings import Ccot
from dmlr.vlm.model import VisionLanguageModel


def answer(
    vlm: VisionLanguageModel, questions: Sequence[Question], profile: Ccot, seed: int
) -> list[Outcome]:
    """Answer a batch; ``seed`` is unused, since greedy decoding draws nothing."""
    del seed
    stages = TwoStage(vlm, questions)
    turns = [prompts.scene_graph_messages(q.text, images=len(q.images)) for q in questions]
    _, graphs = stages.call(turns, max_new_tokens=profile.graph_tokens, phase="intermediate")
    turns = [
        prompts.from_scene_graph_messages(q.text, q.options, graph.text, images=len(q.images))
        for q, graph in zip(questions, graphs, strict=True)
    ]
    asked, replies = stages.call(turns, max_new_tokens=profile.max_new_tokens, phase="decode")
    return stages.outcomes(asked, replies, graphs)
