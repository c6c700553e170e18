"""What shows that no order exists: a circle of accesses, and why each that is not plain comes before the next.

An access is a read or a write, called by the index of its operation; a cas is both. Plain are the order within a
session and that a write comes before the reads that are from it. The others are forced, in one of two ways:

    a write before another    since a read is from the second, and the first comes before the read
    a read before a write     since the write that it is from comes before that one
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from checkers.weaker.memory import Memory

Access = tuple[int, bool]  # the index of an operation, and whether its write is meant


@attrs.frozen
class Forced:
    """`first` comes before `second` for the sake of `read`."""

    first: Access
    second: Access
    read: Access


@attrs.frozen(kw_only=True)
class Derivation:
    """A way of accesses, each of which comes before the next, by what is plain and what is forced.

    Each of `forced` follows from what is plain and from those before it. It is a matter of all sessions, or of the one
    in which `observer` is the first operation; where that is `alone`, the reads of others tell nothing.
    """

    way: tuple[Access, ...]
    forced: tuple[Forced, ...] = ()
    observer: int | None = None
    alone: bool = False

    @classmethod
    def of(
        cls,
        memory: Memory,
        way: Iterable[int],
        forced: Iterable[tuple[int, int, int]] = (),
        *,
        session: int | None = None,
        alone: bool = False,
    ) -> Derivation:
        """From the numbers of steps, and of the session that it is a matter of."""

        def access(number: int) -> Access:
            step = memory.steps[number]
            return step.operation.index, step.is_write

        return cls(
            way=tuple(map(access, way)),
            forced=tuple(Forced(*map(access, each)) for each in forced),
            observer=None if session is None else access(memory.sessions[session][0])[0],
            alone=alone,
        )
