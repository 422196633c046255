"""How a sample's question is put to a model, besides the method's own instructions (dmlr/prompts.py).

``unified`` is the question with its options as lettered lines, the same for every benchmark;
``official`` is what the benchmark's own evaluation asks; ``released`` is the authors' prompt, untouched.
"""

from collections.abc import Callable

from dmlr.records import Sample

# A setting of MATH-V's own evaluation, literally.
MATHVISION_TASK = (
    'Please solve the problem and put your answer in one "\\boxed{}". If it is a multiple choice '
    'question, only one letter is allowed in the "\\boxed{}".'
)
BARE = ("A", "B", "C", "D", "E")  # options that stand in the picture alone


def asked(sample: Sample) -> tuple[str, tuple[str, ...]]:
    """The question's text, and the options that are still to be listed behind it.

    Raises:
        KeyError: the sample has no wording of the source that it asks for.
    """
    if sample.prompt_source == "unified":
        context = f"Context: {sample.hint}\n" if sample.hint.strip() else ""
        return context + sample.question, sample.options
    if sample.prompt_source == "released":
        return sample.wordings["released"], ()
    return sample.wordings.get("official") or OFFICIAL[sample.style](sample), ()


def _plain(sample: Sample) -> str:
    return sample.question


def _mathvision(sample: Sample) -> str:
    """How to answer, then options as "(A) text" unless they are the bare letters (MATH-V, GPT4V.py)."""
    lines = [MATHVISION_TASK, sample.question]
    if sample.options and sample.options != BARE:
        lines += [f"({letter}) {text}" for letter, text in _lettered(sample)]
    return "\n".join(lines) + "\n"


def _mmvp(sample: Sample) -> str:
    """Question and options in one line."""
    options = " ".join(f"({letter.lower()}) {text}" for letter, text in _lettered(sample))
    return f"{sample.question} {options}"


def _scienceqa(sample: Sample) -> str:
    """The format QCM: question, context, options."""
    options = " ".join(f"({letter}) {text}" for letter, text in _lettered(sample))
    context = sample.hint.strip() or "N/A"
    return f"Question: {sample.question}\nContext: {context}\nOptions: {options}\nAnswer:"


def _lettered(sample: Sample) -> list[tuple[str, str]]:
    return [(chr(ord("A") + i), text) for i, text in enumerate(sample.options)]


OFFICIAL: dict[str, Callable[[Sample], str]] = {
    "plain": _plain,
    "mathvision": _mathvision,
    "mmvp": _mmvp,
    "scienceqa": _scienceqa,
}
