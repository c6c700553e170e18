"""The numbers behind the plots: latencies and rates by kind of operation and by outcome."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np
import numpy.typing as npt

from harness.report.faults import end_of
from histories import History, Outcome

Floats = npt.NDArray[np.float64]

OUTCOMES = (Outcome.OK, Outcome.FAIL, Outcome.INFO)
KINDS_MAX = 4  # plots show this many kinds of operation; the rarest share the last panel
RATE_BINS = 90
PERCENTILES = (50, 95, 99, 100)


@attrs.frozen(kw_only=True, eq=False)
class Columns:
    """A history as arrays, one entry an operation. `end_s` is NaN where there was no completion."""

    start_s: Floats
    end_s: Floats
    outcome: npt.NDArray[np.int8]
    kind: npt.NDArray[np.int16]
    kinds: tuple[str, ...]
    span_s: float

    @classmethod
    def of(cls, history: History) -> Columns:
        """Converted once for all plots; kinds are in order of their frequency."""
        operations = history.operations
        found: dict[str, int] = {}
        for op in operations:
            found[op.f] = found.get(op.f, 0) + 1
        kinds = sorted(found, key=lambda f: (-found[f], f))
        if len(kinds) > KINDS_MAX:
            kinds = [*kinds[: KINDS_MAX - 1], "other"]
        slot = {
            f: min(position, KINDS_MAX - 1) for position, f in enumerate(sorted(found, key=lambda f: (-found[f], f)))
        }
        code = {outcome: position for position, outcome in enumerate(OUTCOMES)}
        return cls(
            start_s=np.array([op.invoke_ns for op in operations], dtype=np.float64) / 1e9,
            end_s=np.array([np.nan if op.end_ns is None else op.end_ns for op in operations], dtype=np.float64) / 1e9,
            outcome=np.array([code[op.outcome] for op in operations], dtype=np.int8),
            kind=np.array([slot[op.f] for op in operations], dtype=np.int16),
            kinds=tuple(kinds),
            span_s=end_of(history) / 1e9,
        )

    @property
    def latency_ms(self) -> Floats:
        """From invocation to completion; NaN where there was none."""
        return (self.end_s - self.start_s) * 1e3

    def chosen(self, kind: int, outcome: int) -> npt.NDArray[np.bool_]:
        """Which operations are of this kind and outcome."""
        both: npt.NDArray[np.bool_] = (self.kind == kind) & (self.outcome == outcome)
        return both


def density(columns: Columns, bins: int) -> Floats:
    """How many operations began in each part of the run, by outcome: shape (3, bins)."""
    edges = np.linspace(0.0, columns.span_s, bins + 1)
    return np.array(
        [np.histogram(columns.start_s[columns.outcome == code], bins=edges)[0] for code in range(len(OUTCOMES))]
    ).astype(np.float64)


def rates(columns: Columns) -> tuple[Floats, Mapping[tuple[int, int], Floats]]:
    """Operations a second by (kind, outcome), by the moment they ended; and the middles of the time bins."""
    edges = np.linspace(0.0, columns.span_s, RATE_BINS + 1)
    ended = np.where(np.isnan(columns.end_s), columns.start_s, columns.end_s)
    found = {}
    for kind in range(len(columns.kinds)):
        for outcome in range(len(OUTCOMES)):
            chosen = ended[columns.chosen(kind, outcome)]
            if len(chosen):
                found[kind, outcome] = np.histogram(chosen, bins=edges)[0] / (edges[1] - edges[0])
    return (edges[:-1] + edges[1:]) / 2, found


@attrs.frozen(kw_only=True)
class KindRow:
    """One kind of operation in numbers; latencies are those of its `ok` operations, None where it has none."""

    kind: str
    outcomes: tuple[int, ...]
    latencies_ms: tuple[float, ...] | None

    @property
    def total(self) -> int:
        """How many there were."""
        return sum(self.outcomes)


def kind_rows(columns: Columns) -> tuple[KindRow, ...]:
    """Counts by outcome and latency percentiles (PERCENTILES) of every kind of operation."""
    rows = []
    latency = columns.latency_ms
    for kind, name in enumerate(columns.kinds):
        ok = latency[columns.chosen(kind, 0)]
        ok = ok[~np.isnan(ok)]
        rows.append(
            KindRow(
                kind=name,
                outcomes=tuple(int(columns.chosen(kind, code).sum()) for code in range(len(OUTCOMES))),
                latencies_ms=tuple(float(value) for value in np.percentile(ok, PERCENTILES)) if len(ok) else None,
            )
        )
    return tuple(rows)
