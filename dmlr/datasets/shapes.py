"""The embedded benchmark: seeded scenes with two questions each, five kinds, easy and hard."""

import io
from collections.abc import Iterator
from random import Random

from dmlr.datasets import answers
from dmlr.datasets.entry import Shapes
from dmlr.datasets.pictures import held
from dmlr.datasets.shapes_question import KINDS, Question, ask
from dmlr.datasets.shapes_scene import Scene, random_scene
from dmlr.datasets.source import SourceRow
from dmlr.records import Gold

EASY, HARD = (1, 2, 3), (4, 5)  # items in a scene of each category


def load(benchmark: Shapes) -> Iterator[SourceRow]:
    """The benchmark's rows; the same entry gives the same bytes. Two neighbours share a scene."""
    for number in range(-(-benchmark.samples // 2)):
        category = "easy" if number % 2 == 0 else "hard"
        scene, questions = _scene_with_questions(benchmark, number, category)
        image = io.BytesIO()
        scene.draw().save(image, format="PNG")
        for place, question in enumerate(questions):
            index = 2 * number + place
            if index < benchmark.samples:
                yield _row(benchmark.split, index, number, category, question, image.getvalue())


def _scene_with_questions(
    benchmark: Shapes, number: int, category: str
) -> tuple[Scene, list[Question]]:
    kinds = list(KINDS)
    wanted = [kinds[(2 * number + place) % len(kinds)] for place in (0, 1)]
    random = Random(f"{benchmark.seed}/{benchmark.split}/{number}")
    while True:
        items = random.choice(EASY if category == "easy" else HARD)
        scene = random_scene(random, count=items, split=benchmark.split)
        questions = [question for kind in wanted if (question := ask(random, scene, kind))]
        if len(questions) == len(wanted):
            return scene, questions


def _row(
    split: str, index: int, number: int, category: str, question: Question, image: bytes
) -> SourceRow:
    return SourceRow(
        official_id=f"{split}-{index:04d}",
        question=question.text,
        options=question.options,
        gold={"official": _gold(question)},
        picture=held(f"{split}-{number:04d}.png", image),
        category=category,
        groups={"kind": question.kind, "scene": f"{split}-{number:04d}"},
    )


def _gold(question: Question) -> Gold:
    if question.letter is not None:
        return answers.choice(question.letter, question.options)
    if question.answer.isdigit():
        return answers.number(question.answer)
    return answers.yesno(question.answer == "Yes")
