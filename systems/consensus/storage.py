"""What a replica keeps on its disk: the term, its vote in it, and the log.

A crash leaves any subset of the writes since the last sync. So each record of the log names the term of the record
before it, and on boot a record belongs to the log only if it follows the one that it names, as the chained checksums of
etcd's write-ahead log have it. What a crash tore out of the middle, or what a conflict overwrote in part, ends
the log there. By the log matching property a record that does follow is one that a leader once put there.
The term and the vote are one record: written apart, a crash between the two makes a vote be cast twice
(hashicorp/raft issue 661).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from systems.consensus.messages import Entry

ORIGIN = Entry(0, "", 0, None)


class Records(Protocol):
    """A disk, or a part of one."""

    def read(self, key: Any, default: Any = None) -> Any:
        """What was last written under this key."""

    def write(self, key: Any, value: Any) -> None:
        """Write a value under a key."""


class Storage:
    """The durable state of a replica. Whoever changes it must sync before telling anybody."""

    def __init__(self, disk: Records) -> None:
        self._disk = disk
        self.term: int
        self.vote: str | None
        self.term, self.vote = disk.read("term", (0, None))
        self.entries = [ORIGIN]  # so that the entry of index i is entries[i]
        while record := disk.read(("log", len(self.entries))):
            previous_term, entry = record
            if previous_term != self.entries[-1].term:
                break
            self.entries.append(entry)

    @property
    def last(self) -> int:
        """The index of the last entry; 0 if there is none."""
        return len(self.entries) - 1

    def adopt(self, term: int, vote: str | None) -> None:
        """Be in this term, with this vote cast in it."""
        self.term, self.vote = term, vote
        self._disk.write("term", (term, vote))

    def append(self, entry: Entry) -> None:
        """Put an entry at the end of the log."""
        entries = self.entries
        self._disk.write(("log", len(entries)), (entries[-1].term, entry))
        entries.append(entry)

    def matches(self, index: int, term: int) -> bool:
        """Whether the log has an entry of this term at this index, and hence all that the leader has before it."""
        return index < len(self.entries) and self.entries[index].term == term

    def merge(self, previous: int, entries: Iterable[Entry]) -> None:
        """Put the leader's entries after `previous`, instead of those that conflict with them."""
        for index, entry in enumerate(entries, previous + 1):
            if index < len(self.entries):
                if self.entries[index].term == entry.term:
                    continue
                del self.entries[index:]
            self.append(entry)

    def conflict(self, index: int, floor: int) -> int:
        """Where the log may still match that of a leader which it does not match at `index`.

        Leaves out the whole term that does not match, down to `floor`, below which everything does.
        """
        if index > self.last:
            return self.last
        term = self.entries[index].term
        while index > floor and self.entries[index].term == term:
            index -= 1
        return index
