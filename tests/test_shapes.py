import hashlib
import io
import re
from random import Random

import pytest
from PIL import Image

from dmlr.datasets import shapes
from dmlr.datasets.entry import Shapes
from dmlr.datasets.shapes_question import KINDS, ask
from dmlr.datasets.shapes_scene import SPLITS, Item, Scene, random_scene


def benchmark(**changes):
    return Shapes(**({"loader": "shapes", "split": "test", "samples": 200, "seed": 7} | changes))


def item(name, cell, x):
    colour, shape = name.split()
    return Item(colour, shape, cell=cell, x=x, y=20, radius=11, rgb=(1, 2, 3))


def scene(*items):
    return Scene(width=112, height=112, background=200, noise=0, noise_seed=1, items=items)


@pytest.fixture(scope="module")
def rows():
    return list(shapes.load(benchmark()))


def test_the_same_entry_gives_the_same_bytes(rows):
    again = list(shapes.load(benchmark()))
    assert again == rows
    assert [row.picture.read() for row in again] == [row.picture.read() for row in rows]


def test_pixels_and_texts_are_those_recorded(rows):
    pixels, texts = hashlib.sha256(), hashlib.sha256()
    for row in rows:
        pixels.update(Image.open(io.BytesIO(row.picture.read())).tobytes())
        gold = row.gold["official"]
        said = f"Gold(kind={gold.kind!r}, text={gold.text!r}, letter={gold.letter!r})"
        texts.update(f"({row.question!r}, {row.options!r}, {{'official': {said}}})".encode())
    assert (pixels.hexdigest()[:16], texts.hexdigest()[:16]) == RECORDED


# Recorded on 2026-11-22 with Pillow 13.0.0: decoded pixels, so that no encoder matters; and texts.
RECORDED = ("74d31c5ef6878e6c", "2a3248ac9efaf5e0")


def test_two_hundred_samples_of_five_kinds_in_two_categories(rows):
    assert len(rows) == 200
    assert {row.category: sum(r.category == row.category for r in rows) for row in rows} == {
        "easy": 100,
        "hard": 100,
    }
    kinds = [row.groups["kind"] for row in rows]
    assert {kind: kinds.count(kind) for kind in kinds} == dict.fromkeys(KINDS, 40)
    assert {row.gold["official"].kind for row in rows} == {"choice", "integer", "yesno"}
    assert len({Image.open(io.BytesIO(row.picture.read())).size for row in rows}) == 2


def test_no_scene_is_in_two_splits():
    # One item: 2 sizes x about 10 cells x 24 names, so 300 draws meet most scenes of their split.
    random = Random(3)
    one, two, three = (
        {layout(random_scene(random, count=1, split=split)) for _ in range(300)} for split in SPLITS
    )
    assert min(len(one), len(two), len(three)) > 10
    assert len(one | two | three) == len(one) + len(two) + len(three)


def layout(drawn):
    return drawn.width, tuple((i.cell, i.name) for i in drawn.items)


def test_gold_answers_follow_from_the_scene():
    drawn = scene(item("red circle", 0, 20), item("blue square", 1, 60), item("red cross", 2, 95))
    for seed in range(60):
        for kind in KINDS:
            question = ask(Random(seed), drawn, kind)
            if question is not None:
                assert question.answer == expected(question, drawn), question


def expected(question, drawn):
    """The answer found from the question's words alone, independently of how it was asked."""
    names = [i.name for i in drawn.items]
    if words := re.fullmatch(r"What colour is the (\w+)\?", question.text):
        return next(i.colour for i in drawn.items if i.shape == words[1])
    if words := re.fullmatch(r"What shape is the (\w+) object\?", question.text):
        return next(i.shape for i in drawn.items if i.colour == words[1])
    if words := re.fullmatch(r"How many (\w+)( objects)? are there\?", question.text):
        if words[1] == "objects":
            return str(len(names))
        wanted = {"crosses": "cross"}.get(words[1], words[1] if words[2] else words[1][:-1])
        return str(sum(wanted in name.split() for name in names))
    if words := re.fullmatch(r"Is there an? (\w+ \w+)\?", question.text):
        return "Yes" if words[1] in names else "No"
    words = re.fullmatch(r"Is the (.+) to the left or to the right of the (.+)\?", question.text)
    first, second = (next(i for i in drawn.items if i.name == words[n]) for n in (1, 2))
    return "left" if first.x < second.x else "right"


def test_a_question_that_the_scene_does_not_allow_is_not_asked():
    alone = scene(item("red circle", 0, 20))
    twins = scene(item("red circle", 0, 20), item("red circle", 1, 60))
    assert ask(Random(0), alone, "side") is None
    assert ask(Random(0), twins, "colour") is None
