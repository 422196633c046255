"""A run's predictions scored by the real stage, by rules alone."""

from dmlr.verify.protocol import Protocol, VerifySettings
from dmlr.verify.verify import RunFiles, verify


def settings(rules="boxed"):
    return VerifySettings(code="c", protocol=Protocol(rules=rules), loader="json", packages={})


def score(shards, predictions, verdicts, rules="boxed"):
    verify(settings(rules), RunFiles(shards, predictions, verdicts, verdicts.with_name("none")), {})
