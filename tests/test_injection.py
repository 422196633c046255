from dmlr.latent import injection
from dmlr.latent.profile import Dmlr

RANKING = ((4, 2, 0, 1, 3), (3, 2, 4, 1, 0), (0, 1, 2, 3, 4))


def profile(**fields):
    return Dmlr(method="dmlr", think_tokens=3, **fields)


def test_at_first_every_think_token_has_the_patches_it_attends_to_most():
    assert injection.initial(profile(), RANKING) == ((4, 2), (3, 2), (0, 1))


def test_the_union_stops_at_the_most_patches_of_the_whole_sequence():
    assert injection.initial(profile(patches_max=3), RANKING) == ((4, 2), (3,), ())
    assert injection.initial(profile(patches_max=None, patches_initial=None), RANKING) == RANKING


def test_candidates_of_one_token_come_before_its_best_patches_and_are_new_ones():
    best = ((4,), (2, 3), ())
    found = injection.propose(best, RANKING, [1], profile(), None)
    assert found == ((4,), (4, 1, 2, 3), ())
    assert injection.count(found) == 5
    assert injection.propose(best, RANKING, range(3), profile(patches_max=6), None) == (
        (2, 0, 4), (4, 2, 3), (),
    )  # fmt: skip


def test_a_budget_keeps_the_best_steps_patches_first():
    grown = profile(patch_growth="budget")
    best = ((1,), (0, 2), ())
    assert injection.propose(best, RANKING, range(3), grown, 2) == ((1, 4), (0, 2), (0, 1))
    assert injection.propose(best, RANKING, range(3), grown, None)[0] == (1, 4, 2, 0, 3)


def test_a_budget_starts_at_the_initial_patches_and_grows_up_to_the_most():
    grown = profile(patch_growth="budget", patches_initial=1, patches_added=2, patches_max=4)
    budgets = [injection.first_budget(grown)]
    for _ in range(3):
        budgets.append(injection.next_budget(budgets[-1], grown))
    assert budgets == [1, 3, 4, 4]
    assert injection.first_budget(profile(patches_initial=9, patches_max=4)) == 4
    assert injection.first_budget(profile(patches_initial=None, patches_max=4)) == 4
    assert injection.first_budget(profile(patches_initial=None, patches_max=None)) is None
    assert injection.next_budget(None, grown) is None


def test_the_stride_leaves_think_tokens_without_patches():
    strided = profile(injection_stride=2, injection="all")
    assert injection.constant(strided, 4) == ((0, 1, 2, 3), (), (0, 1, 2, 3))
    assert injection.initial(profile(injection_stride=2), RANKING) == ((4, 2), (), (0, 1))


def test_steps_choose_patches_from_the_start_on_in_intervals():
    timed = profile(injection_start=2, injection_interval=3)
    assert [step for step in range(10) if injection.active(timed, step)] == [2, 5, 8]


def test_what_a_step_that_chooses_none_tries():
    best = ((1,), (), (2, 3))
    assert injection.without_candidates(best, profile()) == best
    assert injection.without_candidates(best, profile(patch_growth="budget")) == ((), (), ())
    everything = profile(patch_growth="budget", injection="all")
    assert injection.without_candidates(best, everything) == best
