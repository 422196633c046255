"""What the tables are called and say, in the order in which a reader would look at them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class About:
    """A table in words: the part of the list it stands in, its title, and one line."""

    part: str
    title: str
    line: str


PAPER, SCORES, CAUSES = "Beside the paper", "What was scored", "What makes the difference"
SCORING, COST = "How it was scored", "What it took"

TABLES = {
    "table1": About(
        PAPER,
        "Table 1 of the paper",
        "methods by benchmark, each accuracy beside the published one",
    ),
    "table2": About(
        PAPER,
        "Table 2 of the paper",
        "patches never, always or at the best step, beside the published numbers",
    ),
    "gap": About(
        PAPER, "Gap", "what released rules, labels and protocols do to the distance to the paper"
    ),
    "accuracy": About(SCORES, "Accuracy", "every run with its interval and paired difference"),
    "metrics": About(
        SCORES, "Metrics", "the benchmarks’ own: pairs, figures, means of parts, subjects, levels"
    ),
    "seeds": About(
        SCORES, "Seeds", "all seeds of a profile together, and how far they lie from each other"
    ),
    "controls": About(
        CAUSES, "Controls", "what is left of the method when one part of it is taken away"
    ),
    "ladder": About(CAUSES, "Ladder", "one change of the profile after the other, with its effect"),
    "reward": About(CAUSES, "Reward", "whether the model’s confidence tells right from wrong"),
    "protocols": About(SCORING, "Protocols", "the same answers under every protocol"),
    "labels": About(SCORING, "Labels", "the same answers under every label set"),
    "agreement": About(SCORING, "Agreement", "how far two protocols judge alike, pair by pair"),
    "agreement-all": About(SCORING, "Agreement of all", "how far all protocols judge alike"),
    "ceilings": About(
        SCORING, "Ceilings", "the highest accuracy that a protocol lets a reply reach"
    ),
    "judging": About(SCORING, "Judging", "tokens and money that the judges’ verdicts took"),
    "compute": About(COST, "Compute", "tokens, passes, seconds and memory of an answer"),
}


def about(name: str) -> About:
    """What is known of a table; one that is not listed here is called by its name."""
    return TABLES.get(name, About("Further", name, "not described"))


def ordered(names: set[str]) -> list[str]:
    """The names in the order of the list, others behind."""
    return [*(name for name in TABLES if name in names), *sorted(names - TABLES.keys())]
