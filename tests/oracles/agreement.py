"""Random small histories of every data type, judged by the checker and by the definition."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import attrs

from checkers.linearizability import (
    CasRegister,
    Counter,
    FencedLock,
    FetchAndAdd,
    KeyValue,
    Log,
    MultiRegister,
    Mutex,
    PriorityQueue,
    Queue,
    Register,
    Semaphore,
    Set,
    Specification,
    Stack,
    UniqueIds,
    check_linearizable,
    result_may_be,
)
from checkers.verdict import Status
from histories import History
from tests.oracles import random_histories
from tests.oracles.linearizability import is_linearization, linearizable
from tests.oracles.objects import OBJECTS


class Bag(Specification):
    """Gives back what was put into it, in any order."""

    name = "bag"
    fs = frozenset({"put", "take"})
    initial = ()

    def step(self, state, operation):
        if operation.f == "put":
            return (tuple(sorted((*state, operation.value))),)
        if operation.ok and operation.result is None:
            return () if state else (state,)
        taken = (operation.result,) if operation.ok else state
        without = [state[: state.index(item)] + state[state.index(item) + 1 :] for item in taken if item in state]
        return without or (() if operation.ok else (state,))


class Dice(Specification):
    """Shows the same face until it is rolled."""

    name = "dice"
    fs = frozenset({"roll", "read"})
    initial = 0

    def step(self, state, operation):
        if operation.f == "roll":
            return (0, 1, 2)
        return (state,) if result_may_be(operation, state) else ()

    def read_only(self, operation):
        return operation.f == "read"


SPECIFICATIONS = {
    "register": Register(),
    "cas-register": CasRegister(),
    "multi-register": MultiRegister(),
    "kv": KeyValue(),
    "counter": Counter(),
    "fetch-and-add": FetchAndAdd(),
    "set": Set(),
    "queue": Queue(),
    "stack": Stack(),
    "priority-queue": PriorityQueue(),
    "log": Log(),
    "mutex": Mutex(),
    "semaphore": Semaphore(2),
    "fenced-lock": FencedLock(),
    "unique-ids": UniqueIds(),
    "bag": Bag(),
    "dice": Dice(),
}


@attrs.frozen
class Kind:
    """Histories of one kind, made from a seed, and what they are judged by."""

    specification: Specification
    make: Callable[[random.Random], tuple[Any, ...]]
    start: Any
    step: Any


def lived(name):
    """Histories that an object really had, with a result or two changed."""
    thing = OBJECTS[name]
    specification = SPECIFICATIONS[name.split(" ")[0]]
    return Kind(specification, lambda luck: random_histories.of_object(luck, thing), thing.start, thing.step)


def invented(name, fill):
    """Histories with results by guess."""
    thing = OBJECTS[name]
    return Kind(SPECIFICATIONS[name], lambda luck: random_histories.history(luck, fill), thing.start, thing.step)


KINDS = {name: lived(name) for name in OBJECTS} | {
    "invented cas-register": invented("cas-register", random_histories.register),
    "invented queue": invented("queue", random_histories.collection("enqueue", "dequeue", "peek")),
    "invented stack": invented("stack", random_histories.collection("push", "pop", "peek")),
    "invented priority-queue": invented("priority-queue", random_histories.collection("insert", "extract", "peek")),
}

TYPES = {
    name: tuple(kind for kind in KINDS if KINDS[kind].specification is specification)
    for name, specification in SPECIFICATIONS.items()
}
"""The kinds of histories of each data type."""


def disagreement(kind, seeds, *, search_only):
    """The first history on which checker and definition disagree, with both verdicts, or None."""
    specification = kind.specification
    for seed in seeds:
        operations = kind.make(random.Random(seed))
        verdict = check_linearizable(History(operations=operations), specification, search_only=search_only)
        finding = verdict.models["linearizable"]
        wanted = Status.HOLDS if linearizable(operations, kind.start, kind.step) else Status.VIOLATED
        if finding.status is not wanted:
            return seed, wanted, verdict, operations
        if wanted is Status.HOLDS:
            parts = specification.parts({None: operations})
            for part, order in finding.certificate.items():
                if not is_linearization(order, parts[part], kind.start, kind.step):
                    return seed, "no linearization", verdict, operations
    return None
