"""What the samples of a run can be filtered by: verdict, category, flips, groups."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

FLIPS = {
    "gained": "right here, wrong in the baseline",
    "lost": "wrong here, right in the baseline",
    "unscored": "scored in one of the two only",
    "same": "same verdict, or both unscored",
}


@dataclass(frozen=True)
class Facet:
    """Something that samples can be filtered by: its key in a URL, and (value, words, count)."""

    key: str
    name: str
    choices: list[tuple[str, str, int]]


def flip(verdict: str, baseline: str | None) -> str | None:
    """How a verdict differs from the baseline's; a flip needs a score on both sides."""
    if baseline is None:
        return None
    scored = {"correct", "wrong"}
    if verdict == baseline or not {verdict, baseline} & scored:
        return "same"
    if not {verdict, baseline} <= scored:
        return "unscored"
    return "gained" if verdict == "correct" else "lost"


def facets_of(found: Sequence[dict[str, str]], groups: Sequence[str]) -> list[Facet]:
    """The facets in which samples differ; ``found`` has each sample's values by facet."""
    names = {"verdict": "verdict", "category": "category", "flip": "against the baseline"}
    names |= {f"group-{i}": name for i, name in enumerate(groups)}
    facets = []
    for key, name in names.items():
        counts = Counter(one[key] for one in found if key in one)
        order = [value for value in FLIPS if value in counts] if key == "flip" else sorted(counts)
        words = FLIPS if key == "flip" else {}
        choices = [(value, words.get(value, value), counts[value]) for value in order]
        facets += [Facet(key, name, choices)] if len(choices) > 1 else []
    return facets
