"""Why a register's history is not linearizable, for somebody who has never heard the word.

Types of anomaly, as named here:

    garbage-read     an operation found a value that nobody ever wrote
    aborted-read     an operation found a value whose only write failed
    future-read      an operation found a value before its write had begun
    stale-read       a read returned a value that had been replaced before the read began
    lost-write       a stale read after all acknowledged writes, and nobody ever saw the one that it should have seen
    lost-update      a compare-and-set succeeded on a value that had been replaced before
    cyclic-versions  compare-and-sets that each need the value which another of them left
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from checkers.linearizability.creators import Creators
from checkers.linearizability.rows import INITIAL, NEVER, NOTHING, Rows
from checkers.linearizability.zones import Contradiction
from checkers.verdict import Anomaly


def explain(rows: Rows, initial: Any, found: Contradiction, key: Any) -> Anomaly:
    """The anomaly that a contradiction is; a loss, where there is one as well, for it weighs more."""
    found = loss(rows, initial) or found
    tell = Teller(rows, initial, key)
    kind, operations, text = PROSE[found.kind](tell, *found.rows)
    for row, reason in found.needed:
        text += f" (Nobody was told whether #{rows.operations[row].index} happened. But {tell.did(reason)}.)"
    operations = tuple(sorted({*operations, *tell.indices(*(reason for _, reason in found.needed))}))
    evidence = tuple(sorted({*operations, *grounds(rows, initial, found)}))
    return Anomaly(type=kind, operations=operations, explanation=text, key=key, evidence=evidence)


def grounds(rows: Rows, initial: Any, found: Contradiction) -> list[int]:
    """The indices of the operations that a contradiction stands on.

    Besides its own these are the creators of what they found, back to the first, and what replaced the values of
    those that cannot have been creators.
    """
    creators = Creators(rows, initial)
    by_return = {returned: row for row, returned in enumerate(rows.returns)}
    todo = [row for row in (*found.rows, *(reason for _, reason in found.needed)) if row != INITIAL]
    met: set[int] = set()
    while todo:
        row = todo.pop()
        if row in met:
            continue
        met.add(row)
        if rows.needs[row] is NOTHING:
            continue
        count, creator = creators.possible(row)
        for maker in creators.makers(row):
            over = creators.over(maker)
            if over < rows.calls[row]:
                met.add(by_return[over])
            elif count == 1 and maker == creator != INITIAL:
                todo.append(maker)
    return [rows.operations[row].index for row in met]


Told = tuple[str, tuple[int, ...], str]  # the type of anomaly, the indices of its operations, the explanation


@attrs.frozen
class Teller:
    """Words for the rows of one register."""

    rows: Rows
    initial: Any
    key: Any

    def indices(self, *rows: int) -> tuple[int, ...]:
        """What the operations are called, each once, in the order of their calls."""
        return tuple(sorted({self.rows.operations[row].index for row in rows if row != INITIAL}))

    @property
    def place(self) -> str:
        """The register."""
        return "the register" if self.key is None else f"key {show(self.key)}"

    def found(self, row: int) -> str:
        """The value an operation found or, if it found none, left."""
        need = self.rows.needs[row] if row != INITIAL else self.initial
        return show(self.rows.makes[row] if need is NOTHING else need)

    def left(self, row: int) -> str:
        """The value an operation left behind."""
        return show(self.initial if row == INITIAL else self.rows.makes[row])

    def value(self, row: int) -> str:
        """The value that was there when an operation returned."""
        return self.left(row) if row == INITIAL or self.rows.makes[row] is not NOTHING else self.found(row)

    def noun(self, row: int) -> str:
        """What kind of operation it is."""
        return {"cas": "compare-and-set"}.get(self.rows.operations[row].f, self.rows.operations[row].f)

    def did(self, row: int) -> str:
        """A sentence without its full stop."""
        op, place = self.rows.operations[row], self.place
        match op.f:
            case "read":
                return f"process {op.process} read {self.found(row)} from {place} (#{op.index})"
            case "write":
                return f"process {op.process} wrote {self.left(row)} to {place} (#{op.index})"
        old, new = map(show, op.value)
        return f"process {op.process} changed {place} from {old} to {new} by compare-and-set (#{op.index})"

    def name(self, row: int) -> str:
        """What a sentence can speak of."""
        op = self.rows.operations[row]
        match op.f:
            case "read":
                return f"process {op.process}'s read of {self.found(row)} (#{op.index})"
            case "write":
                return f"process {op.process}'s write of {self.left(row)} (#{op.index})"
        old, new = map(show, op.value)
        return f"process {op.process}'s compare-and-set from {old} to {new} (#{op.index})"


def show(value: Any) -> str:
    """A value, for people."""
    return "nil" if value is None else repr(value)


def capital(text: str) -> str:
    """With a capital letter, and the rest as it is."""
    return text[:1].upper() + text[1:]


def no_creator(tell: Teller, row: int, *makers: int) -> Told:
    """A value that was never written, only by what failed, only later, or was replaced each time."""
    rows, value, did = tell.rows, tell.found(row), capital(tell.did(row))
    if not makers:
        failure = rows.failed.get(rows.needs[row])
        if failure is None:
            return "garbage-read", tell.indices(row), f"{did}, but nobody ever wrote {value}."
        text = (
            f"{did}, but the only write of {value} failed: process {failure.process}'s {failure.f} (#{failure.index})."
        )
        return "aborted-read", (*tell.indices(row), failure.index), text
    earlier = [maker for maker in makers if maker == INITIAL or rows.calls[maker] < rows.returns[row]]
    if not earlier:
        first = makers[0]
        text = f"{did}, but {value} was first written by {tell.name(first)}, which began only after that had returned."
        return "future-read", tell.indices(row, first), text
    last = max(earlier, key=lambda maker: -1 if maker == INITIAL else rows.returns[maker])
    over = replacement(rows, tell.initial, last)
    kind, _, text = opposed(tell, last, over, over, row)
    return kind, tell.indices(row, over, last), text


def replacement(rows: Rows, initial: Any, maker: int) -> int:
    """The change that surely replaced what this one left: began after it returned, and was the first to return."""
    moment = Creators(rows, initial).over(maker)
    return rows.returns.index(moment)


def nobody_again(tell: Teller, row: int, value: str) -> str:
    """That no other write explains what was found."""
    others = sum(make is not NOTHING and make == tell.rows.needs[row] for make in tell.rows.makes)
    if others > 1:
        return f"no other write of {value} fits: each came too late, or had been replaced as well"
    return f"nobody wrote {value} again" if others else f"nobody wrote {value}"


def two_consumers(tell: Teller, one: int, other: int, creator: int) -> Told:
    """Two compare-and-sets that both replaced the same write."""
    value = tell.left(creator)
    origin = (
        f"{value} was only there at the beginning"
        if creator == INITIAL
        else f"only {tell.name(creator)} had put it there"
    )
    text = (
        f"{capital(tell.did(one))}, and {tell.did(other)}. Both replaced the same {value}: {origin}. "
        "After the first of the two the value was another, and the second should have failed; one update is lost."
    )
    return "lost-update", tell.indices(creator, one, other), text


def cyclic(tell: Teller, *around: int) -> Told:
    """Compare-and-sets that feed each other."""
    steps = "; ".join(tell.did(row) for row in around)
    text = f"{capital(steps)}. Each of them needs the value that another one left, and nobody else wrote any of them."
    return "cyclic-versions", tell.indices(*around), text


def backwards(tell: Teller, row: int, latest: int, creator: int) -> Told:
    """An operation that returned before one was called which must come before it."""
    if latest == creator or tell.rows.makes[latest] is not NOTHING:
        text = (
            f"{capital(tell.did(row))}, and had returned before {tell.name(latest)} began, "
            f"without which {tell.found(row)} could not have been there."
        )
        return "future-read", tell.indices(row, latest, creator), text
    old = tell.found(latest)
    text = (
        f"{capital(tell.did(latest))}, although {tell.name(row)} had completed before that read began: by then "
        f"{old} had been replaced by {tell.left(creator)}, and {nobody_again(tell, latest, old)}."
    )
    return "stale-read", tell.indices(latest, row, creator), text


def opposed(tell: Teller, a1: int, b2: int, b1: int, a2: int) -> Told:
    """A value that was found again after another had replaced it."""
    rows = tell.rows
    first, old, new = tell.value(a1), tell.found(a2), tell.value(b1)
    text = f"{capital(tell.did(a2))} after {tell.name(b1)} had completed. "
    if a1 == INITIAL:
        text += f"{capital(tell.place)} held {first} only at the beginning, "
    else:
        that = f"that {tell.noun(b1)}" if b1 == b2 else tell.name(b2)
        text += f"{capital(tell.name(a1))} had completed before {that} began, "
    text += f"so {first} had been replaced by {new}, and "
    if first == old:
        text += f"{nobody_again(tell, a2, old)}."
    else:
        text += f"{old} came from {first} by compare-and-set alone, which leaves no room for {new} between the two."
    if rows.makes[a2] is not NOTHING:
        return "lost-update", tell.indices(a2, b1, b2, a1), text
    if b1 == b2 and rows.makes[b1] is not NOTHING and rows.makes[b1] not in rows.needs and rows.calls[a2] > rest(rows):
        text += f" By then every acknowledged write had completed, and nobody ever read {new}: it is lost."
        return "lost-write", tell.indices(a2, b1, a1), text
    return "stale-read", tell.indices(a2, b1, b2, a1), text


def rest(rows: Rows) -> int:
    """When the last change that is known to have happened had returned."""
    changes = zip(rows.makes, rows.returns, strict=True)
    return max((returned for make, returned in changes if make is not NOTHING and returned < NEVER), default=NEVER)


def loss(rows: Rows, initial: Any) -> Contradiction | None:
    """A read after the last change, of a value that an acknowledged change which nobody ever saw had replaced."""
    last = len(rows) - 1
    if last < 0 or rows.makes[last] is not NOTHING or rows.calls[last] < rest(rows):
        return None
    makers = [row for row, make in enumerate(rows.makes) if make is not NOTHING and make == rows.needs[last]]
    if len(makers) + (rows.needs[last] == initial) != 1:
        return None
    maker = makers[0] if makers else INITIAL
    replaced = -1 if maker == INITIAL else rows.returns[maker]
    seen = set(rows.needs)
    for row in range(last, -1, -1):
        make = rows.makes[row]
        if make is not NOTHING and rows.returns[row] < NEVER and rows.calls[row] > replaced and make not in seen:
            return Contradiction("opposed", (maker, row, row, last))
    return None


PROSE: dict[str, Callable[..., Told]] = {
    "no creator": no_creator,
    "two consumers": two_consumers,
    "cycle": cyclic,
    "backwards": backwards,
    "opposed": opposed,
}
