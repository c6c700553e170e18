"""How much a search may spend before it must say `unknown`."""

from __future__ import annotations

import time
from collections.abc import Callable

import attrs


@attrs.frozen(kw_only=True)
class Budget:
    """Bounds on a search; whichever runs out first ends it.

    `configurations` bounds the states a search may remember, and with them its memory (some 200 bytes each);
    this bound is the same on every machine, so a verdict under it can be replayed. `seconds` bounds the time,
    for people who wait; None for no such bound.
    """

    configurations: int = attrs.field(default=1_000_000, validator=attrs.validators.gt(0))
    seconds: float | None = attrs.field(default=None, validator=attrs.validators.optional(attrs.validators.gt(0)))
    clock: Callable[[], float] = attrs.field(default=time.monotonic, repr=False, eq=False)
    _began: float = attrs.field(init=False, repr=False, eq=False)

    @_began.default
    def _now(self) -> float:
        return self.clock()

    def out_of_time(self) -> bool:
        """Whether `seconds` have passed since the budget was made."""
        return self.seconds is not None and self.clock() - self._began >= self.seconds
