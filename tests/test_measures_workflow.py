"""What makes the measures run, and that nothing of them makes anything else run."""

import pytest

from tests.project import Project

MEASURES = {"chains": ["vanilla", "dmlr-paper"], "attention": ["dmlr-paper"]}
MEASURED = {"chains": 4, "attention": 1, "measures": 1}


def test_measures_are_of_the_first_seed_and_of_profiles_that_are_run(tmp_path):
    project = Project(tmp_path)
    project.configure({"measures": MEASURES})
    before = {"prepare_shapes": 1, "features_of_shard": 2}
    assert project.planned("measures") == {**before, "reason": 4, **MEASURED}
    measures = {"chains": ["dmlr-paper", "ccot"], "attention": ["inject-random"]}
    project.configure({"seeds": [43, 42], "measures": measures})
    found = project.planned("measures")
    assert found == {**before, "reason": 2, "chains": 2, "measures": 1}


@pytest.mark.slow  # a run with measures, and seven plans
def test_what_changes_a_measure_runs_it_alone(tmp_path):
    project = Project(tmp_path)
    project.configure({"measures": MEASURES})
    assert project.succeed("measures")["chains"] == 4
    assert project.planned("measures") == {}
    project.configure({"measures": {**MEASURES, "perturbed": "foreign"}})
    assert project.planned("measures") == {"chains": 4, "measures": 1}
    project.configure({"measures": {**MEASURES, "attention_samples": 2}})
    assert project.planned("measures") == {"attention": 1, "measures": 1}
    project.configure({"measures": MEASURES, "figures": ["figure2"]})
    assert project.planned("measures") == {}
    sigma = {"dmlr-paper": {"sigma": 0.2}}
    project.configure({"measures": MEASURES, "profile_catalog": sigma})
    assert project.planned("measures") == {"reason": 2, "chains": 2, "attention": 1, "measures": 1}
    project.configure({"measures": MEASURES})
    project.edit("dmlr/measures/steps.py", "[.!?]", "[.!?;]")
    assert project.planned("measures") == {**MEASURED}
    assert project.planned("reasoning") == {}
