"""Evidence in words: the transactions by name, each step with its reason, the contradiction last."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final

import attrs
import numpy as np

from checkers.transactions.evidence import (
    Case,
    Clash,
    Cycle,
    Edge,
    Evidence,
    Found,
    Kind,
    Ordered,
    Place,
    Refutation,
    keys_of,
)
from checkers.transactions.rows import PREDICATE_READ
from histories.codes import identity
from histories.predicates import comparable
from histories.transactions import TransactionColumns

READ: Final = "r"
ROW_KINDS: Final = frozenset({"insert", "delete"})

ROWS_MAX: Final = 8
"""So many rows that a predicate read showed are written out."""

SHOWN_MAX: Final = 20
"""So many elements of a list are written out, and so many steps of a cycle."""


@attrs.frozen(kw_only=True, slots=False)
class Names:
    """The transactions of one piece of evidence: T1, T2, ... in the order of appearance.

    `about` are the keys that matter, `key` is the one in question.
    """

    columns: TransactionColumns
    numbers: Mapping[int, int]
    about: frozenset[Hashable]
    key: Any = None

    @classmethod
    def among(cls, columns: TransactionColumns, evidence: Evidence) -> Names:
        """Names for the transactions of a piece of evidence."""
        return cls(
            columns=columns,
            numbers={index: i for i, index in enumerate(evidence.operations, start=1)},
            about=frozenset(map(identity, keys_of(evidence))),
        )

    def name(self, operation: int) -> str:
        """T1, T2, ..."""
        return f"T{self.numbers[operation]}"

    def row(self, operation: int) -> int:
        """The transaction in the columns."""
        return int(np.searchsorted(self.columns.index, operation))

    def at(self, place: Place) -> tuple[str, Any, Any]:
        """Kind, key and value of a micro-operation; what a predicate read says of the key in question."""
        kind, key, value = self.columns.micro_operations(self.row(place.operation))[place.micro]
        if kind == PREDICATE_READ:
            shown = [seen for row, seen in value if identity(row) == identity(self.key)]
            return kind, self.key, shown[0] if shown else None
        return kind, key, value

    def predicate(self, place: Place) -> str:
        """What a predicate read asked for."""
        return _predicate(self.columns.micro_operations(self.row(place.operation))[place.micro][1])

    def of(self, key: Any) -> Names:
        """The same, where predicate reads are asked about another key."""
        return attrs.evolve(self, key=key)

    def micros(self, operation: int) -> list[str]:
        """What a transaction did, in short."""
        return [self._micro(*micro) for micro in self.columns.micro_operations(self.row(operation))]

    def _micro(self, kind: str, key: Any, value: Any) -> str:
        if kind == PREDICATE_READ:
            return f"rp({_predicate(key)}, {'?' if value is None else self._rows(value)})"
        return f"{kind}({key})" if kind == "delete" else f"{kind}({key}, {_value(value)})"

    def _rows(self, rows: list[list[Any]]) -> str:
        """The rows that were shown; of many, those that matter and their neighbours."""
        told = [f"{row}={_value(value)}" for row, value in rows]
        if len(told) <= ROWS_MAX:
            return f"[{' '.join(told)}]"
        matter = {i for i, (row, _) in enumerate(rows) if identity(row) in self.about}
        beside = {i + near for i in matter for near in (-1, 0, 1)} & set(range(len(rows)))
        around = {i for key in self.about for i in _around([row for row, _ in rows], key)}
        shown = sorted(beside | around or {0, len(rows) - 1})
        parts = []
        for i, before in zip(shown, [-1, *shown[:-1]], strict=True):
            parts += [*(["..."] if i > before + 1 else []), told[i]]
        parts += ["..."] if shown[-1] < len(rows) - 1 else []
        return f"[{' '.join(parts)}], {len(rows)} rows"

    def legend(self) -> list[str]:
        """One line a transaction: its name, its operation, what it did."""
        lines = []
        for operation in self.numbers:
            micros = " ".join(self.micros(operation))
            process = int(self.columns.process[self.row(operation)])
            lines.append(f"{self.name(operation)} is #{operation} of process {process}: {micros}")
        return lines


def explanation(columns: TransactionColumns, kind: str, evidence: Evidence) -> str:
    """A few lines of prose for a person who knows what a transaction is."""
    names = Names.among(columns, evidence)
    if isinstance(evidence, Clash):
        body = [_CLASHES[kind](names.of(evidence.key), evidence.places)]
    elif isinstance(evidence, Cycle):
        body = _cycle(names, evidence)
    else:
        body = _refutation(names, evidence)
    return "\n".join([*names.legend(), *body])


def _around(rows: list[Any], key: Hashable) -> list[int]:
    """The places of the nearest rows below and above a key, where they can be compared."""
    kind = comparable(key)
    same = [(row, i) for i, row in enumerate(rows) if kind is not None and comparable(row) == kind]
    below, above = [each for each in same if each[0] < key], [each for each in same if each[0] > key]
    return [*(i for _, i in sorted(below)[-1:]), *(i for _, i in sorted(above)[:1])]


def _predicate(predicate: Any) -> str:
    match predicate:
        case ["all"]:
            return "all rows"
        case ["range", low, high]:
            return f"rows from {low} up to {high}"
        case ["equals", value]:
            return f"rows that are {_value(value)}"
    return f"rows that are {predicate[2]} modulo {predicate[1]}"


def _value(value: Any) -> str:
    if value is None:
        return "nil"
    if isinstance(value, list):
        parts = [_value(part) for part in value]
        if len(parts) > SHOWN_MAX:
            parts = [*parts[:3], "...", *parts[3 - SHOWN_MAX :]]
        return f"[{' '.join(parts)}]"
    return str(value)


def _cycle(names: Names, cycle: Cycle) -> list[str]:
    lines = [
        f"{names.name(edge.before)} < {names.name(edge.after)}, because {reason(names, edge)}" for edge in cycle.edges
    ]
    if len(lines) == 1:
        return [f"{lines[0]}: a contradiction"]
    lines = [*lines[:-1], f"but {lines[-1]}: a contradiction"]
    return [f"{line}." if line.endswith("contradiction") else f"{line};" for line in lines]


def reason(names: Names, edge: Edge) -> str:
    """Why one transaction comes before the other, as the end of a sentence."""
    before, after = names.name(edge.before), names.name(edge.after)
    if edge.kind is Kind.SESSION:
        return f"{before} completed before {after} began, in the same process"
    if edge.kind is Kind.REALTIME:
        return f"{before} completed before {after} began"
    if edge.at is None:
        raise ValueError(f"expected the places of a dependency, found none in {edge}")
    if edge.predicate:
        return _OF_PREDICATES[edge.kind](names.of(edge.key), edge, edge.at)
    return _DEPENDENCIES[edge.kind](names.of(edge.key), edge, edge.at)


def _did(kind: str, value: Any, what: str = "it") -> str:
    """What somebody did to a row or a key."""
    if kind == "delete":
        return f"deleted {what}"
    return f"inserted {what} as {_value(value)}" if kind == "insert" else f"wrote {_value(value)} in {what}"


def _had(kind: str, value: Any) -> str:
    """What somebody had done to a row, after "which"."""
    return "had deleted" if kind == "delete" else f"had {_VERBS.get(kind, 'written')} as {_value(value)}"


def _overwrites(names: Names, edge: Edge, at: tuple[Place, Place]) -> str:
    (kind, key, value), (_, _, later) = names.at(at[0]), names.at(at[1])
    if kind == "append":
        return (
            f"{names.name(edge.after)} appended {_value(later)} to key {key} after {names.name(edge.before)} "
            f"appended {_value(value)}"
        )
    after = names.at(at[1])[0]
    if ROW_KINDS.isdisjoint((kind, after)):
        return (
            f"{names.name(edge.after)} wrote {_value(later)} to key {key} over the {_value(value)} "
            f"of {names.name(edge.before)}"
        )
    return (
        f"{names.name(edge.after)} {_did(after, later, f'row {key}')}, which {names.name(edge.before)} "
        f"{_had(kind, value)}"
    )


def _reads_from(names: Names, edge: Edge, at: tuple[Place, Place]) -> str:
    kind, key, value = names.at(at[0])
    verb = _VERBS.get(kind, "wrote")
    if kind == "delete":
        return f"{names.name(edge.after)} read nothing from row {key}, which {names.name(edge.before)} deleted"
    return f"{names.name(edge.after)} read {_value(value)} from key {key}, which {names.name(edge.before)} {verb}"


def _read_before(names: Names, edge: Edge, at: tuple[Place, Place]) -> str:
    (_, key, seen), (kind, _, later) = names.at(at[0]), names.at(at[1])
    did = {"w": f"wrote {_value(later)} over it", "append": f"appended {_value(later)}"}.get(kind, _did(kind, later))
    return f"{names.name(edge.before)} read {_value(seen)} from key {key}, before {names.name(edge.after)} {did}"


def _missed(names: Names, edge: Edge, at: tuple[Place, Place]) -> str:
    kind, key, value = names.at(at[1])
    return (
        f"{names.name(edge.before)} asked for {names.predicate(at[0])} and did not see row {key}, before "
        f"{names.name(edge.after)} {_did(kind, value)}"
    )


def _gone(names: Names, edge: Edge, at: tuple[Place, Place]) -> str:
    kind, key, value = names.at(at[0])
    return (
        f"{names.name(edge.after)} asked for {names.predicate(at[1])} and did not see row {key}, after "
        f"{names.name(edge.before)} {_did(kind, value)}"
    )


_VERBS: Final[Mapping[str, str]] = {"append": "appended", "insert": "inserted", "delete": "deleted"}


_DEPENDENCIES: Final[Mapping[Kind, Callable[[Names, Edge, tuple[Place, Place]], str]]] = {
    Kind.WW: _overwrites,
    Kind.WR: _reads_from,
    Kind.RW: _read_before,
}

_OF_PREDICATES: Final[Mapping[Kind, Callable[[Names, Edge, tuple[Place, Place]], str]]] = {
    Kind.WR: _gone,
    Kind.RW: _missed,
}


def _refutation(names: Names, refutation: Refutation) -> list[str]:
    lines = []
    for case in refutation.cases:
        lines.append(_suppose(names, case))
        lines += [f"  {line}" for line in _cycle(names, case.cycle)]
    if len(refutation.cases) > 1 or refutation.cases[0].given:
        reads = any(isinstance(given, Found) for case in refutation.cases for given in case.given)
        what = "order of the versions, with whatever those reads found," if reads else "order of the versions"
        lines.append(f"Every {what} falls under one of these cases: a contradiction.")
    return lines


def _suppose(names: Names, case: Case) -> str:
    if not case.given:
        return "In any case"
    return f"Suppose that {' and '.join(assumption(names, given) for given in case.given)}; then"


def assumption(names: Names, given: Ordered | Found) -> str:
    """What is supposed, as a sentence."""
    if isinstance(given, Found):
        reader = names.name(given.read.operation)
        if given.version is None:
            return f"{reader} came to row {given.key} before anybody wrote it"
        kind, _, value = names.at(given.version)
        writer = names.name(given.version.operation)
        return f"{reader} came to row {given.key} after {writer} {_did(kind, value)}, and before anybody wrote it again"
    first, then = (
        f"{'deleted' if kind == 'delete' else _value(value)} ({names.name(place.operation)})"
        for place in (given.first, given.then)
        for kind, _, value in [names.at(place)]
    )
    return f"key {given.key} was {first} before it was {then}"


def _garbage(names: Names, places: tuple[Place, ...]) -> str:
    kind, key, value = names.at(places[0])
    reader = names.name(places[0].operation)
    if kind == PREDICATE_READ:
        asked = names.predicate(places[0])
        return (
            f"{reader} asked for {asked} and was shown {_value(value)} in row {key}: nobody ever wrote that, or it was "
            "not asked for, or shown twice."
        )
    what = "all of that" if isinstance(value, list) else "that"
    return f"{reader} read {_value(value)} from key {key}, and nobody ever wrote {what}."


def _duplicate(names: Names, places: tuple[Place, ...]) -> str:
    _, key, value = names.at(places[0])
    return (
        f"{names.name(places[0].operation)} read {_value(value)} from key {key}: an element stands there twice, "
        "and was appended once."
    )


def _aborted(names: Names, places: tuple[Place, ...]) -> str:
    (_, key, seen), (_, _, written) = (names.at(place) for place in places)
    reader, writer = (names.name(place.operation) for place in places)
    return (
        f"{reader} read {_value(seen)} from key {key}, of which {writer} wrote {_value(written)}; but {writer} failed."
    )


def _dirty_update(names: Names, places: tuple[Place, ...]) -> str:
    (_, key, lost), (_, _, over), (_, _, seen) = (names.at(place) for place in places)
    aborted, writer, reader = (names.name(place.operation) for place in places)
    return (
        f"{writer} appended {_value(over)} to key {key} on top of the {_value(lost)} of {aborted}, as {reader} saw, "
        f"which read {_value(seen)}; but {aborted} failed."
    )


def _intermediate(names: Names, places: tuple[Place, ...]) -> str:
    (_, key, seen), (_, _, written), (_, _, later) = (names.at(place) for place in places)
    reader, writer = (names.name(place.operation) for place in places[:2])
    return (
        f"{reader} read {_value(seen)} from key {key}: the {_value(written)} of {writer}, but not the "
        f"{_value(later)} that {writer} wrote there after it."
    )


def _incompatible(names: Names, places: tuple[Place, ...]) -> str:
    if len(places) == 2:
        (_, key, one), (_, _, other) = (names.at(place) for place in places)
        first, second = (names.name(place.operation) for place in places)
        return (
            f"{first} read {_value(one)} from key {key} and {second} read {_value(other)}: neither list begins "
            "with the other, so they are no states of one list that grows."
        )
    (_, key, one), (_, _, other), (_, _, seen) = (names.at(place) for place in places)
    writer, reader = names.name(places[0].operation), names.name(places[2].operation)
    return (
        f"{writer} appended {_value(one)} to key {key} before {_value(other)}, but {reader} read {_value(seen)}, "
        f"with {_value(other)} and without {_value(one)} before it."
    )


def _internal(names: Names, places: tuple[Place, ...]) -> str:
    (kind, key, before), (later, _, after) = (names.at(place) for place in places)
    transaction = names.name(places[0].operation)
    verb = "read" if kind in (READ, PREDICATE_READ) else _VERBS.get(kind, "wrote")
    did = f"{verb} {_value(before)} at key {key}"
    if kind == "delete" or (kind == PREDICATE_READ and before is None):
        missed = f"asked for {names.predicate(places[0])} and did not see row {key}" if kind == PREDICATE_READ else ""
        did = missed or f"deleted row {key}"
    saw = f"read {_value(after)}"
    if later == PREDICATE_READ:
        saw = f"asked for {names.predicate(places[1])} and saw "
        saw += "nothing of it" if after is None else f"it as {_value(after)}"
    return f"{transaction} {did}, and then {saw}, which contradicts that."


def _future(names: Names, places: tuple[Place, ...]) -> str:
    (_, key, seen), (kind, _, written) = (names.at(place) for place in places)
    verb = "appended" if kind == "append" else "wrote"
    transaction = names.name(places[0].operation)
    return f"{transaction} read {_value(seen)} from key {key} before it {verb} {_value(written)} itself."


def _lost_update(names: Names, places: tuple[Place, ...]) -> str:
    (_, key, _), (_, _, one), _, (_, _, other) = (names.at(place) for place in places)
    first, second = names.name(places[0].operation), names.name(places[2].operation)
    return (
        f"{first} and {second} read the same version of key {key}; then {first} wrote {_value(one)} "
        f"and {second} wrote {_value(other)}: whichever came second overwrote an update that it had not seen."
    )


_CLASHES: Final[Mapping[str, Callable[[Names, tuple[Place, ...]], str]]] = {
    "garbage-read": _garbage,
    "duplicate-elements": _duplicate,
    "G1a": _aborted,
    "dirty-update": _dirty_update,
    "G1b": _intermediate,
    "incompatible-order": _incompatible,
    "internal": _internal,
    "internal-predicate": _internal,
    "predicate-read-miss": _internal,
    "future-read": _future,
    "lost-update": _lost_update,
}
