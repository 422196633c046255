r"""Rule set released-2025-12: exact, but for case, or the gold string anywhere in the answer.

Its faults are kept. The gold is the whole string of the released file, so a boxed ``C`` is wrong for the
gold ``C. 145°``; "1" is in "12", so 15 is right for the gold 5. The state's other way, a model that is
asked about every answer, is a protocol with a judge that always asks; these rules never ask.

Ours, where the notes say nothing: the answer is the last box, without one the whole reply; the
containment counts case.
"""

from dmlr.records import Gold
from dmlr.verify.decision import Decision, Posed
from dmlr.verify.rules.released import boxed_answer, released_gold

NAME = "released-2025-12"


def judge(reply: str, gold: Gold, posed: Posed) -> Decision:
    """Judge one reply; it is never unparsed, since the released code knows only right and wrong."""
    if not reply.strip():
        return Decision("wrong", None, f"{NAME} empty", "the reply is empty")
    boxed = boxed_answer(reply)
    answer = boxed or reply.strip()
    way = _match(answer, released_gold(gold, posed))
    if way is not None:
        return Decision("correct", answer, f"{NAME} {way}", compared=answer)
    reason = None if boxed else "no \\boxed{} in the reply, so the whole of it is compared"
    return Decision("wrong", answer, f"{NAME} no match", reason, compared=answer)


def _match(answer: str, wanted: str) -> str | None:
    """In which way the answer is right, None where it is not."""
    if answer == wanted:
        return "exact"
    if answer.lower() == wanted.lower():
        return "but for case"
    return "contained" if wanted and wanted in answer else None
