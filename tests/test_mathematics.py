import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from dmlr.verify.mathematics import MathematicsError, equivalent, value

TOWER = "9^{(9^{(9^9)})}"  # no machine holds it, and no signal handler of Python's stops it


def workers(parent=None):
    """The processes for mathematics that a process has."""
    return [
        child
        for child in (parent or psutil.Process()).children()
        if child.status() != psutil.STATUS_ZOMBIE and "mathematics_worker" in str(child.cmdline())
    ]


@pytest.mark.parametrize(
    ("gold", "answer", "equal"),
    [
        (r"\sqrt{12}", r"2\sqrt{3}", True),
        ("sqrt(12)", r"2\sqrt{3}", True),
        (r"\sqrt{12}", r"3\sqrt{2}", False),
        ("0.5", "1/2", True),
        (r"\frac12", "0.5", True),
        ("0.333333", "1/3", True),
        ("0.33", "1/3", False),
        ("5", "x=5", True),
        ("x=5", "5", True),
        ("x=5", "y=5", False),
        ("y=2x+1", "y = 1+2x", True),
        ("x^2-1", "(x-1)(x+1)", True),
        ("[1,2)", "[1, 2)", True),
        ("(1,2)", "[1,2]", False),
        ("(1,2)", "(2,1)", False),
        (r"\{1,2\}", r"\{2,1\}", True),
        (r"\{1,2\}", r"\{1,3\}", False),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{bmatrix}1&2\\3&4\end{bmatrix}", True),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{pmatrix}1&2\\4&3\end{pmatrix}", False),
        ("x>2", "2<x", True),
        ("10", "10 cm", True),
        ("4+\\sqrt{2}", "4+\\sqrt{2} cm^2", True),  # units
        ("4+\\sqrt{2}", "(4+\\sqrt{2}) units^{2}", True),
        ("2\\pi", "2π cm²", True),
        ("2\\pi", "2\\picm^2", True),  # what is left of \\pi\\text{cm}^2
        (r"\frac{3}{4}\pi{inches}", r"\frac{3}{4}\pi", True),
        ("8\\sqrt{3}{squareinches}", "8\\sqrt{3} sq. in", True),
        ("5\\pi", "5\\pi cm^3/min", True),
        ("3", "3ab", False),  # letters that are no unit are factors
        ("2\\pi", "2\\pi h", False),
        ("5", "5t", False),
        ("2\\pi", "2pi", True),
        ("-2<x<1", "1>x>-2", True),  # a falling chain
        ("-2<x\\leq 1", "1 ≥ x > -2", True),
        ("-2<x<1", "1>x\\geq -2", False),
        (r"\pi", "3.1", False),
        (r"2\sqrt{3}", "√12", True),  # signs instead of LaTeX
        (r"\sqrt{x+1}", "√(x+1)", True),
        ("x^2", "x²", True),
        (r"30^\circ", "30°", True),
        ("6\\pi", "2×3π", True),
        (r"x\leq 2", "x ≤ 2", True),
    ],
)
def test_expressions_are_compared_as_mathematics(gold, answer, equal):
    assert equivalent(gold, answer) is equal


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        r"\frac",
        "((1+2)",
        "\ud800",
        "\x00",
        "价格",
        "$1$ or $2$",  # of these the library would read a piece
        r"\boxed{1} or 2",
        r"the answer \frac{1}{2} is not clear {",
        "1" * 2_001,
    ],
)
def test_what_cannot_be_read_is_neither_equal_nor_different(text):
    assert equivalent("1", text) is None
    assert equivalent(text, "1") is None
    assert value(text) is None


def test_the_longest_text_that_is_read_has_two_thousand_characters():
    assert equivalent("(x+1)" * 400, "(x+1)" * 400) is True


@pytest.mark.parametrize(
    "text",
    ["9^{9^{9}}", "9^9^9", "2^{1000000000}", "2^{-10000}", "1000000!", "{(10000)}!", "1" * 101,
     "(" * 31 + "1" + ")" * 31, "(" * 1_990, "\\sqrt{" * 31 + "2" + "}" * 31],
)  # fmt: skip
def test_what_only_wastes_time_is_not_asked(text):
    for worker in workers():
        worker.kill()
    assert (equivalent("1", text), equivalent(text, "1"), value(text)) == (None, None, None)
    assert workers() == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2^{9999}/2^{9998}", 2),
        ("1" * 100, 0),
        ("\\frac{1}{" * 30 + "2" + "}" * 30, 2),
        ("5!", 120),
    ],
)
def test_large_numbers_and_deep_brackets_are_read(text, number):
    assert equivalent(str(number), text) is (number > 0)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (r"\frac{36}{13}", 36 / 13),
        ("3\\sqrt{2} cm^2", 3 * 2**0.5),
        (r"90^\circ", 90.0),
        (r"2\pi", 6.283185307179586),
        ("x+1", None),
        ("(1,2)", None),
        (r"\frac{1}{0}", None),
        ("2+3i", None),
        ("2^{100000}", None),  # no double holds it
    ],
)
def test_the_number_that_an_expression_is(text, number):
    found = value(text)
    assert found == (None if number is None else pytest.approx(number, rel=1e-12))


def test_one_process_serves_all_questions():
    assert equivalent("x+x", "2x") is True
    (first,) = workers()
    assert equivalent("x+x+x", "3x") is True
    assert workers() == [first]


def test_a_question_without_end_ends_the_process_and_the_next_one_is_answered():
    assert equivalent("x+y+x", "2x+y") is True
    (before,) = workers()
    start = time.monotonic()
    assert equivalent("1", TOWER) is None
    assert time.monotonic() - start < 30  # two seconds of computing, on a busy machine too
    assert not before.is_running()
    assert equivalent("x+y+y", "x+2y") is True
    (after,) = workers()
    assert after.pid != before.pid


def test_a_process_that_was_killed_is_replaced_and_the_question_is_not_lost():
    assert equivalent("x-y+x", "2x-y") is True
    (before,) = workers()
    os.kill(before.pid, signal.SIGKILL)
    assert equivalent("y-x+y", "2y-x") is True
    assert [one.pid for one in workers()] != [before.pid]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not show the limit")
def test_the_process_has_two_gibibytes_of_address_space():
    assert equivalent("x+y", "y+x") is True
    assert workers()[0].rlimit(psutil.RLIMIT_AS) == (2 * 2**30, 2 * 2**30)


@pytest.mark.parametrize(("question", "seconds"), [("x+x", 0.1), (TOWER, 1.5)])  # idle, and at work
def test_the_process_ends_with_its_parent_even_if_that_is_killed(question, seconds):
    program = f"from dmlr.verify import mathematics as m; m.equivalent('2x', {question!r}); input()"
    parent = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)
    with parent:
        child = _first(lambda: workers(psutil.Process(parent.pid)))
        _first(lambda: child.cpu_times().user > seconds)
        parent.kill()
    child.wait(timeout=60)
    assert not child.is_running()


def test_a_library_that_is_missing_is_told_in_one_line(tmp_path, monkeypatch):
    for worker in workers():
        worker.kill()
    (tmp_path / "math_verify.py").write_text("raise ImportError('No module named sympy')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(MathematicsError) as error:
        equivalent("y+y", "2y")
    assert str(error.value) == (
        "mathematics_worker.py: must start, got 'ImportError: No module named sympy'; "
        "install the project with its dependencies (requirements.lock)"
    )
    monkeypatch.undo()
    assert equivalent("y+y", "2y") is True


def _first(found):
    """What a function finds, asked for a minute at most."""
    for _ in range(600):
        if result := found():
            return result[0] if isinstance(result, list) else result
        time.sleep(0.1)
    raise AssertionError("nothing was found")
