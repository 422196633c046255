"""Golds and questions for the rules of evaluation frameworks."""

from dmlr.records import Gold
from dmlr.verify.decision import Posed
from dmlr.verify.rules import lmms_eval, vlmevalkit

CHOICES = {
    "mathvista": ("3/11", "8/11", "6/11", "3/5"),
    "mathvision": ("$60$", "$\\frac{1}{2}$", "north", "$4 \\mathrm{~cm}$", "12"),
    "mmvp": ("Open", "Closed"),
    "mmstar": ("Sky", "Sea", "Trees", "Skyline"),
    "scienceqa": ("Maine", "Kansas"),
}


def choice(letter, family):
    return Gold(kind="choice", letter=letter, text=CHOICES[family]["ABCDE".index(letter)])


def integer(text):
    return Gold(kind="integer", text=text, value=float(text))


def formula(text):
    return Gold(kind="expression", text=text)


def asked(rules, family, reply, gold, options=None):
    options = CHOICES.get(family, ()) if options is None else options
    found = rules.judge(reply, gold, Posed(family, "Which?", options if gold.letter else ()))
    assert (found.reason is not None) or found.verdict in ("correct", "wrong")
    return found


def lmms(*asking, **more):
    return asked(lmms_eval, *asking, **more)


def kit(*asking, **more):
    return asked(vlmevalkit, *asking, **more)


RIGHT, WRONG = ("correct", True), ("wrong", True)
OPEN, MODEL = ("wrong", False), ("unparsed", False)  # a judge, where there is one, is asked


def outcome(found):
    return found.verdict, found.settled
