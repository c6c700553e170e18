"""Typed edges between transactions, as arrays."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from checkers.transactions.accesses import Ints, Mask


class Type(enum.IntEnum):
    """What an edge says."""

    WW = 0
    WR = 1
    RW = 2
    SESSION = 3
    REALTIME = 4
    RW_ON = 5  # out of an auxiliary vertex: goes on with what the edge into it said
    REALTIME_ON = 6


@attrs.frozen(kw_only=True, eq=False)
class Edges:
    """Edges between vertices: first the transactions `rows`, from their number on auxiliary vertices.

    `left` and `right` tell where an edge comes from: the versions for ww, the version and the read for wr, the read and
    the version for rw; -1 where there is no more to tell, and at auxiliary vertices for what lies beyond them.
    """

    rows: Ints
    vertices: int
    source: Ints
    target: Ints
    type: NDArray[np.int8]
    left: Ints
    right: Ints

    @classmethod
    def make(
        cls,
        rows: Ints,
        kind: Type,
        source: Ints,
        target: Ints,
        left: Ints | None = None,
        right: Ints | None = None,
        *,
        vertices: int = 0,
    ) -> Edges:
        """Edges of one type."""
        nothing = np.broadcast_to(np.int64(-1), len(source))
        return cls(
            rows=rows,
            vertices=max(vertices, len(rows)),
            source=source,
            target=target,
            type=np.broadcast_to(np.int8(kind), len(source)),
            left=nothing if left is None else left,
            right=nothing if right is None else right,
        )

    def __len__(self) -> int:
        return len(self.source)

    def where(self, mask: Mask | Ints | slice) -> Edges:
        """Some of the edges."""
        return attrs.evolve(self, **{name: getattr(self, name)[mask] for name in _PER_EDGE})

    def of(self, *types: Type) -> Edges:
        """The edges of some types."""
        return self.where(np.isin(self.type, types))

    def among(self, mask: Mask) -> Edges:
        """Some of the edges, and of the vertices only those that they join."""
        part = self.where(mask)
        kept, ends = np.unique(np.concatenate([part.source, part.target]), return_inverse=True)
        return attrs.evolve(
            part,
            rows=self.rows[kept[kept < len(self.rows)]],
            vertices=len(kept),
            source=ends[: len(part)],
            target=ends[len(part) :],
        )


_PER_EDGE: Final = ("source", "target", "type", "left", "right")


def joined(parts: Iterable[Edges]) -> Edges:
    """All edges of several parts over the same vertices; some may have added auxiliary ones."""
    parts = list(parts)
    return Edges(
        rows=parts[0].rows,
        vertices=max(part.vertices for part in parts),
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in _PER_EDGE},
    )
