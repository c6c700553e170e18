"""Processes as lanes of a timeline.

A process is retired after an indeterminate operation and its successor gets a new number, so a long run has
many more processes than clients. Processes that follow one another share a lane.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

import attrs

from harness.report.words import clean, shortened
from histories import Operation

NAME_MAX = 22  # characters that fit before a row


@attrs.frozen(kw_only=True)
class Lane:
    """One row of a timeline: processes that follow one another, and the nodes that they spoke to."""

    processes: tuple[int, ...]
    nodes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What stands before the row: `process 3 · n1`, `process 3, 13, …`."""
        shown = ", ".join(str(process) for process in self.processes[:2])
        more = ", …" if len(self.processes) > 2 else ""
        name = f"process {shown}{more}"
        node = f" · {clean(self.nodes[0])}" if len(self.nodes) == 1 else ""
        return name + node if len(name + node) <= NAME_MAX else shortened(name, NAME_MAX)


@attrs.frozen(kw_only=True)
class Lanes:
    """The rows of a timeline and the row of every process."""

    rows: tuple[Lane, ...]
    row_of: Mapping[int, int]

    @classmethod
    def of(cls, rows: Iterable[Lane]) -> Lanes:
        """From the rows alone."""
        kept = tuple(rows)
        return cls(rows=kept, row_of={process: row for row, lane in enumerate(kept) for process in lane.processes})

    def only(self, processes: Container[int]) -> Lanes:
        """The same rows without all other processes, and without the rows that this empties."""
        kept = (tuple(p for p in lane.processes if p in processes) for lane in self.rows)
        return Lanes.of(Lane(processes=few, nodes=lane.nodes) for few, lane in zip(kept, self.rows, strict=True) if few)


def lanes_of(operations: Iterable[Operation]) -> Lanes:
    """Pack processes into as few rows as their lifetimes allow; rows in order of their first process.

    A process takes over the row whose last process spoke to the same node and ended most recently, which as a
    rule is the one that it succeeds.
    """
    lives, nodes = _lifetimes(operations)
    members: list[list[int]] = []
    free_at: list[int] = []
    for process, (start, stop) in sorted(lives.items(), key=lambda life: (life[1][0], life[0])):
        free = [row for row, end in enumerate(free_at) if end <= start]
        if free:
            row = max(free, key=lambda row: (nodes[members[row][-1]] == nodes[process], free_at[row], -row))
            members[row].append(process)
            free_at[row] = stop
        else:
            members.append([process])
            free_at.append(stop)
    members.sort(key=lambda processes: processes[0])
    return Lanes.of(
        Lane(processes=tuple(row), nodes=tuple(dict.fromkeys(node for p in row for node in nodes[p])))
        for row in members
    )


def _lifetimes(operations: Iterable[Operation]) -> tuple[dict[int, tuple[int, int]], dict[int, dict[str, None]]]:
    lives: dict[int, tuple[int, int]] = {}
    nodes: dict[int, dict[str, None]] = {}
    for op in operations:
        stop = op.invoke_ns if op.end_ns is None else op.end_ns
        start, last = lives.get(op.process, (op.invoke_ns, stop))
        lives[op.process] = (min(start, op.invoke_ns), max(last, stop))
        seen = nodes.setdefault(op.process, {})
        if op.node is not None:
            seen[op.node] = None
    return lives, nodes
