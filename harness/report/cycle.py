"""A cycle among transactions (or among operations): who must come before whom, and why that cannot be."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class CycleNode:
    """A transaction of the cycle: its name in the explanation, what it did line by line, its operation's index."""

    name: str
    lines: tuple[str, ...] = ()
    index: int | None = None


@attrs.frozen(kw_only=True)
class CycleEdge:
    """`source` comes before `target`: by which dependency (ww, wr, rw, process, realtime), and why, in words."""

    source: str
    target: str
    label: str
    reason: str = ""


@attrs.frozen(kw_only=True)
class Cycle:
    """The nodes in the order of the cycle, and the edges between them; `ValueError` for an edge to a stranger."""

    nodes: tuple[CycleNode, ...] = attrs.field(validator=attrs.validators.min_len(1))
    edges: tuple[CycleEdge, ...] = ()

    def __attrs_post_init__(self) -> None:
        names = [node.name for node in self.nodes]
        if len(set(names)) != len(names):
            raise ValueError(f"expected a name of its own for every node of a cycle, found {names}")
        for edge in self.edges:
            for end in (edge.source, edge.target):
                if end not in names:
                    raise ValueError(f"expected edges among {names}, found one with {end!r}")
