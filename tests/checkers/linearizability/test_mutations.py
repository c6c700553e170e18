"""Plausible bugs, planted into a copy of the checker one at a time: the comparison with the definition notices each."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

ROOT = Path(__file__).parents[3]
HISTORIES = 20_000
SCRIPT = """
import sys
from checkers.linearizability import monitors, search
from tests.oracles.agreement import KINDS, disagreement

monitors.MANY, search.FEW = int(sys.argv[2]), 0
kind = KINDS[sys.argv[1]]
try:
    found = disagreement(kind, range(int(sys.argv[3])), search_only=sys.argv[4] == "True")
except Exception as error:
    found = error
sys.exit(7 if found else 0)
"""


@attrs.frozen
class Bug:
    """A piece of a module, and what a tired programmer might have written instead."""

    name: str
    module: str
    right: str
    wrong: str
    kind: str
    search_only: bool = False
    arrays_from: int = 500


BUGS = (
    Bug(
        "backward zones are forgotten",
        "zones.py",
        "        if not cluster.forward:\n            at",
        "        if False:\n            at",
        "invented cas-register",
    ),
    Bug(
        "forward zones must contain each other to be wrong",
        "zones.py",
        "if after.first_return < before.last_call:",
        "if after.last_call < before.last_call:",
        "invented cas-register",
    ),
    Bug(
        "two compare-and-sets may take one value",
        "zones.py",
        "elif creator in found.consumer:",
        "elif False:",
        "invented cas-register",
    ),
    Bug(
        "nothing can be wrong inside a cluster",
        "zones.py",
        "if back < ceiling:",
        "if back < ceiling - 1000:",
        "invented cas-register",
    ),
    Bug(
        "a value is replaced from the call of its write on",
        "creators.py",
        "-1 if maker == INITIAL else self._rows.returns[maker])]",
        "-1 if maker == INITIAL else self._rows.calls[maker])]",
        "invented cas-register",
    ),
    Bug(
        "a failed write happened",
        "rows.py",
        "if outcome is Outcome.FAIL:",
        "if outcome is None:",
        "invented cas-register",
    ),
    Bug(
        "an uncertain write never happened",
        "registers.py",
        "return [o for o in operations if o.ok or o.index in useful]",
        "return [o for o in operations if o.ok]",
        "invented cas-register",
        search_only=True,
    ),
    Bug(
        "arrays: overlapping forward zones are let pass",
        "columns.py",
        "if (begins[1:] < ends[:-1]).any():",
        "if (ends[1:] < ends[:-1]).any():",
        "invented cas-register",
        arrays_from=1,
    ),
    Bug(
        "arrays: chains are taken for stages of one cluster in any order",
        "columns.py",
        "(returns[rows] < before).any() or ",
        "",
        "invented cas-register",
        arrays_from=1,
    ),
    Bug(
        "a configuration is remembered without what has happened",
        "search.py",
        "if dead or (rank, mask, state) in seen:",
        "if dead or (rank, 0, state) in {(r, 0, s) for r, _, s in seen}:",
        "invented queue",
        search_only=True,
    ),
    Bug(
        "of equal operations the one called first goes first, whatever its return",
        "problem.py",
        "found.append(twin if twin >= 0 and returns[twin] <= returns[number] else -1)",
        "found.append(twin)",
        "queue of few",
        search_only=True,
    ),
    Bug(
        "an observer has one hope too few",
        "search.py",
        "self.hope[number] = len(possible) - (INITIAL in possible)",
        "self.hope[number] = len(possible) - 1",
        "invented cas-register",
        search_only=True,
    ),
    Bug(
        "uncertain operations are never tried",
        "search.py",
        "[LATER] * bool(field.uncertain)",
        "[LATER] * 0",
        "invented cas-register",
        search_only=True,
    ),
    Bug(
        "an uncertain operation must make the next one possible",
        "search.py",
        "if here[labels[n]] != there[labels[n]]]",
        "if there[labels[n]] == ILLEGAL]",
        "queue",
        search_only=True,
    ),
    Bug(
        "uncertain operations share a bit",
        "problem.py",
        "            bits[number] = 1 << width\n            width += 1\n    return bits",
        "            bits[number] = 1 << width\n    return bits",
        "fetch-and-add of all kinds",
        search_only=True,
    ),
    Bug(
        "an object does the first of the things it may do",
        "problem.py",
        "after.update(self.specification.step(possibility, example))",
        "after.update(list(self.specification.step(possibility, example))[:1])",
        "dice",
    ),
    Bug(
        "a counter that also goes down never comes back",
        "numbers.py",
        "direction = 1 if all(a >= 0 for a in amounts)",
        "direction = 1 if any(a >= 0 for a in amounts)",
        "counter of all kinds",
        search_only=True,
    ),
    Bug(
        "what was put instead of a value does not count",
        "maps.py",
        "return found in self.settled and found[: len(state)] != state",
        "return found[: len(state)] != state",
        "kv",
    ),
    Bug(
        "a look at the last item of a queue may come before other uses",
        "queues.py",
        "if second is None or self._ends[top] > self._starts[second]:",
        "if True:",
        "invented queue",
    ),
    Bug(
        "a push may come as late as it returned, though its item was seen before",
        "stacks.py",
        "Wish(owner=owner, operation=one.put, after=one.put_call, before=one.first_return)",
        "Wish(owner=owner, operation=one.put, after=one.put_call, before=returned(one.put))",
        "invented stack",
    ),
    Bug(
        "an item that nobody took gives way to worse ones",
        "priority_queues.py",
        "if one.surely:",
        "if one.surely and one.take:",
        "invented priority-queue",
    ),
    Bug(
        "of two items that were there, the one put in later was there last",
        "judge.py",
        "covers[-1] = (covers[-1][0], max(end, covers[-1][1]))",
        "covers[-1] = (covers[-1][0], end)",
        "invented queue",
    ),
    Bug(
        "an item that nobody took is gone",
        "lifetimes.py",
        "if take else LATE,",
        "if take else put.index,",
        "queue",
    ),
    Bug(
        "the addition that began first goes first",
        "counting.py",
        "heappush(begun, (returned(o), o.index, o))",
        "heappush(begun, (o.index, o.index, o))",
        "counter",
    ),
    Bug(
        "a lock is held from the call of its acquire on",
        "locking.py",
        'moments = sorted((returned(o) if o.f == "acquire" else o.index, o) for o in happened)',
        "moments = sorted((o.index, o) for o in happened)",
        "mutex",
    ),
    Bug(
        "an element is missing until its add was called",
        "sets.py",
        "before = [o for o in absent if o.index < returned(first)]",
        "before = [o for o in absent if o.index < first.index]",
        "set",
    ),
)


def judged(root, bug, histories=HISTORIES):
    """The exit status of the comparison in a copy of the project: 0 for agreement, 7 for a disagreement."""
    command = [sys.executable, "-c", SCRIPT, bug.kind, str(bug.arrays_from), str(histories), str(bug.search_only)]
    return subprocess.run(command, cwd=root, check=False, timeout=600).returncode


def copied(target):
    for folder in ("checkers", "histories", "tests/oracles"):
        shutil.copytree(ROOT / folder, target / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return target


@pytest.mark.slow
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_noticed(bug, tmp_path):
    root = copied(tmp_path)
    (path,) = (root / "checkers" / "linearizability").rglob(bug.module)
    text = path.read_text(encoding="utf-8")
    assert text.count(bug.right) == 1, "the code has changed; plant the bug where it is now"
    path.write_text(text.replace(bug.right, bug.wrong), encoding="utf-8")
    assert judged(root, bug) == 7


@pytest.mark.slow
def test_the_copy_without_a_bug_agrees(tmp_path):
    bug = attrs.evolve(BUGS[0], arrays_from=1)
    assert judged(copied(tmp_path), bug, histories=4_000) == 0
