"""Accuracy of the embedded model by kind of question, for its model card.

``python -m dmlr.resources.recipe.evaluate FOLDER`` prints a Markdown table: the two prompts, think
tokens with and without optimisation, and the controls that show whether image and think tokens matter.
"""

import argparse
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from PIL import Image

from dmlr.datasets import shapes
from dmlr.datasets.entry import Shapes
from dmlr.datasets.prepare import prepare_rows
from dmlr.datasets.shapes_question import KINDS
from dmlr.datasets.source import SourceRow
from dmlr.latent.profile import Dmlr
from dmlr.methods import dmlr, vanilla
from dmlr.methods.answer import Question, recorded
from dmlr.progress import progress
from dmlr.records import Prediction, Sample
from dmlr.resources.recipe.batches import blank
from dmlr.settings import Model, Vanilla
from dmlr.store.statistics import accuracy
from dmlr.store.words import percent
from dmlr.verify.decision import Posed
from dmlr.verify.rules.boxed import judge
from dmlr.vlm.load import load
from dmlr.vlm.model import VisionLanguageModel

Answerer = Callable[[VisionLanguageModel, Sample, Image.Image], Prediction]
CONFIG = Path("config")  # of the repository, from whose root this is run


def answerers() -> dict[str, Answerer]:
    """Name of a row of the table -> how it answers."""
    profiles = yaml.safe_load((CONFIG / "profiles.yaml").read_text())["profile_catalog"]
    unified, direct = Vanilla(**profiles["vanilla"]), Vanilla(**profiles["vanilla-direct"])
    paper = Dmlr(**profiles["dmlr-paper"])
    tokens_only = paper.model_copy(update={"steps": 0, "patches_initial": 0})
    rows: dict[str, tuple[Callable[..., Any], Any, bool]] = {
        "vanilla": (vanilla.answer, unified, False),
        "think tokens, no optimisation": (dmlr.answer, tokens_only, False),
        "dmlr-paper": (dmlr.answer, paper, False),
        "dmlr-paper, image blanked": (dmlr.answer, paper, True),
        "vanilla, image blanked": (vanilla.answer, unified, True),
        "vanilla-direct": (vanilla.answer, direct, False),
    }
    return {name: _answerer(*row) for name, row in rows.items()}


def _answerer(method: Callable[..., Any], profile: Any, blanked: bool) -> Answerer:
    def answer(vlm: VisionLanguageModel, sample: Sample, image: Image.Image) -> Prediction:
        features = vlm.encode_image(blank(image) if blanked else image)
        question = Question(sample.sample_id, sample.question, sample.options, [features])
        return recorded(question, method(vlm, [question], profile, 42)[0]).prediction

    return answer


def evaluate(folder: Path, *, split: str, samples: int, seed: int, images: Path) -> str:
    """The table for one split."""
    benchmark = Shapes.model_validate(
        {"loader": "shapes", "split": split, "samples": samples, "seed": seed}
    )
    rows = list(shapes.load(benchmark))
    prepared = prepare_rows("shapes", rows, images).samples
    vlm = load(_settings(folder))
    head = ["", *KINDS, "all [95 %]"]
    lines = ["| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head))]
    for name, answerer in answerers().items():
        lines.append(_line(name, answerer, vlm, rows, prepared))
    return "\n".join(lines)


def _line(
    name: str,
    answer: Answerer,
    vlm: VisionLanguageModel,
    rows: list[SourceRow],
    samples: list[Sample],
) -> str:
    right: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    with progress(name, len(samples)) as advance:
        for row, sample in zip(rows, samples, strict=True):
            gold = sample.gold["official"]
            made = answer(vlm, sample, Image.open(io.BytesIO(row.picture.read())).convert("RGB"))
            if gold is not None:
                verdict = judge(
                    made.text, gold, Posed("shapes", sample.question, sample.options)
                ).verdict
                right[sample.groups["kind"]].append(verdict == "correct")
            advance()
    shares = [f"{100 * sum(found) / len(found):.0f}" for found in right.values()]
    flat = [value for found in right.values() for value in found]
    return "| " + " | ".join([name, *shares, percent(accuracy(sum(flat), len(flat)))]) + " |"


def _settings(folder: Path) -> Model:
    return Model(
        checkpoint=str(folder), revision=None, offline=True, family="qwen2_5_vl", dtype="float32",
        min_image_tokens=4, max_image_tokens=256,
    )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--split", default="validation")
    parser.add_argument("--samples", type=int, default=400)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--images", type=Path, default=Path("results/recipe/images"))
    arguments = vars(parser.parse_args())
    print(evaluate(arguments.pop("folder"), **arguments))
