r"""Method self-consistency: several replies, of which the most frequent answer counts.

The vote is that of arXiv 2203.11171. Here it is what the compute of an optimisation buys without one:
replies are drawn until they have taken a budget of tokens. What is ours: that budget, that the first
reply is vanilla's greedy one (so that no budget is vanilla), the prompt of all methods, and what the
vote compares: the content of the last ``\boxed{}`` without case and blanks. A reply without a box has
no vote. Of answers with as many votes the one that came first counts.
"""

from collections import Counter
from collections.abc import Sequence

from dmlr.boxes import last_boxed
from dmlr.latent.noise import SampleNoise
from dmlr.methods.answer import Clock, Outcome, Question
from dmlr.methods.vanilla import ask
from dmlr.settings import SelfConsistency
from dmlr.vlm.cost import Cost, prefilling, replying
from dmlr.vlm.decode import decode
from dmlr.vlm.model import VisionLanguageModel
from dmlr.vlm.parts import Block, Prompt, Reply
from dmlr.vlm.prefix import Prefix
from dmlr.vlm.sampling import Sampling


def answer(
    vlm: VisionLanguageModel, questions: Sequence[Question], profile: SelfConsistency, seed: int
) -> list[Outcome]:
    """Answer a batch; what a sample draws comes from ``seed`` and its id alone."""
    clock = Clock(len(questions), vlm.device)
    with clock.phase("prefill"):
        asked = [ask(vlm, question, "unified") for question in questions]
        prefix = vlm.prefill(asked, [question.images for question in questions])
    with clock.phase("decode"):
        noises = [SampleNoise(seed, question.sample_id) for question in questions]
        replies = _replies(vlm, prefix, asked, noises, profile)
    return [
        Outcome(prompt, winner(row), _cost(prompt, row), clock.seconds, replies=row)
        for prompt, row in zip(asked, replies, strict=True)
    ]


def winner(replies: Sequence[Reply]) -> Reply:
    """The first reply with the most frequent answer; the first of all where none has an answer."""
    answers = [_vote(reply.text) for reply in replies]
    votes = Counter(answer for answer in answers if answer)
    if not votes:
        return replies[0]
    return replies[answers.index(votes.most_common(1)[0][0])]  # of equals the first counted


def _vote(text: str) -> str:
    return "".join((last_boxed(text) or "").casefold().split())


def _replies(
    vlm: VisionLanguageModel,
    prefix: Prefix,
    asked: Sequence[Prompt],
    noises: Sequence[SampleNoise],
    profile: SelfConsistency,
) -> list[list[Reply]]:
    """Rounds of one reply for every row whose drawn replies have not taken the budget yet."""
    suffixes, budget = [vlm.embed(prompt.suffix) for prompt in asked], profile.max_new_tokens
    first = decode(vlm, prefix, Block.of(suffixes), max_new_tokens=budget)
    replies = [[reply] for reply in first]
    while going := [
        row for row in range(len(asked)) if _goes_on(asked[row], replies[row], profile)
    ]:
        choose = Sampling(profile.temperature, [noises[row].chance for row in going])
        block = Block.of([suffixes[row] for row in going])
        rows = prefix if len(going) == len(asked) else prefix.rows(going)
        drawn = decode(vlm, rows, block, max_new_tokens=budget, choose=choose)
        for row, reply in zip(going, drawn, strict=True):
            replies[row].append(reply)
    return replies


def _goes_on(prompt: Prompt, replies: Sequence[Reply], profile: SelfConsistency) -> bool:
    return len(replies) < profile.least_replies or _drawn(prompt, replies) < profile.extra_tokens


def _drawn(prompt: Prompt, replies: Sequence[Reply]) -> int:
    """Tokens that the replies after the first have taken."""
    return sum(replying(len(prompt.suffix), reply).tokens for reply in replies[1:])


def _cost(prompt: Prompt, replies: Sequence[Reply]) -> Cost:
    return sum((replying(len(prompt.suffix), r) for r in replies), start=prefilling(prompt))
