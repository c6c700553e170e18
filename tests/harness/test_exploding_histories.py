"""A history whose search explodes: `fallacy check` stays within its time and memory, and says how far it got."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

FALLACY = Path(sys.executable).with_name("fallacy")
BYTES_MAX = 1 << 30  # of address space, which is more than of memory
CLIENTS = 20


@pytest.fixture
def path(tmp_path):
    """Twenty clients enqueue few items again and again, all at once; at first too many of one come out in a row."""
    lines = []
    for number in range(30):
        for kind in ("invoke", "ok"):
            for client in range(CLIENTS):
                lines.append(event(len(lines), kind, client, "enqueue", (7 * client + number) % 5))
    for _ in range(5):  # of the twenty that came first, four are of a kind
        lines.append(event(len(lines), "invoke", 0, "dequeue", None))
        lines.append(event(len(lines), "ok", 0, "dequeue", 4))
    path = tmp_path / "history.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)) + "\n")
    return path


def event(index, kind, process, f, value):
    return {"index": index, "time": 1000 * index, "type": kind, "process": process, "f": f, "value": value}


def check(path, *options):
    """Judge a file in little memory."""
    return subprocess.run(
        [FALLACY, "check", str(path), "--workload", "queue", *options],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (BYTES_MAX, BYTES_MAX)),
    )


@pytest.mark.parametrize(
    ("options", "reason"),
    [((), "1,000,000 configurations were not enough"), (("--seconds", "0.3"), "0.3 seconds were not enough")],
    ids=["configurations", "seconds"],
)
def test_what_explodes_is_unknown_and_says_why_and_how_far_it_got(path, options, reason):
    done = check(path, "--json", *options)
    assert done.returncode == 2, done.stderr
    verdict = json.loads(done.stdout)
    assert verdict["valid"] == "unknown"
    because = verdict["models"]["linearizable"]["because"]
    assert because.startswith(reason)
    assert "of 605 completions passed" in because
