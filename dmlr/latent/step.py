"""One step of a batch in lock step: what it sees, proposes, moves and accepts."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from dmlr.latent import injection
from dmlr.latent.evaluate import Evaluator
from dmlr.latent.injection import Patches, Ranking
from dmlr.latent.search import Search, State
from dmlr.latent.update import along, reinforce, weight
from dmlr.vlm.cost import Cost

Think = Float[Tensor, "row think hidden"]


class LockStep:
    """A step of all samples that still go on."""

    def __init__(
        self,
        number: int,
        evaluator: Evaluator,
        live: Sequence[Search],
        candidate: Think,
        noise: Think,
        sigma: float,
    ) -> None:
        """Args: its number, the model, the samples, T' and xi with xi's standard deviation."""
        self.number, self.evaluator, self.live = number, evaluator, live
        self.candidate, self.noise, self.sigma = candidate, noise, sigma
        self.profile = evaluator.profile
        self.no_patches: list[Patches] = [((),) * self.profile.think_tokens for _ in live]
        self.chooses = injection.chooses(self.profile) and injection.active(self.profile, number)
        before = evaluator.vlm.cost
        self._look()
        self._looked = evaluator.vlm.cost - before  # of every sample alike: none has padding

    def _look(self) -> None:
        noises = [search.noise for search in self.live]
        alone = self.profile.acceptance == "per_token"
        found: list[float] | None = None
        self.rankings: Sequence[Ranking] = [()] * len(self.live)
        if self.chooses:
            self.rankings, found = self.evaluator.look(self.candidate, noises, reward=alone)
        if alone and found is None:
            found = self.evaluator.rewards(self.candidate, self.no_patches)
        self._alone = found

    @property
    def reward_alone(self) -> list[float]:
        """R(T') of the candidates without patches, which drives the update unless it is joint."""
        assert self._alone is not None
        return self._alone

    @property
    def rounds(self) -> list[range]:
        """The think tokens whose candidates are tried together; all where there are no candidates."""
        tokens = range(self.profile.think_tokens)
        return [range(t, t + 1) for t in tokens] if self.chooses else [tokens]

    def propose(self, tokens: range) -> list[Patches]:
        """The patches that each sample tries next."""
        return [
            injection.propose(search.best.patches, ranking, tokens, self.profile, search.budget)
            if self.chooses
            else injection.without_candidates(search.best.patches, self.profile)
            for search, ranking in zip(self.live, self.rankings, strict=True)
        ]

    def update(self, rewards: Sequence[float], patches: Sequence[Patches]) -> Think:
        """How far the think tokens move, given the rewards of the candidates with these patches."""
        before = self.evaluator.vlm.passes
        if self.profile.update == "antithetic":
            mirrored = self.evaluator.rewards(self.candidate - 2 * self.noise, patches)  # T - xi
            rewards = [(up - down) / 2 for up, down in zip(rewards, mirrored, strict=True)]
        for search, found in zip(self.live, rewards, strict=True):
            search.history.append(found)
        self.moved = self._moved(patches)
        made = self.evaluator.vlm.passes - before
        for search, row in zip(self.live, patches, strict=True):
            search.cost += Cost(made, made * self.evaluator.length(row))
        return self.moved

    def _moved(self, patches: Sequence[Patches]) -> Think:
        kind, rate = self.profile.update, self.profile.learning_rate
        if kind == "gradient":
            return rate * self.evaluator.gradients(self.candidate, patches)
        weights = [weight(s.history, s.noise, kind=kind) for s in self.live]
        step = reinforce(self.noise, weights, sigma=self.sigma, rate=rate)
        if kind == "gradient_direction":
            return along(self.evaluator.gradients(self.candidate, patches), step)
        return step

    def repeats(self, tried: Sequence[Patches]) -> bool:
        """Whether every sample's sequence has been tried in this step: no need to run them again."""
        return all(self._known(*pair) for pair in zip(self.live, tried, strict=True))

    def accept(self, tried: Sequence[Patches], rewards: Sequence[float], updated: Think) -> None:
        """Keep what beats a sample's best; else its best is left as it was.

        Args:
            tried: patches of each sample's sequence.
            rewards: of these sequences.
            updated: T after the step's update.
        """
        kept = self.candidate if self.profile.keep == "candidate" else updated
        for row, (search, reward) in enumerate(zip(self.live, rewards, strict=True)):
            if not self._known(search, tried[row]):
                search.consider(State(kept[row], tried[row], reward, self.number))

    def _known(self, search: Search, tried: Patches) -> bool:
        """Whether the reward has read this very sequence before, in this step.

        Patches behind the last place that is read change nothing, and rounding must not decide.
        """
        read = self.evaluator.read_part
        return any(read(tried) == read(state.patches) for state in search.tried)

    def close(self, think: Think, sigma: float) -> None:
        """Write the step into each sample's trace; ``sigma`` is that of the next step."""
        norms = torch.stack([think.norm(dim=(1, 2)), self.moved.norm(dim=(1, 2))], dim=1)
        for search, row, last in zip(self.live, norms, think, strict=True):
            for state in search.tried:
                search.cost += Cost(1, self.evaluator.length(state.patches))
            search.cost += self._looked
            search.last = last
            search.close_step(self.number, sigma, row, self.profile)
