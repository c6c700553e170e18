"""A small history with the fate of every indeterminate transaction decided, and what its reads saw.

Registers: written values are unique for a key, nil is the initial value. Lists: a read shows all versions up to
one, whose writer the last element tells; in a read that ends in the reader's own appends, what stands before
them was read from its last writer. Rows (insert, w, delete) are registers too, whose initial and deleted
versions are nil; a predicate read shows all rows that match, and so saw a version of each other row that does not.
A read that shows nothing may thus have seen any of several versions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import combinations
from typing import Any

import attrs

from histories import History, Operation, Outcome

Relation = dict[int, int]
"""For each transaction the set of those it is related to, as bits."""

READS = ("r", "rp")


def bits(mask: int) -> Iterator[int]:
    """The numbers in a set."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def settled(value: Any) -> Any:
    """A value as it is compared: an empty list is nil."""
    return None if value == [] else value


def matches(predicate: list[Any], key: Any, value: Any) -> bool:
    """Whether a row with this value is among what a predicate asks for; nil is no row."""
    if value is None:
        return False
    match predicate:
        case ["all"]:
            return True
        case ["range", low, high]:
            return low <= key < high
        case ["equals", wanted]:
            return value == wanted
        case ["mod", modulus, rest]:
            return value % modulus == rest
    raise ValueError(f"expected all, range, equals or mod, found {predicate}")


@attrs.frozen(kw_only=True)
class Sight:
    """What a read says of one key: the version of one of `writers` (None: the initial one), none of them the reader.

    `shown` are the writers whose versions the read would have shown if it had seen them, where it showed nothing;
    None where it showed a version. `item` is False for a row that a predicate read did not show.
    """

    reader: int
    at: int
    key: Any
    writers: tuple[int | None, ...]
    shown: int | None = None
    item: bool = True


@attrs.frozen(kw_only=True, slots=False)
class World:
    """A history with all fates decided: its committed transactions, by number."""

    operations: tuple[Operation, ...]
    lost: tuple[Operation, ...] = ()
    real_time: bool = True

    @cached_property
    def numbers(self) -> range:
        return range(len(self.operations))

    @cached_property
    def session(self) -> Relation:
        """For each transaction its predecessors in its process; nothing follows an indeterminate one."""
        return {
            j: sum(1 << i for i in self.numbers if self._before(i, j) and self._process(i) == self._process(j))
            for j in self.numbers
        }

    @cached_property
    def real(self) -> Relation:
        """For each transaction those that completed before it was invoked."""
        if not self.real_time:
            return self.session
        return {j: sum(1 << i for i in self.numbers if self._before(i, j)) for j in self.numbers}

    def _process(self, i: int) -> int:
        return self.operations[i].process

    def _before(self, i: int, j: int) -> bool:
        a, b = self.operations[i], self.operations[j]
        return a.ok and a.end is not None and a.end < b.index

    @cached_property
    def writes(self) -> Mapping[int, Mapping[Any, list[Any]]]:
        """What each transaction writes to each key, in its order."""
        found: dict[int, dict[Any, list[Any]]] = {i: {} for i in self.numbers}
        for i in self.numbers:
            for f, key, value in self.operations[i].known:
                if f not in READS:
                    found[i].setdefault(key, []).append(value)
        return found

    @cached_property
    def writers(self) -> Mapping[Any, int]:
        """Who writes each key."""
        keys = {key for written in self.writes.values() for key in written}
        return {key: sum(1 << i for i in self.numbers if key in self.writes[i]) for key in keys}

    @cached_property
    def written_by(self) -> Mapping[tuple[Any, Any], int]:
        """The committed writer of each value of each key."""
        return {
            (key, value): i
            for i, written in self.writes.items()
            for key, values in written.items()
            for value in values
            if value is not None
        }

    @cached_property
    def written_in_vain(self) -> set[tuple[Any, Any]]:
        """The values of each key that only a transaction that did not commit wrote."""
        return {(key, value) for operation in self.lost for f, key, value in operation.value if f not in READS}

    @cached_property
    def keys(self) -> set[Any]:
        return {key for key, _ in self.written_in_vain} | self.writers.keys()

    def seen(self, i: int) -> Iterator[tuple[int, str, Any, Any]]:
        """The micro-operations of a transaction with their places; a predicate read as one read of each row."""
        operation = self.operations[i]
        for at, (f, key, value) in enumerate(operation.result if operation.ok else ()):
            if f != "rp":
                yield at, f, key, value
                continue
            rows = dict(value)
            for row in sorted(self.keys | rows.keys(), key=str):
                if row in rows:
                    yield at, "r", row, rows[row]
                elif key[0] != "range" or key[1] <= row < key[2]:
                    yield at, "rp", row, key

    @cached_property
    def listed(self) -> list[tuple[Any, list[Any]]]:
        """All lists that were read, with their keys."""
        return [
            (key, value)
            for i in self.numbers
            for _, f, key, value in self.seen(i)
            if f == "r" and isinstance(value, list)
        ]

    @cached_property
    def impossible(self) -> bool:
        """Whether a read shows a value that nobody wrote, one element or row twice, or a row that does not match."""
        written = self.written_by.keys() | self.written_in_vain
        for i in self.numbers:
            for _, f, key, value in self.seen(i):
                parts = value if isinstance(value, list) else [value]
                unwritten = any((key, part) not in written for part in parts)
                if f == "r" and value is not None and (unwritten or len(set(parts)) < len(parts)):
                    return True
            for f, predicate, rows in self.operations[i].result if self.operations[i].ok else ():
                if f == "rp" and (len(dict(rows)) < len(rows) or not all(matches(predicate, *row) for row in rows)):
                    return True
        return False

    @cached_property
    def sights(self) -> list[Sight] | None:
        """What was read of others; None if a read saw what no committed transaction left behind."""
        found = []
        for i in self.numbers:
            own: dict[Any, list[Any]] = {}
            for at, f, key, value in self.seen(i):
                if f not in READS:
                    own.setdefault(key, []).append(value)
                elif f == "rp":
                    found += self._unshown(i, at, key, own.get(key), value)
                elif value is None:
                    found += self._unshown(i, at, key, own.get(key), None)
                elif not self._left_behind(i, key, value, own.get(key, [])):
                    return None
                else:
                    found += self._shown(i, at, key, value)
        return found

    def _left_behind(self, i: int, key: Any, value: Any, own: list[Any]) -> bool:
        parts = value if isinstance(value, list) else [value]
        for part in parts:
            writer = self.written_by.get((key, part))
            if writer is None or (writer == i and part not in own):
                return False
        others = [part for part in parts if self.written_by[key, part] != i]
        return all(part == self.writes[self.written_by[key, part]][key][-1] for part in others[-1:])

    def _shown(self, i: int, at: int, key: Any, value: Any) -> list[Sight]:
        if not isinstance(value, list):
            writer = self.written_by[key, value]
            return [] if writer == i else [Sight(reader=i, at=at, key=key, writers=(writer,))]
        others = list(value)
        while others and self.written_by[key, others[-1]] == i:
            others.pop()
        if others:
            return [Sight(reader=i, at=at, key=key, writers=(self.written_by[key, others[-1]],))]
        return [Sight(reader=i, at=at, key=key, writers=(None,), shown=self.writers.get(key, 0) & ~(1 << i))]

    def _unshown(self, i: int, at: int, key: Any, own: list[Any] | None, predicate: list[Any] | None) -> list[Sight]:
        """A read (with no predicate: of this one key) that shows nothing."""
        wanted = predicate or ["all"]
        if own and not matches(wanted, key, own[-1]):
            return []
        writers = [j for j in bits(self.writers.get(key, 0)) if j != i]
        shown = [j for j in writers if matches(wanted, key, self.writes[j][key][-1])]
        hidden = [j for j in writers if j not in shown]
        mask = sum(1 << j for j in shown)
        item = predicate is None
        return [Sight(reader=i, at=at, key=key, writers=(None, *hidden), shown=mask, item=item)]

    @cached_property
    def forgets_own_write(self) -> bool:
        """Whether a read after a write of the same transaction shows something else than that write."""
        return any(self._contradicts(i, reads=False) for i in self.numbers)

    @cached_property
    def internal(self) -> bool:
        """Whether a read contradicts an earlier read or write of its transaction."""
        return any(self._contradicts(i, reads=True) for i in self.numbers)

    @cached_property
    def internal_of_items(self) -> bool:
        """The same, but predicate reads may show rows that earlier ones did not."""
        return any(self._contradicts(i, reads=True, phantoms=True) for i in self.numbers)

    def _contradicts(self, i: int, *, reads: bool, phantoms: bool = False) -> bool:
        own: dict[Any, list[Any]] = {}  # appended so far
        known: dict[Any, Any] = {}  # the list before those, or the value
        hidden: list[tuple[Any, list[Any]]] = []  # rows that predicate reads did not show
        for _, f, key, value in self.seen(i):
            if f == "append":
                own.setdefault(key, []).append(value)
            elif f not in READS:
                known[key] = value
                hidden = [(row, predicate) for row, predicate in hidden if row != key]
            elif f == "rp":
                if key in known and matches(value, key, known[key]):
                    return True
                hidden += [(key, value)] if reads and not phantoms else []
            elif isinstance(value, list) or key in own:
                seen, tail = value or [], own.get(key, [])
                if seen[len(seen) - len(tail) :] != tail:
                    return True
                start = seen[: len(seen) - len(tail)]
                if reads and (known.setdefault(key, start) or []) != start:
                    return True
            elif settled(known.get(key, value)) != value or any(
                matches(predicate, key, value) for row, predicate in hidden if row == key
            ):
                return True
            elif reads:
                known[key] = value
        return False

    def writes_agree(self, earlier: Relation) -> bool:
        """Whether some order of the committed writes is that of all lists, and agrees with `earlier` (predecessors).

        What reads of uncommitted data say of it: of two elements in a list the first was written first; elements that
        nobody ever saw come after those that somebody saw; who reads a register and then writes it, writes a later
        version.
        """
        after = dict(earlier)
        seen: dict[Any, set[Any]] = {}
        for key, elements in self.listed:
            written = [self.written_by[key, part] for part in elements if (key, part) in self.written_by]
            seen.setdefault(key, set()).update(elements)
            for first, then in combinations(written, 2):
                after[then] |= 1 << first if first != then else 0
        for (key, value), i in self.written_by.items():
            if value not in seen.get(key, ()):
                for other in seen.get(key, ()):
                    j = self.written_by.get((key, other), i)
                    after[i] |= 1 << j if i != j else 0
        for i, j in self._read_then_written:
            after[j] |= 1 << i
        placed = 0
        while ready := [i for i in self.numbers if not placed >> i & 1 and after[i] & ~placed == 0]:
            placed |= sum(1 << i for i in ready)
        return placed == sum(1 << i for i in self.numbers)

    @cached_property
    def _read_then_written(self) -> list[tuple[int, int]]:
        """Writers of register values, and those who read them and then wrote the same key."""
        found = []
        for j in self.numbers:
            seen: dict[Any, Any] = {}
            for _, f, key, value in self.seen(j):
                if f == "r":
                    seen[key] = value
                elif f not in (*READS, "append") and (key, seen.get(key)) in self.written_by:
                    i = self.written_by[key, seen.pop(key)]
                    found += [(i, j)] if i != j else []
        return found


def worlds(history: History) -> Iterator[World]:
    """Every way in which the indeterminate transactions may have ended."""
    ok = [operation for operation in history if operation.ok]
    failed = [operation for operation in history if operation.outcome is Outcome.FAIL]
    doubtful = [operation for operation in history if operation.outcome is Outcome.INFO]
    for many in range(len(doubtful) + 1):
        for chosen in combinations(doubtful, many):
            lost = [operation for operation in doubtful if operation not in chosen]
            yield World(operations=(*ok, *chosen), lost=(*failed, *lost), real_time=history.real_time)
