"""Questions about a scene, with gold answer and the short reasoning that leads to it."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from dmlr.datasets.shapes_scene import COLOURS, SHAPES, Item, Scene


@dataclass(frozen=True)
class Question:
    """One question; ``answer`` is an option's text, a number, "Yes" or "No".

    ``reasoning`` is what the embedded model is trained to write before its answer. It goes through the
    scene's items in reading order with what the question needs of each (its colour, its shape, a running
    count, whether it is the one, its column), then through the options, and ends with the fact that
    decides. Every word of it follows from the image, or from a place where the same words stood before.
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
    return KINDS[kind](random, scene)


def _question(
    kind: str, text: str, options: tuple[str, ...], answer: str, items: Iterable[str], fact: str
) -> Question:
    """Put the reasoning together; ``fact`` ends with the answer, behind which its letter belongs."""
    steps = [", ".join(items)]
    if options:
        letters = {option: chr(ord("A") + i) for i, option in enumerate(options)}
        steps.append(", ".join(f"{option} {letter}" for option, letter in letters.items()))
        fact = f"{fact} {letters[answer]}"
    return Question(kind, text, options, answer, ". ".join([*steps, fact]) + ".")


def _colour(random: Random, scene: Scene) -> Question | None:
    item = _unique(random, scene, lambda item: item.shape)
    if item is None:
        return None
    others = random.sample([c for c in COLOURS if c != item.colour], 3)
    options = _shuffled(random, [item.colour, *others])
    text = f"What colour is the {item.shape}?"
    items = [f"{i.shape} {i.colour}" for i in scene.items]
    return _question("colour", text, options, item.colour, items, f"{item.shape} {item.colour}")


def _shape(random: Random, scene: Scene) -> Question | None:
    item = _unique(random, scene, lambda item: item.colour)
    if item is None:
        return None
    options = _shuffled(random, list(SHAPES))
    text = f"What shape is the {item.colour} object?"
    items = [i.name for i in scene.items]
    return _question("shape", text, options, item.shape, items, item.name)


def _count(random: Random, scene: Scene) -> Question:
    kinds: list[tuple[str, str | None, str | None]] = [("objects", None, None)]
    kinds += [("crosses" if shape == "cross" else f"{shape}s", None, shape) for shape in SHAPES]
    kinds += [(f"{item.colour} objects", item.colour, None) for item in scene.items]
    noun, colour, shape = random.choice(kinds)
    found = [int(colour in (None, i.colour) and shape in (None, i.shape)) for i in scene.items]
    running = list(accumulate(found))
    items = [f"{item.name} {n}" for item, n in zip(scene.items, running, strict=True)]
    options: tuple[str, ...] = ()
    if random.random() < 0.5:
        near = random.sample([n for n in range(6) if n != running[-1]], 3)
        options = tuple(str(n) for n in sorted([running[-1], *near]))
    text, answer = f"How many {noun} are there?", str(running[-1])
    return _question("count", text, options, answer, items, f"count {answer}")


def _existence(random: Random, scene: Scene) -> Question:
    names = {item.name for item in scene.items}
    if random.random() < 0.5:
        name, answer = random.choice(sorted(names)), "Yes"
    else:
        absent = [f"{c} {s}" for c in COLOURS for s in SHAPES if f"{c} {s}" not in names]
        name, answer = random.choice(absent), "No"
    article = "an" if name[0] in "aeiou" else "a"
    text = f"Is there {article} {name}?"
    items = [f"{item.name} {'Yes' if item.name == name else 'No'}" for item in scene.items]
    return _question("existence", text, (), answer, items, answer)


def _side(random: Random, scene: Scene) -> Question | None:
    once = [name for name, n in Counter(item.name for item in scene.items).items() if n == 1]
    items = [item for item in scene.items if item.name in once]
    pairs = [(a, b) for a in items for b in items if scene.column(a) != scene.column(b)]
    if not pairs:
        return None
    first, second = random.choice(pairs)
    one, other = scene.column(first), scene.column(second)
    answer = "left" if one < other else "right"
    options = _shuffled(random, ["left", "right"])
    text = f"Is the {first.name} to the left or to the right of the {second.name}?"
    listed = [f"{item.name} {scene.column(item)}" for item in scene.items]
    fact = f"{first.name} {one}, {second.name} {other}, {answer}"
    return _question("side", text, options, answer, listed, fact)


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


def _shuffled(random: Random, options: list[str]) -> tuple[str, ...]:
    return tuple(random.sample(options, len(options)))
