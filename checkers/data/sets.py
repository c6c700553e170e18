"""Sets that grow: what was added must be there, once, and soon.

`check_set` looks at the last read only, as Jepsen's `set` does. `check_set_full` follows each element through all
reads, after Jepsen's `set-full`. An element is known from the moment its addition completed, or a read that has it
did. A read that is invoked later must have it. Of an element that such a read does not have we say that it is

    stale   if a read that completed after the last of these was invoked does have it: it was late, or it flickers
    lost    if there is none

An element that nobody could have read any more was never read, and nothing is known of it. Both checks also look for
elements that a read has twice, that nobody added, and whose addition failed, which is to say that it never happened.

Stale elements are no fault of a set as such; like all others they refute linearizability.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Any, Final

import attrs

from checkers.data.conclusion import conclude, counted, elements_of, listed, name_of, only
from checkers.verdict import Anomaly, Classification
from histories import History, Operation, Outcome, freeze

LOST: Final = "lost-element"
STALE: Final = "stale-element"
DUPLICATED: Final = "duplicated-element"
UNEXPECTED: Final = "unexpected-element"
FAULTS: Final = frozenset({LOST, DUPLICATED, UNEXPECTED})

Elements = frozenset[Hashable]


@attrs.frozen
class Set:
    """The adds of one set, and its reads with what they have, in the order of their invocations."""

    key: Any
    adds: list[Operation]
    reads: list[tuple[Operation, Elements]]

    @property
    def possible(self) -> Elements:
        """The elements that may ever have been in it."""
        return frozenset(freeze(add.value) for add in self.adds if add.outcome is not Outcome.FAIL)


def check_set(history: History) -> Classification:
    """Judge the property `set`: the last read of each set has what was added before it, and nothing else.

    The last is the one that was invoked last among those that are ok. Raises `HistoryError` for an operation that is
    neither an add nor a read.
    """
    anomalies: list[Anomaly] = []
    recovered = 0
    sets = list(_sets(history))
    for each in sets:
        if not each.reads:
            continue
        read, elements = each.reads[-1]
        due = [add for add in each.adds if add.ok and add.end is not None and add.end < read.index]
        missing = {freeze(add.value): (add, read) for add in due if freeze(add.value) not in elements}
        anomalies += _lost(each, missing)
        anomalies += _strange(Set(each.key, each.adds, [(read, elements)]))
        recovered += sum(add.outcome is Outcome.INFO and freeze(add.value) in elements for add in each.adds)
    return conclude(
        {"set": FAULTS},
        anomalies,
        holds="the last read of each set has every element whose addition had completed, and no others",
        unknown={} if sets and all(each.reads for each in sets) else {"set": "no read of a set succeeded"},
        refutes=FAULTS,
        statistics={"recovered elements": recovered},
    )


def check_set_full(history: History) -> Classification:
    """Judge the property `set-full`: no element is lost, duplicated or unexpected in any read of any set.

    `linearizable` is violated too if one is stale. The statistics tell how many were, and for how long at most.
    Raises `HistoryError` for an operation that is neither an add nor a read.
    """
    anomalies: list[Anomaly] = []
    judged = never_read = stale = 0
    longest = 0.0
    for each in _sets(history):
        lives = _Lives.of(each)
        lost = {element: pair for element, pair in lives.missed() if not lives.came_back(element)}
        late = {element: pair for element, pair in lives.missed() if lives.came_back(element)}
        anomalies += _lost(each, lost) + _stale(each, late, lives) + _strange(each)
        judged += len(lives.present.keys() | lives.absent.keys())
        never_read += len(lives.known.keys() - lives.present.keys() - lives.absent.keys())
        stale += len(late)
        longest = max([longest, *(seconds_between(*pair) for pair in late.values())])
    return conclude(
        {"set-full": FAULTS},
        anomalies,
        holds=f"{counted(judged, 'element')} once read or known to be there stayed there",
        unknown={} if judged else {"set-full": "no read could have had any of the elements"},
        refutes=FAULTS | {STALE},
        statistics={"never read": never_read, "stale elements": stale, "longest staleness in seconds": longest},
    )


@attrs.frozen
class _Lives:
    """What the reads of a set say of its elements.

    `known` has the operation whose completion made an element known; `absent` the last read that had to have the
    element and did not, `present` the one that completed last of those that have it.
    """

    known: dict[Hashable, Operation] = attrs.field(factory=dict)
    absent: dict[Hashable, Operation] = attrs.field(factory=dict)
    present: dict[Hashable, Operation] = attrs.field(factory=dict)

    @classmethod
    def of(cls, each: Set) -> _Lives:
        lives = cls()
        possible = each.possible
        moments: list[tuple[int, Operation, Elements | None]] = []  # an addition's end, a read's start, a read's end
        moments += [(add.end, add, None) for add in each.adds if add.ok and add.end is not None]
        for read, elements in each.reads:
            moments.append((read.index, read, elements))
            moments += [(read.end, read, elements)] if read.end is not None else []
        for position, operation, found in sorted(moments, key=lambda moment: moment[0]):
            if found is None:
                lives.known.setdefault(freeze(operation.value), operation)
            elif position == operation.index:
                lives.absent.update(dict.fromkeys(lives.known.keys() - found, operation))
            else:
                lives.known.update(dict.fromkeys((found & possible) - lives.known.keys(), operation))
                lives.present.update(dict.fromkeys(found, operation))
        return lives

    def missed(self) -> Iterator[tuple[Hashable, tuple[Operation, Operation]]]:
        """Elements that a read missed: with what made them known, and the last such read."""
        for element in sorted(self.absent, key=lambda element: (self.known[element].index, str(element))):
            yield element, (self.known[element], self.absent[element])

    def came_back(self, element: Hashable) -> bool:
        """Whether a read has the element that completed after the last read that missed it was invoked."""
        seen = self.present.get(element)
        return seen is not None and seen.end is not None and seen.end > self.absent[element].index


def seconds_between(known: Operation, read: Operation) -> float:
    """How long an element had been known when a read was invoked that missed it; 0 where there are no times."""
    return max(0.0, (read.invoke_ns - (known.end_ns or 0)) / 1e9) if known.end_ns else 0.0


def _sets(history: History) -> Iterator[Set]:
    only(history, {"add", "read"})
    for key, operations in history.by_key.items():
        adds = [operation for operation in operations if operation.f == "add"]
        reads = [(o, frozenset(elements_of(o))) for o in operations if o.f == "read" and o.ok and o.result is not None]
        yield Set(key, adds, reads)


def _lost(each: Set, missing: dict[Hashable, tuple[Operation, Operation]]) -> list[Anomaly]:
    if not missing:
        return []
    element, (known, read) = next(iter(missing.items()))
    how = "added by" if known.f == "add" else "seen by the read"
    told = (
        f"{counted(len(missing), 'element')} lost: {listed(list(missing))}. {element} was {how} {name_of(known)}; the "
        f"read {name_of(read)} began after that had completed and does not have it, and no later read has it"
    )
    involved = tuple(dict.fromkeys(o.index for pair in missing.values() for o in pair))
    return [Anomaly(type=LOST, operations=involved, explanation=told, key=each.key, evidence=tuple(missing))]


def _stale(each: Set, late: dict[Hashable, tuple[Operation, Operation]], lives: _Lives) -> list[Anomaly]:
    if not late:
        return []
    element, (known, read) = max(late.items(), key=lambda item: seconds_between(*item[1]))
    seconds = seconds_between(known, read)
    later = f"{seconds:.3g} s later" if seconds else "later"
    told = (
        f"{counted(len(late), 'element')} stale: {listed(list(late))}. {element} was known when {name_of(known)} "
        f"completed, the read {name_of(read)} began {later} and does not "
        f"have it, {name_of(lives.present[element])} has it"
    )
    involved = (known.index, read.index, lives.present[element].index)
    return [Anomaly(type=STALE, operations=involved, explanation=told, key=each.key, evidence=tuple(late))]


def _strange(each: Set) -> list[Anomaly]:
    """Elements that a read has twice, or has though nobody added them."""
    possible = each.possible
    failed = {freeze(add.value): add for add in each.adds}
    anomalies = []
    for read, _ in each.reads:
        twice = [element for element, count in Counter(elements_of(read)).items() if count > 1]
        if twice:
            told = f"The read {name_of(read)} has {counted(len(twice), 'element')} more than once: {listed(twice)}"
            anomalies.append(
                Anomaly(
                    type=DUPLICATED, operations=(read.index,), explanation=told, key=each.key, evidence=tuple(twice)
                )
            )
        strange = [element for element in dict.fromkeys(elements_of(read)) if element not in possible]
        if strange:
            why = [
                f"{element}, whose addition {name_of(failed[element])} failed" if element in failed else str(element)
                for element in strange
            ]
            told = f"The read {name_of(read)} has {counted(len(strange), 'element')} that nobody added: {listed(why)}"
            involved = tuple(failed[element].index for element in strange if element in failed)
            anomalies.append(
                Anomaly(
                    type=UNEXPECTED,
                    operations=(*involved, read.index),
                    explanation=told,
                    key=each.key,
                    evidence=tuple(strange),
                )
            )
    return anomalies
