"""Whose version each read found, if the versions of every key are in the order of commits."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import attrs
import numpy as np

from checkers.transactions.replay.arrays import Ints, Mask, difference, offsets, uncovered
from checkers.transactions.replay.errors import RefusedError
from checkers.transactions.replay.script import Script
from histories.transactions import NIL


@attrs.frozen(kw_only=True, eq=False)
class Found:
    """Some reads, what they found (a version, -1 for the initial one), and from which version on all are newer.

    Those between are no newer to a read that would not have shown them. `item` is False for what a predicate read did
    not show.
    """

    reader: Ints
    at: Ints
    key: Ints
    version: Ints
    newer: Ints
    item: Mask


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Reads:
    """The reads of what others left behind, by reader, and then as they were made."""

    script: Script
    reader: Ints
    at: Ints
    key: Ints
    version: Ints
    newer: Ints
    item: Mask

    @classmethod
    def of(cls, script: Script, unshown: Found) -> Reads:
        """The reads of a script, and those that showed nothing of rows.

        Raises `RefusedError` where a read shows what nobody committed, or only a part of it, or too early.
        """
        parts = [_of_lists(script), _of_registers(script), unshown]
        joined = {
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("reader", "at", "key", "version", "newer", "item")
        }
        order = np.lexsort((joined["at"], joined["reader"]))
        return cls(script=script, **{name: part[order] for name, part in joined.items()})

    def __len__(self) -> int:
        return len(self.reader)

    @cached_property
    def source(self) -> Ints:
        """The transaction whose version each read found, -1 for the initial one."""
        return np.append(self.script.versions.place, -1)[self.version]

    @cached_property
    def first(self) -> Ints:
        """Where the reads of each transaction begin, and the last end."""
        return offsets(np.bincount(self.reader, minlength=len(self.script.rows)))

    @cached_property
    def until(self) -> Ints:
        """For each read the first version of its key that was not committed before its reader."""
        return self.script.versions.since(self.key, self.reader)

    @cached_property
    def stale(self) -> Ints:
        """The reads of whose keys there were newer versions when their readers committed."""
        return np.flatnonzero(self.newer < self.until)

    @cached_property
    def following(self) -> Ints:
        """Who made the first newer version; -1 if that is nobody, or the reader."""
        versions = self.script.versions
        there = self.newer < versions.first[self.key + 1]
        found = np.append(versions.place, -1)[np.where(there, self.newer, -1)]
        return np.where(found == self.reader, -1, found)

    def named(self, read: int) -> str:
        """Who read from what, in words."""
        return f"{self.script.name(int(self.reader[read]))} read from key {self.key_of(read)}"

    def key_of(self, read: int) -> Any:
        """The key of a read, as the client knows it."""
        return self.script.touches.keys[self.key[read]]


def _found(script: Script, touches: Ints, version: Ints) -> Found:
    key = script.key[touches]
    return Found(
        reader=script.place[touches],
        at=script.at[touches],
        key=key,
        version=version,
        newer=np.where(version >= 0, version + 1, script.versions.first[key]),
        item=np.ones(len(touches), dtype=bool),
    )


def _of_lists(script: Script) -> Found:
    """A list shows all versions up to one; before its reader's own appends stands what it found."""
    reads, versions = np.flatnonzero(script.is_read & script.of_list), script.versions
    start, length, base, key = script.start[reads], script.length[reads], script.base[reads], script.key[reads]
    end = np.append(versions.end, 0)[versions.first[key + 1] - 1]  # of the writes of its key
    long = np.flatnonzero((length > 0) & ((versions.first[key + 1] == versions.first[key]) | (base + length > end)))
    if len(long):
        _disordered(script, int(reads[long[0]]))
    looked_at = uncovered(base, start, length)
    wrong = difference(script.touches.elements, start[looked_at], script.written, base[looked_at], length[looked_at])
    if wrong is not None:
        _disordered(script, int(reads[looked_at[wrong]]))
    _written_before(script, reads, base + length - 1)
    version = np.where(length > 0, np.append(versions.of_write, -1)[base + length - 1], -1)
    own = np.append(versions.place, -1)[version] == script.place[reads]
    version = np.where(own, version - 1, version)
    version[version < versions.first[key]] = -1
    partial = np.flatnonzero((version >= 0) & (np.append(versions.end, 0)[version] > base + length))
    if len(partial):
        raise RefusedError(f"{script.reading(int(reads[partial[0]]))}, without the rest that its writer appended")
    return _found(script, reads, version)


def _written_before(script: Script, reads: Ints, writes: Ints) -> None:
    """Nothing shows a write, the last that it shows, of a transaction that commits later, or later in its own."""
    early = np.flatnonzero(writes >= script.before[reads])
    if len(early):
        raise RefusedError(f"{script.reading(int(reads[early[0]]))} before that was written")


def _disordered(script: Script, read: int) -> None:
    raise RefusedError(f"{script.reading(read)}, which is not how the commits fill it")


def _of_registers(script: Script) -> Found:
    """A register shows what was written last by one that has committed; of rows, nothing tells nothing."""
    reads, versions = np.flatnonzero(script.is_read & ~script.of_list), script.versions
    value = script.value[reads]
    shows = np.flatnonzero(value != NIL)
    write = script.writers(script.key[reads[shows]], value[shows])
    if (write < 0).any():
        raise RefusedError(f"{script.reading(int(reads[shows[np.argmin(write)]]))}, which nobody committed")
    _written_before(script, reads[shows], write)
    version = np.full(len(reads), -1)
    version[shows] = versions.of_write[write]
    own = np.append(versions.place, -1)[version] == script.place[reads]
    over = np.flatnonzero(~own[shows] & (np.append(versions.end, 0)[version[shows]] - 1 != write))
    if len(over):
        raise RefusedError(f"{script.reading(int(reads[shows[over[0]]]))}, which its writer wrote over")
    counts = ~own & ((value != NIL) | (script.touches.scans is None))
    return _found(script, reads[counts], version[counts])
