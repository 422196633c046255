"""Questions about a scene, with gold answer and the short reasoning that leads to it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from dmlr.datasets.shapes_scene import COLOURS, SHAPES, Item, Scene


@dataclass(frozen=True)
class Question:
    """One question; ``answer`` is an option's text, a number, "Yes" or "No".

    ``reasoning`` names the scene's items in reading order and then the fact that decides: what the
    embedded model is trained to write before its answer.
    """

    kind: str
    text: str
    options: tuple[str, ...]
    answer: str
    reasoning: str

    @property
    def letter(self) -> str | None:
        """Letter of the gold option, None for free-form questions."""
        return chr(ord("A") + self.options.index(self.answer)) if self.options else None

    @property
    def boxed(self) -> str:
        """What stands in the box of a correct answer."""
        return self.letter or self.answer


def ask(random: Random, scene: Scene, kind: str) -> Question | None:
    """A random question of one kind about the scene; None where the scene does not allow it."""
    question = KINDS[kind](random, scene)
    if question is None:
        return None
    listing = ", ".join(item.name for item in scene.items)
    fact = question.reasoning + (f", option {question.letter}" if question.options else "")
    return Question(kind, question.text, question.options, question.answer, f"{listing}. {fact}.")


def _colour(random: Random, scene: Scene) -> Question | None:
    item = _unique(random, scene, lambda item: item.shape)
    if item is None:
        return None
    others = random.sample([c for c in COLOURS if c != item.colour], 3)
    options = _shuffled(random, [item.colour, *others])
    text = f"What colour is the {item.shape}?"
    return Question("colour", text, options, item.colour, f"The {item.shape} is {item.colour}")


def _shape(random: Random, scene: Scene) -> Question | None:
    item = _unique(random, scene, lambda item: item.colour)
    if item is None:
        return None
    options = _shuffled(random, list(SHAPES))
    text = f"What shape is the {item.colour} object?"
    return Question("shape", text, options, item.shape, f"It is a {item.shape}")


def _count(random: Random, scene: Scene) -> Question:
    noun, found = random.choice(
        [
            ("objects", len(scene.items)),
            *((f"{s}s" if s != "cross" else "crosses", _tally(scene, shape=s)) for s in SHAPES),
            *(
                (f"{item.colour} objects", _tally(scene, colour=item.colour))
                for item in scene.items
            ),
        ]
    )
    text, fact = f"How many {noun} are there?", f"The count is {found}"
    if random.random() < 0.5:
        return Question("count", text, (), str(found), fact)
    near = random.sample([n for n in range(6) if n != found], 3)
    options = tuple(str(n) for n in sorted([found, *near]))
    return Question("count", text, options, str(found), fact)


def _existence(random: Random, scene: Scene) -> Question:
    names = {item.name for item in scene.items}
    if random.random() < 0.5:
        name, answer = random.choice(sorted(names)), "Yes"
    else:
        absent = [f"{c} {s}" for c in COLOURS for s in SHAPES if f"{c} {s}" not in names]
        name, answer = random.choice(absent), "No"
    article = "an" if name[0] in "aeiou" else "a"
    text = f"Is there {article} {name}?"
    return Question(
        "existence", text, (), answer, "It is there" if answer == "Yes" else "It is not"
    )


def _side(random: Random, scene: Scene) -> Question | None:
    once = [name for name, n in Counter(item.name for item in scene.items).items() if n == 1]
    items = [item for item in scene.items if item.name in once]
    pairs = [(a, b) for a in items for b in items if abs(a.x - b.x) > 20]
    if not pairs:
        return None
    first, second = random.choice(pairs)
    answer = "left" if first.x < second.x else "right"
    options = _shuffled(random, ["left", "right"])
    text = f"Is the {first.name} to the left or to the right of the {second.name}?"
    return Question("side", text, options, answer, f"It is to the {answer}")


KINDS: dict[str, Callable[[Random, Scene], Question | None]] = {
    "colour": _colour,
    "shape": _shape,
    "count": _count,
    "existence": _existence,
    "side": _side,
}


def _unique(random: Random, scene: Scene, key: Callable[[Item], str]) -> Item | None:
    counts = Counter(key(item) for item in scene.items)
    items = [item for item in scene.items if counts[key(item)] == 1]
    return random.choice(items) if items else None


def _tally(scene: Scene, *, colour: str | None = None, shape: str | None = None) -> int:
    return sum(
        colour in (None, item.colour) and shape in (None, item.shape) for item in scene.items
    )


def _shuffled(random: Random, options: list[str]) -> tuple[str, ...]:
    return tuple(random.sample(options, len(options)))
