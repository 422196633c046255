import os
import pty
import re
import subprocess
import sys

from dmlr import progress

PROGRAM = (
    "from dmlr.progress import progress\n"
    "with progress('reason shapes/00003', 7, done=2) as advance:\n"
    "    for _ in range(5): advance()\n"
)


def test_a_log_gets_plain_lines_with_count_rate_and_remaining_time(capsys, monkeypatch):
    monkeypatch.setattr(progress, "LINE_EVERY", 0)
    with progress.progress("reason shapes/00003", 7, done=2) as advance:
        for _ in range(5):
            advance()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 6
    line = r"reason shapes/00003: 3/7 samples, [\d.]+/s, \d+ s left"
    assert re.fullmatch(line, lines[0])
    assert re.fullmatch(r"reason shapes/00003: 7/7 samples, [\d.]+/s, 0 s left", lines[-1])


def test_a_terminal_gets_a_bar():
    shown, terminal = pty.openpty()
    subprocess.run([sys.executable, "-c", PROGRAM], stderr=terminal, check=True)
    text = os.read(shown, 100_000).decode()
    os.close(shown)
    os.close(terminal)
    assert "━" in text
    assert "7/7 samples" in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)
