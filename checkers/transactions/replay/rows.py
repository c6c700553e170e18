"""Rows that come and go: predicate reads, told as reads of the rows that they show, and what they do not show.

What is not shown is looked at one read and one row after the other: that costs, for each read of a predicate, all the
rows that it may ask for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import attrs
import numpy as np

from checkers.transactions.certificates import Certificate
from checkers.transactions.evidence import Place
from checkers.transactions.ledger import PREDICATE, READING
from checkers.transactions.replay.errors import RefusedError
from checkers.transactions.replay.reads import Found
from checkers.transactions.replay.script import Scan, Script, Touches
from histories.codes import identity
from histories.predicates import comparable, matches
from histories.transactions import NIL, OK, READ, UNKNOWN, WRITE, TransactionColumns

EVERY: Final = ["all"]


class _Codes(dict[Any, int]):
    """Numbers for things, as they come."""

    def __init__(self) -> None:
        self.things: list[Any] = []

    def of(self, thing: Any) -> int:
        code = self.setdefault(identity(thing), len(self.things))
        if code == len(self.things):
            self.things.append(thing)
        return code


def touches_of_rows(columns: TransactionColumns) -> Touches:
    """The touches of a history of rows, where each row that a predicate read shows is a read, and its scans.

    Raises `RefusedError` where a predicate read shows a row twice, or one that it did not ask for.
    """
    keys, values = _Codes(), _Codes()
    told: list[tuple[int, int, int, int, int]] = []
    scans: list[Scan] = []
    learnt = columns.outcome == OK
    learnt[columns.transaction[columns.value == UNKNOWN]] = False
    for row, known in enumerate(learnt.tolist()):
        for at, (kind, key, value) in enumerate(columns.micro_operations(row)):
            if kind not in (READING, PREDICATE):
                told.append((row, at, WRITE, keys.of(key), NIL if value is None else values.of(value)))
            elif known:
                rows = value or () if kind == PREDICATE else [(key, value)]
                shown = [(keys.of(name), seen) for name, seen in rows]
                told += [(row, at, READ, each, NIL if seen is None else values.of(seen)) for each, seen in shown]
                if kind == PREDICATE:
                    if len(dict(shown)) < len(shown) or not all(matches(key, *each) for each in rows):
                        raise RefusedError(f"#{columns.index[row]} was shown what it did not ask for, or a row twice")
                    scans.append(Scan(row=row, at=at, predicate=key, shown=dict(shown)))
                elif value is None:
                    scans.append(Scan(row=row, at=at, predicate=EVERY, key=keys.of(key)))
    rows, places, kind, key, value = np.array(told, dtype=np.int64).reshape(-1, 5).T
    nothing = np.zeros(len(told), dtype=np.int64)
    return Touches(
        row=rows,
        at=places,
        key=key,
        kind=kind.astype(np.int8),
        value=value,
        start=nothing,
        stop=nothing,
        elements=nothing[:0],
        first=np.searchsorted(rows, np.arange(len(columns) + 1)),
        keys=keys.things,
        values=values.things,
        scans=scans,
    )


Write = tuple[int, int, Any]
"""The place of a transaction among the commits, the place in there, and the value; None for a deletion."""


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Unshown:
    """What the scans of a script do not show."""

    script: Script
    certificate: Certificate

    @cached_property
    def _writes(self) -> Mapping[int, Sequence[Write]]:
        """The writes of each row, in the order in which they take effect."""
        script, found = self.script, defaultdict(list)
        parts = (script.key, script.place, script.at, script.value)
        for key, place, at, code in zip(*(part[script.writes].tolist() for part in parts), strict=True):
            found[key].append((place, at, None if code == NIL else script.touches.values[code]))
        return dict(found)

    @cached_property
    def _places(self) -> Mapping[int, int]:
        """The place of each transaction among the commits, by its row of the columns."""
        return {row: place for place, row in enumerate(self.script.rows.tolist())}

    @cached_property
    def _of_index(self) -> Mapping[int, int]:
        """The same by the index of its operation."""
        return {index: place for place, index in enumerate(self.script.index.tolist())}

    @cached_property
    def _comparable(self) -> Mapping[str, list[tuple[Any, int]]]:
        """The rows whose keys can be compared, by the kind of keys: the keys ascending, and their numbers."""
        found: defaultdict[str, list[tuple[Any, int]]] = defaultdict(list)
        for key in self._writes:
            name = self.script.touches.keys[key]
            found[comparable(name) or ""].append((name, key))
        return {kind: sorted(rows) for kind, rows in found.items() if kind}

    def _rows(self, scan: Scan) -> list[int]:
        """The rows that a scan may ask for, of those that somebody wrote."""
        if scan.key is not None:
            return [scan.key] if scan.key in self._writes else []
        match scan.predicate:
            case ["range", low, high] if comparable(low) == comparable(high):
                rows = self._comparable.get(comparable(low) or "", [])
                begin, end = (bisect_left(rows, bound, key=lambda row: row[0]) for bound in (low, high))
                return [key for _, key in rows[begin:end]]
        return list(self._writes)

    def _own(self, scan: Scan, key: int) -> Write | None:
        """The last write of a row by the scanning transaction before the scan."""
        writes, place = self._writes[key], self._places[scan.row]
        at = bisect_left(writes, (place, scan.at), key=lambda write: write[:2])
        return writes[at - 1] if at and writes[at - 1][0] == place else None

    def _visible(self, scan: Scan, key: int, start: int) -> Any:
        """The value that a row had for a scan whose transaction started after so many commits."""
        own, writes = self._own(scan, key), self._writes[key]
        at = bisect_left(writes, start, key=lambda write: write[0])
        return own[2] if own else writes[at - 1][2] if at else None

    def execute(self, starts: Sequence[int]) -> None:
        """Predicate reads show all rows that match. Raises `RefusedError` where that is not so."""
        names = self.script.touches.keys
        for scan in self.script.touches.scans or ():
            place = self._places[scan.row]
            for key in self._rows(scan) if scan.key is None else ():
                visible = None if key in scan.shown else self._visible(scan, key, starts[place])
                if matches(scan.predicate, names[key], visible):
                    who = self.script.name(place)
                    raise RefusedError(f"{who} asked for {scan.predicate}, and row {names[key]} is not shown")

    @cached_property
    def _shown(self) -> dict[tuple[Any, int], list[int]]:
        return {}

    def _showing(self, predicate: Any, key: int) -> list[int]:
        """The versions of a row that a scan would have shown."""
        known = self._shown.get((identity(predicate), key))
        if known is None:
            versions, name = self.script.versions, self.script.touches.keys[key]
            first = int(versions.first[key])
            last = {write[0]: write[2] for write in self._writes[key]}
            known = [first + n for n, value in enumerate(last.values()) if matches(predicate, name, value)]
            self._shown[identity(predicate), key] = known
        return known

    def found(self) -> Found:
        """What the scans found of the rows that they do not show.

        Raises `RefusedError` where the certificate says of one that it found what it would have shown, or what was not
        there, or says it of what is no scan.
        """
        asked = [(scan, key) for scan in self.script.touches.scans or () for key in self._missing(scan)]
        told = [self._found(scan, key) for scan, key in asked]
        if sum(self._told(scan, key) is not None for scan, key in asked) < len(self.certificate.found):
            raise RefusedError("the certificate says what reads found that showed it, or did not ask for it")
        reader, at, key, version, newer, item = np.array(told, dtype=np.int64).reshape(-1, 6).T
        return Found(reader=reader, at=at, key=key, version=version, newer=newer, item=item > 0)

    def _missing(self, scan: Scan) -> Iterator[int]:
        """The rows that a scan does not show, but for those that its transaction has hidden itself."""
        for key in self._rows(scan):
            own = self._own(scan, key)
            if key not in scan.shown and (
                own is None or matches(scan.predicate, self.script.touches.keys[key], own[2])
            ):
                yield key

    def _told(self, scan: Scan, key: int) -> int | None:
        """Whose version the certificate says that a scan found; None if it does not say."""
        if not self.certificate.found:
            return None
        read = Place(int(self.script.index[self._places[scan.row]]), scan.at)
        return self.certificate.found.get((read, identity(self.script.touches.keys[key])))

    def _found(self, scan: Scan, key: int) -> tuple[int, int, int, int, int, bool]:
        reader, versions, showing = self._places[scan.row], self.script.versions, self._showing(scan.predicate, key)
        writer, version = self._told(scan, key), -1
        if writer is not None:
            place = self._of_index.get(writer, reader)
            version = int(versions.made(np.array([key]), np.array([place]))[0])
            if place >= reader or version < 0 or version in showing:
                name, row = self.script.name(reader), self.script.touches.keys[key]
                raise RefusedError(f"{name} cannot have found what #{writer} left of row {row}")
        later = (each for each in showing if each > version and versions.place[each] != reader)
        newer = next(later, int(versions.first[key + 1]))
        return reader, scan.at, key, version, newer, scan.key is not None
