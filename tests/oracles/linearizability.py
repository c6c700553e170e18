"""Linearizability by the definition: try every order that respects real time, with every fate of what is uncertain."""

from __future__ import annotations

from histories import Outcome


def linearizable(operations, initial, step):
    """Whether some order explains the results. `step(state, operation)` gives the possible states after it."""
    happened = [o for o in operations if o.outcome is not Outcome.FAIL]

    def goes_on(state, left):
        if not any(o.ok for o in left):
            return True
        for o in left:
            if any(other.ok and other.end < o.index for other in left):
                continue
            rest = [other for other in left if other is not o]
            if any(goes_on(after, rest) for after in step(state, o)):
                return True
        return False

    return goes_on(initial, happened)


def is_linearization(order, operations, initial, step):
    """Whether an order, given as indices, has every sure operation once, no failed one, and respects time and type."""
    by_index = {o.index: o for o in operations}
    placed = [by_index[index] for index in order]
    if len(set(order)) != len(order) or any(o.outcome is Outcome.FAIL for o in placed):
        return False
    if {o.index for o in operations if o.ok} - set(order):
        return False
    for at, o in enumerate(placed):
        if any(later.ok and later.end < o.index for later in placed[at + 1 :]):
            return False
    states = {initial}
    for o in placed:
        states = {after for state in states for after in step(state, o)}
    return bool(states)


def register_step(state, o):
    """A register with compare-and-set."""
    match o.f:
        case "read":
            return [state] if not o.ok or o.result == state else []
        case "write":
            return [o.value]
        case "cas":
            return [o.value[1]] if o.value[0] == state else []
