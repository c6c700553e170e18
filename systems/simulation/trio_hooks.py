"""The only touch of Trio's private names: the order in which runnable tasks run.

Trio keeps runnable tasks in the order in which they were woken, and that follows sets of objects, so memory
addresses. It has two switches for Hypothesis, in `trio._core._run`:

- `_ALLOW_DETERMINISTIC_SCHEDULING` sorts each batch of runnable tasks by age,
- `_r` is asked to shuffle the sorted batch.

Both are needed. To seed `_r` alone looks enough until the heap moves: the batch that it shuffles is then another one.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import trio
from trio._core import _run

_NAMES = ("_ALLOW_DETERMINISTIC_SCHEDULING", "_r")


class UnsupportedTrioError(RuntimeError):
    """This release of Trio does not have the switches that make its scheduling deterministic."""


class Scheduler(Protocol):
    """What stands in for Trio's random number generator."""

    def shuffle(self, batch: list[Any]) -> None:
        """Order a batch of runnable tasks, which comes sorted by age; the last one runs first."""

    def random(self) -> float:
        """What Trio asks for when it does not sort: never, while the switch is on."""


def check() -> None:
    """Raise `UnsupportedTrioError` unless this release of Trio has both switches, and its loop reads them."""
    loop = inspect.unwrap(_run.unrolled_run)
    missing = [name for name in _NAMES if not hasattr(_run, name) or name not in loop.__code__.co_names]
    missing += [] if hasattr(_run.Task, "_counter") else ["Task._counter"]
    if missing:
        raise UnsupportedTrioError(
            f"Trio {trio.__version__} has no {', '.join(missing)} that its run loop reads, so a simulated run would "
            "not repeat itself. Install another release (0.30 to 0.35 are known to work), or teach "
            "systems/simulation/trio_hooks.py the new names.",
        )


@contextmanager
def scheduled_by(scheduler: Scheduler) -> Iterator[None]:
    """Let `scheduler` order the runnable tasks of the Trio run inside; one such run at a time in a process."""
    check()
    if _run._ALLOW_DETERMINISTIC_SCHEDULING and not hasattr(_run._r, "getstate"):  # noqa: SLF001
        raise RuntimeError("another simulation runs in this process; run each in a process of its own")
    saved = {name: getattr(_run, name) for name in _NAMES}
    vars(_run).update(zip(_NAMES, (True, scheduler), strict=True))
    try:
        yield
    finally:
        vars(_run).update(saved)
