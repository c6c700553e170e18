"""A run that is killed, at any moment, leaves a history that can be judged."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from histories import read_journal

FALLACY = Path(sys.executable).with_name("fallacy")


def start(folder, *words):
    return subprocess.Popen(
        [FALLACY, "run", "--time-limit", "600", "--rate", "2000", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_ctrl_c,  # noqa: PLW1509  there are no threads here
    )


def hear_ctrl_c():
    """Not to ignore it, as what is started in the background does, and all that is started by that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def journal_of(folder, *, at_least):
    """The journal of the run that goes on there, once it has grown to so many bytes."""
    for _ in range(6000):
        journals = list(folder.glob("store/*/*.partial/history.jsonl"))
        if journals and journals[0].stat().st_size >= at_least:
            return journals[0]
        time.sleep(0.01)
    pytest.fail("the run does not get on")


@pytest.mark.parametrize("size", [1, 3_000, 17_001, 40_002, 77_777, 100_003, 150_001, 222_222, 300_007, 400_009])
def test_a_run_killed_at_any_moment_leaves_a_readable_history(tmp_path, size):
    run = start(tmp_path, "--seed", str(size))
    journal = journal_of(tmp_path, at_least=size)
    run.send_signal(signal.SIGKILL)
    run.communicate()

    data = journal.read_bytes()
    whole = data.count(b"\n")
    history = read_journal(journal)
    completions = sum(operation.end is not None for operation in history)
    assert len(history) + completions + len(history.faults) == whole
    assert (history.torn is None) == data.endswith(b"\n")

    judged = subprocess.run(
        [FALLACY, "check", journal.parent], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert judged.returncode in {0, 1, 2}, judged.stderr
    assert "linearizable" in judged.stdout


def test_ctrl_c_says_what_is_left_and_how_to_judge_it(tmp_path):
    run = start(tmp_path)
    journal = journal_of(tmp_path, at_least=10_000)
    os.kill(run.pid, signal.SIGINT)
    _, said = run.communicate()
    assert run.returncode == 130, said
    assert f"fallacy check {journal.parent.relative_to(tmp_path)}" in said
    assert len(read_journal(journal)) > 10


def test_a_journal_cut_at_any_byte_is_read_to_its_last_whole_line(tmp_path):
    subprocess.run([FALLACY, "run", "--time-limit", "1"], cwd=tmp_path, capture_output=True, check=False)
    data = (tmp_path / "store" / "latest" / "history.jsonl").read_bytes()
    cut = tmp_path / "cut.jsonl"
    for length in range(0, len(data), 61):
        cut.write_bytes(data[:length])
        history = read_journal(cut)
        assert len(history) <= data.count(b'"invoke"', 0, length)
        assert (history.torn is None) == (length == 0 or data[length - 1 : length] == b"\n")
