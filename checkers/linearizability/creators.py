"""Which operation may have left the value that another one found.

A write w is a possible creator for an observer r unless w was called after r returned, or a third change of the
object surely came between: one that was called after w returned, and returned before r was called.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from functools import cached_property
from itertools import accumulate
from typing import Any

import attrs

from checkers.linearizability.rows import INITIAL, NEVER, NOTHING, Rows


class Creators:
    """The possible creators of each value, ready to be asked for those of one observer."""

    def __init__(self, rows: Rows, initial: Any) -> None:
        self._rows = rows
        self._spans: dict[Any, Spans] = {}
        self._makers: defaultdict[Any, list[int]] = defaultdict(list, {initial: [INITIAL]})
        for row, make in enumerate(rows.makes):
            if make is not NOTHING:
                self._makers[make].append(row)

    def makers(self, row: int) -> list[int]:
        """All that left the value this row found, possible or not."""
        return self._makers.get(self._rows.needs[row], [])

    def possible(self, row: int) -> tuple[int, int]:
        """How many possible creators the row has; and which, if it is one. A single one is taken unseen."""
        makers = self.makers(row)
        if len(makers) < 2:
            return len(makers), makers[0] if makers else INITIAL
        return self._spans_of(row).around(self._rows.calls[row], self._rows.returns[row])

    def all(self, row: int, limit: int) -> list[int] | None:
        """The possible creators; None if it takes more than `limit` steps to find them."""
        call, back = self._rows.calls[row], self._rows.returns[row]
        spans = self._spans_of(row)
        count, _ = spans.around(call, back)
        last = bisect_left(spans.calls, back)
        found: list[int] = []
        for at in range(last - 1, max(last - 1 - limit, -1), -1):
            if len(found) == count:
                break
            if spans.ends[at] > call:
                found.append(spans.makers[at])
        return found if len(found) == count else None

    def over(self, maker: int) -> int:
        """When what it left was surely replaced: the least return among the changes that began after it returned."""
        calls, least = self._changes
        return least[bisect_right(calls, -1 if maker == INITIAL else self._rows.returns[maker])]

    def _spans_of(self, row: int) -> Spans:
        need = self._rows.needs[row]
        if need not in self._spans:
            makers = self._makers.get(need, [])
            self._spans[need] = Spans.of(self._rows, makers, [self.over(maker) for maker in makers])
        return self._spans[need]

    @cached_property
    def _changes(self) -> tuple[list[int], list[int]]:
        """The calls of all sure changes, and for each the least return from there on."""
        rows = self._rows
        changes = [row for row, make in enumerate(rows.makes) if make is not NOTHING and rows.returns[row] < NEVER]
        least = [NEVER] * (len(changes) + 1)
        for at in range(len(changes) - 1, -1, -1):
            least[at] = min(least[at + 1], rows.returns[changes[at]])
        return [rows.calls[row] for row in changes], least


@attrs.frozen(kw_only=True)
class Spans:
    """The makers of one value, each from its call until its value was surely replaced.

    Those that span an interval are the ones that began before its end, without the ones that were over before
    its start. Running sums of the rows tell which one it is, if it is one.
    """

    makers: list[int]  # in the order of their calls, as are `calls` and `ends`
    calls: list[int]
    ends: list[int]
    call_sums: list[int]
    sorted_ends: list[int]
    end_sums: list[int]

    @classmethod
    def of(cls, rows: Rows, makers: list[int], ends: list[int]) -> Spans:
        """`makers` in the order of their calls."""
        by_end = sorted(zip(ends, makers, strict=True))
        return cls(
            makers=makers,
            calls=[-1 if maker == INITIAL else rows.calls[maker] for maker in makers],
            ends=ends,
            call_sums=list(accumulate(makers, initial=0)),
            sorted_ends=[end for end, _ in by_end],
            end_sums=list(accumulate((maker for _, maker in by_end), initial=0)),
        )

    def around(self, call: int, back: int) -> tuple[int, int]:
        """How many span the interval, and which one, if it is one."""
        begun, gone = bisect_left(self.calls, back), bisect_left(self.sorted_ends, call)
        return begun - gone, self.call_sums[begun] - self.end_sums[gone]
