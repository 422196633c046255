"""Dynamic visual injection: which patches stand behind which think token (Sec. 3, Algorithm 1)."""

from collections.abc import Sequence

from dmlr.latent.profile import Dmlr

Patches = tuple[tuple[int, ...], ...]  # per think token, indices of image tokens in sequence order
Ranking = Sequence[Sequence[int]]  # per think token, all image tokens, the most attended first


def count(patches: Patches) -> int:
    """How many patches the sequence holds, all think tokens together."""
    return sum(map(len, patches))


def chooses(profile: Dmlr) -> bool:
    """Whether patches are chosen at all, instead of none or all of them always."""
    return profile.injection in ("best", "random", "foreign")


def active(profile: Dmlr, step: int) -> bool:
    """Whether a step chooses patches."""
    since = step - profile.injection_start
    return since >= 0 and since % profile.injection_interval == 0


def starts_with_patches(profile: Dmlr) -> bool:
    """Whether T(0) is given patches.

    Not before the first step that chooses some, nor where the best reward starts at zero and locks none.
    """
    locks = profile.patch_growth == "union" or profile.best_start == "initial_reward"
    return locks and profile.injection_start == 0


def constant(profile: Dmlr, image_tokens: int) -> Patches:
    """The patches where nothing is chosen: none, or all behind every think token that may have some."""
    every = tuple(range(image_tokens)) if profile.injection == "all" else ()
    tokens = range(profile.think_tokens)
    return tuple(every if _may_hold(profile, token) else () for token in tokens)


def initial(profile: Dmlr, ranking: Ranking) -> Patches:
    """Vbest before the first step: the patches that T(0) attends to most."""
    nothing: Patches = ((),) * profile.think_tokens
    tokens = range(profile.think_tokens)
    if profile.patch_growth == "budget":
        return _up_to_budget(nothing, ranking, tokens, profile, first_budget(profile))
    return _with_candidates(nothing, ranking, tokens, profile, profile.patches_initial)


def propose(
    best: Patches, ranking: Ranking, tokens: Sequence[int], profile: Dmlr, budget: int | None
) -> Patches:
    """The patches to try next: those of some think tokens are chosen anew, the others stay."""
    if profile.patch_growth == "budget":
        return _up_to_budget(best, ranking, tokens, profile, budget)
    return _with_candidates(best, ranking, tokens, profile, profile.patches_added)


def without_candidates(best: Patches, profile: Dmlr) -> Patches:
    """The patches of a step that chooses none."""
    emptied = chooses(profile) and profile.patch_growth == "budget"
    return ((),) * len(best) if emptied else best


def first_budget(profile: Dmlr) -> int | None:
    """Patches that a think token may have at first; None: all."""
    if profile.patches_initial is None:
        return profile.patches_max
    return _capped(profile.patches_initial, profile)


def next_budget(budget: int | None, profile: Dmlr) -> int | None:
    """The budget after a new best."""
    return None if budget is None else _capped(budget + profile.patches_added, profile)


def _capped(budget: int, profile: Dmlr) -> int:
    return budget if profile.patches_max is None else min(budget, profile.patches_max)


def _with_candidates(
    best: Patches, ranking: Ranking, tokens: Sequence[int], profile: Dmlr, wanted: int | None
) -> Patches:
    """``[Zcand, Vbest]`` behind the tokens, as far as the sequence may grow.

    Choice: patches that the token already holds are no candidates, since the union of best and
    candidate patches would otherwise rarely grow (Fig. 8 shows it growing).
    """
    changed = list(best)
    limit = profile.patches_max
    room = None if limit is None else limit - count(best)
    for token in tokens:
        if _may_hold(profile, token):
            fresh = [patch for patch in ranking[token] if patch not in best[token]]
            fresh = fresh[: _least(wanted, room)]
            changed[token] = (*fresh, *best[token])
            room = None if room is None else room - len(fresh)
    return tuple(changed)


def _up_to_budget(
    best: Patches, ranking: Ranking, tokens: Sequence[int], profile: Dmlr, budget: int | None
) -> Patches:
    """The best step's patches first, then the most attended others (released code)."""
    changed = list(best)
    for token in tokens:
        if _may_hold(profile, token):
            others = [patch for patch in ranking[token] if patch not in best[token]]
            changed[token] = (*best[token], *others)[:budget]
    return tuple(changed)


def _may_hold(profile: Dmlr, token: int) -> bool:
    return token % profile.injection_stride == 0


def _least(*limits: int | None) -> int | None:
    return min((limit for limit in limits if limit is not None), default=None)
