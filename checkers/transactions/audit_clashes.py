"""Anomalies of single reads, looked up, and refutations by cases: whether they leave nothing open."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from checkers.transactions.evidence import Case, Clash, Found, Place
from checkers.transactions.ledger import PREDICATE, READING, Ledger
from histories.codes import identity
from histories.predicates import matches

Micro = tuple[str, Any, Any]
Places = tuple[Place, ...]


def shows(ledger: Ledger, kind: str, clash: Clash) -> bool:
    """Whether these places show an anomaly."""
    places = clash.places
    micros = [ledger.micro(place, clash.key) for place in places]
    same_key = len({identity(key) for _, key, _ in micros}) == 1
    return same_key and _CLASHES[kind](ledger, micros, places)


def _parts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _garbage(ledger: Ledger, micros: Sequence[Micro], places: Places) -> bool:
    ((kind, key, value),) = micros
    unwritten = kind == READING and any(ledger.writer(key, part) is None for part in _parts(value))
    return unwritten or _unasked(ledger, key, places[0])


def _unasked(ledger: Ledger, key: Any, place: Place) -> bool:
    """Whether a predicate read shows a row that it did not ask for, or twice."""
    kind, predicate, rows = ledger.micros(place.operation)[place.micro]
    shown = [value for row, value in rows if identity(row) == identity(key)] if kind == PREDICATE else []
    return len(shown) > 1 or any(not matches(predicate, key, value) for value in shown)


def _duplicate(_: Ledger, micros: Sequence[Micro], __: Places) -> bool:
    ((kind, _, value),) = micros
    return kind == READING and isinstance(value, list) and any(value.count(part) > 1 for part in value)


def _aborted(ledger: Ledger, micros: Sequence[Micro], places: Places) -> bool:
    (kind, _, value), (_, _, written) = micros
    return (
        kind == READING
        and ledger.ok(places[0].operation)
        and written in _parts(value)
        and ledger.failed(places[1].operation)
    )


def _dirty_update(ledger: Ledger, micros: Sequence[Micro], places: Places) -> bool:
    (_, _, lost), (_, _, over), (_, _, seen) = micros
    fates = ledger.failed(places[0].operation) and ledger.committed(places[1].operation)
    return fates and lost in seen and over in seen and seen.index(lost) < seen.index(over)


def _intermediate(ledger: Ledger, micros: Sequence[Micro], places: Places) -> bool:
    (kind, key, value), (_, _, written), (_, _, later) = micros
    read, write, after = places
    others = [part for part in _parts(value) if _by_other(ledger, key, part, read.operation)]
    return (
        kind == READING
        and write.operation == after.operation != read.operation
        and write.micro < after.micro
        and others[-1:] == [written]
        and later not in others
    )


def _by_other(ledger: Ledger, key: Any, part: Any, reader: int) -> bool:
    writer = ledger.writer(key, part)
    return writer is not None and writer.operation != reader


def _incompatible(__: Ledger, micros: Sequence[Micro], places: Places) -> bool:
    if len(micros) == 2:
        one, other = sorted((micros[0][2], micros[1][2]), key=len)
        return bool(other[: len(one)] != one)
    (_, _, one), (_, _, other), (_, _, seen) = micros
    ordered = places[0].operation == places[1].operation and places[0].micro < places[1].micro
    return ordered and other in seen and one not in seen[: seen.index(other)]


def _within(_: Ledger, micros: Sequence[Micro], places: Places) -> bool:
    return places[0].operation == places[1].operation and places[0].micro < places[1].micro and micros[1][0] == READING


def _future(__: Ledger, micros: Sequence[Micro], places: Places) -> bool:
    (kind, _, seen), (_, _, written) = micros
    ordered = places[0].operation == places[1].operation and places[0].micro < places[1].micro
    return kind == READING and ordered and written in _parts(seen)


def _lost_update(ledger: Ledger, micros: Sequence[Micro], places: Places) -> bool:
    one_read, one_write, other_read, other_write = places
    ordered = all(
        read.operation == write.operation and read.micro < write.micro and ledger.learnt(read.operation)
        for read, write in ((one_read, one_write), (other_read, other_write))
    )
    seen, seen_by_other = (_base(ledger, micros[i], places[i].operation) for i in (0, 2))
    return ordered and one_read.operation != other_read.operation and seen == seen_by_other


def _base(ledger: Ledger, micro: Micro, reader: int) -> Any:
    """What a read saw of others: of a list, what stands before the reader's own appends."""
    _, key, value = micro
    if not isinstance(value, list):
        return value
    end = len(value)
    while end and not _by_other(ledger, key, value[end - 1], reader):
        end -= 1
    return value[:end] or None


_CLASHES: Final[Mapping[str, Callable[[Ledger, Sequence[Micro], Places], bool]]] = {
    "garbage-read": _garbage,
    "duplicate-elements": _duplicate,
    "G1a": _aborted,
    "dirty-update": _dirty_update,
    "G1b": _intermediate,
    "incompatible-order": _incompatible,
    "internal": _within,
    "internal-predicate": _within,
    "predicate-read-miss": _within,
    "future-read": _future,
    "lost-update": _lost_update,
}


def exhaustive(ledger: Ledger, cases: Sequence[Case]) -> bool:
    """Whether every way to order the pairs of versions, and every version found, falls under one of the cases."""
    choices: dict[Any, list[Any]] = {}
    clauses = []
    for case in cases:
        clause: dict[Any, Any] = {}
        for given in case.given:
            if isinstance(given, Found):
                choice: Any = given.read, identity(given.key)
                choices[choice] = [None, *ledger.hidden(given.read, given.key)]
                clause[choice] = given.version
            else:
                forward = given.first <= given.then
                choice = (given.first, given.then) if forward else (given.then, given.first)
                choices[choice] = [True, False]
                clause[choice] = forward
        clauses.append(clause)
    return _covered(clauses, choices)


def _covered(clauses: list[dict[Any, Any]], choices: Mapping[Any, list[Any]]) -> bool:
    """Whether each way to make all choices includes one of the clauses."""
    if any(not clause for clause in clauses):
        return True
    if not clauses:
        return False
    sizes = [len(clause) for clause in clauses]
    choice = next(iter(clauses[sizes.index(min(sizes))]))
    return all(
        _covered([_without(clause, choice) for clause in clauses if clause.get(choice, made) == made], choices)
        for made in choices[choice]
    )


def _without(clause: dict[Any, Any], choice: Any) -> dict[Any, Any]:
    return {other: made for other, made in clause.items() if other != choice}
