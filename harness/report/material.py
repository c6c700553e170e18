"""All that a report is made from, and what every part of it needs to know, worked out once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import attrs

from checkers.verdict import Anomaly, Classification
from harness.report.faults import ClockTrace, Fault, clocks_of, end_of, faults_of, rows_of
from harness.report.info import RunInfo
from harness.report.lanes import Lanes, lanes_of
from harness.report.lattice import Lattice
from harness.report.scene import Scene, scene_of, stop_of
from histories import History

if TYPE_CHECKING:
    from harness.report.series import Columns


@attrs.frozen(kw_only=True, slots=False)
class Material:
    """A judged run."""

    info: RunInfo
    history: History
    classification: Classification
    lattice: Lattice = attrs.field(factory=Lattice)

    @cached_property
    def end_ns(self) -> int:
        """The last moment of the run."""
        return end_of(self.history)

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """What the nemesis did."""
        return faults_of(self.history)

    @cached_property
    def fault_rows(self) -> list[list[Fault]]:
        """The same, in rows without overlap."""
        return rows_of(self.faults, self.end_ns)

    @cached_property
    def clocks(self) -> tuple[ClockTrace, ...]:
        """The clocks of the nodes, where they were sampled."""
        return clocks_of(self.history)

    @cached_property
    def lanes(self) -> Lanes:
        """The processes in rows."""
        return lanes_of(self.history.operations)

    @cached_property
    def columns(self) -> Columns:
        """The history as arrays."""
        from harness.report.series import Columns  # numpy only when something is drawn

        return Columns.of(self.history)

    @cached_property
    def anomalies(self) -> tuple[Anomaly, ...]:
        """All anomalies, those that refute the claim before those that only refute other models."""
        claim, refuted = self.info.claim, self.lattice.refuted
        return tuple(sorted(self.classification.anomalies, key=lambda one: claim not in refuted.get(one.type, {claim})))

    @cached_property
    def first_of_kind(self) -> tuple[Anomaly, ...]:
        """The first anomaly of each type."""
        found: dict[str, Anomaly] = {}
        for anomaly in self.anomalies:
            found.setdefault(anomaly.type, anomaly)
        return tuple(found.values())

    @cached_property
    def scene(self) -> Scene:
        """The first anomaly among its neighbours; an empty scene where there is none."""
        for anomaly in self.anomalies[:1]:
            return scene_of(self.history, anomaly)
        return Scene(operations=(), marks={})

    def span_of(self, anomaly: Anomaly) -> tuple[int, int] | None:
        """From the first invocation of its operations to the last answer, in ns; None if none is known."""
        own = [self.history.by_index[index] for index in anomaly.operations if index in self.history.by_index]
        return (min(op.invoke_ns for op in own), max(stop_of(op) for op in own)) if own else None
