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
from checkers.transactions.ledger import PREDICATE, READING, Ledger
from checkers.transactions.replay.errors import RefusedError
from checkers.transactions.replay.reads import Found
from checkers.transactions.replay.script import Scan, Script, Touches
from histories.codes import identity
from histories.predicates import comparable, matches
from histories.transactions import NIL, OK, READ, WRITE, TransactionColumns
from histories.values import freeze

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
    """The touches of a history of rows, where each row that a predicate read shows is a read, and its scans."""
    keys, values = _Codes(), _Codes()
    told: list[tuple[int, int, int, int, int]] = []
    scans: list[Scan] = []
    for row, outcome in enumerate(columns.outcome.tolist()):
        for at, (kind, key, value) in enumerate(columns.micro_operations(row)):
            if kind not in (READING, PREDICATE):
                told.append((row, at, WRITE, keys.of(key), NIL if value is None else values.of(value)))
            elif outcome == OK:
                shown = [(keys.of(name), each) for name, each in (value or ())] if kind == PREDICATE else []
                shown = shown if kind == PREDICATE else [(keys.of(key), value)]
                told += [(row, at, READ, each, NIL if seen is None else values.of(seen)) for each, seen in shown]
                if kind == PREDICATE:
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
    ledger: Ledger

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

    def execute(self, starts: Sequence[int], *, missing: bool) -> None:
        """What predicate reads show matches, and unless `missing` they show all rows that match.

        Raises `RefusedError` where that is not so.
        """
        names = self.script.touches.keys
        for scan in self.script.touches.scans or ():
            start = starts[self._places[scan.row]]
            unfit = [key for key, value in scan.shown.items() if not matches(scan.predicate, names[key], value)]
            missed = [
                key
                for key in (self._rows(scan) if scan.key is None and not missing else ())
                if key not in scan.shown and matches(scan.predicate, names[key], self._visible(scan, key, start))
            ]
            if unfit or missed:
                who, row = self.script.name(self._places[scan.row]), names[(unfit or missed)[0]]
                raise RefusedError(f"{who} asked for {scan.predicate}, and row {row} is shown wrongly")

    @cached_property
    def _shown(self) -> dict[tuple[Any, int], list[int]]:
        return {}

    def _showing(self, predicate: Any, key: int) -> list[int]:
        """The versions of a row that a scan would have shown."""
        known = self._shown.get((freeze(predicate), key))
        if known is None:
            versions, name = self.script.versions, self.script.touches.keys[key]
            first = int(versions.first[key])
            last = {write[0]: write[2] for write in self._writes[key]}
            known = [first + n for n, value in enumerate(last.values()) if matches(predicate, name, value)]
            self._shown[freeze(predicate), key] = known
        return known

    def found(self) -> Found:
        """What the scans found of the rows that they do not show.

        Raises `RefusedError` where a scan is said to have found what it would have shown, or what is not there.
        """
        self._possible()
        told = [each for scan in self.script.touches.scans or () for each in self._found(scan)]
        reader, at, key, version, newer, item = np.array(told, dtype=np.int64).reshape(-1, 6).T
        return Found(reader=reader, at=at, key=key, version=version, newer=newer, item=item > 0)

    def _possible(self) -> None:
        committed = set(self.script.index.tolist())
        names = {freeze(name): name for name in self.script.touches.keys}
        for (read, key), found in self.certificate.found.items():
            known = key in names and self.ledger.has(read)
            hidden = self.ledger.hidden(read, names[key]) if known else ()
            if found not in committed or found not in {place.operation for place in hidden}:
                raise RefusedError(f"#{read.operation} cannot have found what #{found} left of row {key}")

    def _found(self, scan: Scan) -> Iterator[tuple[int, int, int, int, int, bool]]:
        reader, versions = self._places[scan.row], self.script.versions
        read = Place(int(self.script.index[reader]), scan.at)
        for key in self._rows(scan):
            name, own = self.script.touches.keys[key], self._own(scan, key)
            if key in scan.shown or (own is not None and not matches(scan.predicate, name, own[2])):
                continue
            writer = self.certificate.found.get((read, freeze(name)))
            version = -1 if writer is None else int(self._version(key, writer))
            later = (each for each in self._showing(scan.predicate, key) if each > version)
            newer = next((each for each in later if versions.place[each] != reader), int(versions.first[key + 1]))
            yield reader, scan.at, key, version, newer, scan.key is not None

    def _version(self, key: int, writer: int) -> int:
        place = np.flatnonzero(self.script.index == writer)
        return self.script.versions.made(np.array([key]), place)[0]
