"""The gold answer that a chain is measured by."""

from dataclasses import dataclass

from dmlr.records import Sample

LABELS = ("corrected", "official", "released")  # the first that has an answer counts


@dataclass(frozen=True)
class Named:
    """A gold answer in the form that a prompt asks for, and the label set that it is from."""

    labels: str
    text: str


def gold_of(sample: Sample) -> Named | None:
    """The letter of a choice, else the answer as its source writes it; None where no set has one."""
    for labels in LABELS:
        gold = sample.gold.get(labels)
        if gold is not None and (gold.letter or gold.text.strip()):
            return Named(labels, gold.letter or gold.text.strip())
    return None
