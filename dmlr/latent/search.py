"""What the optimisation of one sample remembers from step to step."""

from dataclasses import dataclass, field

import torch
from jaxtyping import Float
from torch import Tensor

from dmlr.latent import injection
from dmlr.latent.injection import Patches
from dmlr.latent.noise import SampleNoise
from dmlr.latent.profile import Dmlr
from dmlr.vlm.cost import Cost


@dataclass(frozen=True)
class State:
    """Think tokens with their patches and the reward of that sequence; step -1 is the start."""

    think: Float[Tensor, "think hidden"]
    patches: Patches
    reward: float
    step: int


@dataclass(frozen=True)
class Step:
    """What one step did; see ``records.TraceStep`` for the fields' meaning."""

    step: int
    candidate_reward: float
    reward: float
    sigma: float
    is_best: bool
    patch_count: int
    patch_budget: int
    patch_counts: list[int]
    best_patches: list[list[int]]


@dataclass
class Search:
    """One sample's search: its best state so far, and what happened on the way.

    ``last`` is T after the last update.
    ``history`` holds the rewards that drove the updates, ``norms`` the Euclidean norms of the think
    tokens and of the update after each step (tensors: nothing in the loop waits for them).
    """

    noise: SampleNoise
    initial: State
    best: State
    last: Float[Tensor, "think hidden"]
    budget: int | None  # patches of a think token; None: all
    history: list[float] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    norms: list[Float[Tensor, " 2"]] = field(default_factory=list)
    cost: Cost = field(default_factory=Cost)
    reached: bool = False  # the reward has reached the profile's threshold
    tried: list[State] = field(default_factory=list)  # in the present step

    def consider(self, state: State) -> None:
        """Keep the state where it beats the best one; else that is left as it was."""
        self.tried.append(state)
        if state.reward > self.best.reward:
            self.best = state

    def close_step(
        self, number: int, sigma: float, norms: Float[Tensor, " 2"], profile: Dmlr
    ) -> None:
        """Write down the step and let the budget grow at a new best."""
        highest = max(self.tried, key=lambda state: state.reward)
        is_best = self.best.step == number
        if is_best and profile.patch_growth == "budget":
            self.budget = injection.next_budget(self.budget, profile)
        limit = self.budget if profile.patch_growth == "budget" else profile.patches_max
        if not injection.chooses(profile):
            limit = None
        self.steps.append(
            Step(
                step=number,
                candidate_reward=self.history[-1],
                reward=highest.reward,
                sigma=sigma,
                is_best=is_best,
                patch_count=injection.count(highest.patches),
                patch_budget=-1 if limit is None else limit,
                patch_counts=[len(chosen) for chosen in self.best.patches],
                best_patches=[list(chosen) for chosen in self.best.patches] if is_best else [],
            )
        )
        self.norms.append(norms)
        threshold = profile.reward_threshold
        self.reached = threshold is not None and 0 < threshold <= highest.reward
        self.tried.clear()

    def norms_by_step(self) -> list[list[float]]:
        """The norms of think tokens and update after each step."""
        return torch.stack(self.norms).tolist() if self.norms else []
