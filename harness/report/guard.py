"""What cannot be drawn is left out, told and logged: it never takes a verdict or a history with it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import TypeVar

import attrs

T = TypeVar("T")

log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class Failure:
    """A part of a report that could not be made: what, why in one line, and the traceback."""

    part: str
    problem: str
    trace: str = attrs.field(repr=False)

    def __str__(self) -> str:
        return f"{self.part} could not be made: {self.problem}"


@attrs.define
class Guard:
    """Runs what may fail and keeps a list of what did."""

    failures: list[Failure] = attrs.field(factory=list)

    def attempt(self, part: str, make: Callable[[], T]) -> T | None:
        """What `make` returns; None, and one more failure, if it raises."""
        try:
            return make()
        except Exception as error:  # noqa: BLE001  whatever a plot raises, the verdict must survive it
            problem = f"{type(error).__name__}: {error}".strip().splitlines()[0]
            failure = Failure(part=part, problem=problem, trace=traceback.format_exc())
            self.failures.append(failure)
            log.info("%s\n%s", failure, failure.trace)
            return None
