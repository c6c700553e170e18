"""A disk that keeps what was synced, and of the rest what luck leaves.

Writes take effect at once for who reads them, and last once a sync that began after them is done. When the machine
crashes, each write since then is there or not, on the toss of a coin, whatever became of the others: caches and disks
reorder writes. The last of those that are lost may be torn: half of it is
there, and what was there before is not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import ItemsView
from typing import Any, Final

from systems.simulation.luck import Luck


class _Deleted:
    """What is written to delete."""


_DELETED: Final = _Deleted()


def half(value: Any) -> Any:
    """What is there of a torn write: half of a sequence, nothing of anything else."""
    return value[: len(value) // 2] if isinstance(value, (tuple, str, bytes)) else _DELETED


class Disk:
    """A durable mapping. Keys and values must be values: hashable, never changed."""

    def __init__(self) -> None:
        self.written = 0
        self.lost = 0
        self._seen: dict[Any, Any] = {}
        self._durable: dict[Any, Any] = {}
        self._pending: deque[tuple[Any, Any]] = deque()

    def read(self, key: Any, default: Any = None) -> Any:
        """What was last written under this key."""
        return self._seen.get(key, default)

    def items(self) -> ItemsView[Any, Any]:
        """All that is there, in the order in which the keys were first written."""
        return self._seen.items()

    def write(self, key: Any, value: Any) -> None:
        """Write a value under a key; durable once a sync that begins later is done."""
        hash(value)
        self._seen[key] = value
        self._pending.append((key, value))
        self.written += 1

    def delete(self, key: Any) -> None:
        """Remove what is written under a key, if anything is; a write like others."""
        if key in self._seen:
            del self._seen[key]
            self._pending.append((key, _DELETED))
            self.written += 1

    # ── The host's side ──

    def synced(self, written: int) -> None:
        """Everything up to the write of this number is durable."""
        for _ in range(written - (self.written - len(self._pending))):
            self._keep(*self._pending.popleft())

    def crash(self, luck: Luck, *, torn: bool) -> None:
        """Lose what was not synced, by coin flips; with `torn` the last write lost leaves a half of itself."""
        kept = [luck.child("kept", i).coin(0.5) for i in range(len(self._pending))]
        last_lost = max((i for i, is_kept in enumerate(kept) if not is_kept), default=-1)
        for i, (key, value) in enumerate(self._pending):
            if kept[i]:
                self._keep(key, value)
            elif torn and i == last_lost and value is not _DELETED:
                self._keep(key, half(value))
        self.lost += kept.count(False)
        self._pending.clear()
        self._seen = dict(self._durable)

    def _keep(self, key: Any, value: Any) -> None:
        if value is _DELETED:
            self._durable.pop(key, None)
        else:
            self._durable[key] = value
