"""Independent registers, read and written (and compared and set), with values that are never written twice.

Unique values tell every read which write it saw, so almost every history is judged in linear time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from checkers.budget import Budget
from checkers.linearizability import CasRegister, Register, Specification, check_linearizable
from checkers.models import Data, classification
from checkers.verdict import Classification
from checkers.weaker import check_convergence, check_staleness, check_weaker
from harness.generators import Answer, Completion, Context, Each, Generator, Invocation, on_each_thread
from harness.test import Test
from harness.workloads.workload import Workload
from histories import History

GRAVE = frozenset({"lost-write", "lost-update"})  # told before what is only stale
CAS_SHARE = 0.4  # of what is not a read


def aim(number: int, test: Test, context: Context) -> tuple[int, bool]:
    """One of the keys now in use, and, half of the time, that it is to be read.

    After `ops_per_key` operations each, the next keys take the places of those in use.
    """
    generation = number // (test.keys * test.ops_per_key)
    place, read = divmod(context.luck.integer(2 * test.keys), 2)
    return generation * test.keys + place, bool(read)


def reads_and_writes(test: Test) -> Generator:
    """Half reads, half writes; the value written is the operation's number, counted from 1."""

    def draw(number: int, context: Context) -> Invocation:
        key, read = aim(number, test, context)
        return Invocation(f="read", key=key) if read else Invocation(f="write", key=key, value=number + 1)

    return Each(draw)


@attrs.frozen
class ReadsWritesAndCas(Generator):
    """As above, with compare-and-set from the value last seen of the key."""

    test: Test
    number: int = 0
    seen: Mapping[int, int] = attrs.field(factory=dict)

    def next(self, context: Context) -> tuple[Answer, Generator]:
        """The next operation, for whoever asks."""
        key, read = aim(self.number, self.test, context)
        new = self.number + 1
        successor = ReadsWritesAndCas(self.test, new, self.seen)
        if read:
            return Invocation(f="read", key=key), successor
        if key in self.seen and context.luck.child("cas").coin(CAS_SHARE):
            return Invocation(f="cas", key=key, value=(self.seen[key], new)), successor
        return Invocation(f="write", key=key, value=new), successor

    def update(self, completion: Completion) -> Generator:
        """Remember the value that the key was last known to have."""
        value = completion.result[1] if completion.f == "cas" and completion.result else completion.result
        if value is None:
            return self
        recent = dict(list(self.seen.items())[-4 * self.test.keys :])
        return attrs.evolve(self, seen={**recent, completion.key: value})


def final_reads(test: Test, keys: Sequence[Any]) -> Generator:
    """Every client reads every key that was in use last."""
    recent = tuple(keys)[-4 * test.keys :]
    return on_each_thread(lambda _: (Invocation(f="read", key=key) for key in recent), test.clients)


def judge(specification: Specification) -> Callable[[History, Budget], Classification]:
    """Linearizability; where it is broken, the models weaker than it, and how stale reads surely are."""

    def check(history: History, budget: Budget) -> Classification:
        found = check_linearizable(history, specification, budget)
        anomalies = sorted(found.anomalies, key=lambda anomaly: anomaly.type not in GRAVE)
        models, statistics = dict(found.models), dict(found.statistics)
        if anomalies:
            late, weaker = check_staleness(history), check_weaker(history, budget)
            anomalies += weaker.anomalies
            models |= {**late.models, **weaker.models}
            statistics |= {**late.statistics, **weaker.statistics}
        return classification(models, data=Data.OPERATIONS, anomalies=anomalies, statistics=statistics)

    return check


def every_read(test: Test, keys: Sequence[Any]) -> Generator:
    """Every client reads every key that was ever used."""
    return on_each_thread(lambda _: (Invocation(f="read", key=key) for key in keys), test.clients)


def judge_convergence(history: History, _budget: Budget) -> Classification:
    """Whether all replicas say the same in the end, and what that says of the models around it."""
    found = check_convergence(history)
    placed = classification(found.models, data=Data.OPERATIONS, statistics=found.statistics)
    return attrs.evolve(placed, anomalies=found.anomalies)


WORKLOADS: Mapping[str, Workload] = {
    "register": Workload(
        name="register",
        summary="reads and writes of independent registers, every written value unique",
        data="register",
        claim="linearizable",
        models=("linearizable",),
        generator=reads_and_writes,
        final=final_reads,
        check=judge(Register()),
    ),
    "cas-register": Workload(
        name="cas-register",
        summary="reads, writes and compare-and-set of independent registers, every new value unique",
        data="cas-register",
        claim="linearizable",
        models=("linearizable",),
        generator=ReadsWritesAndCas,
        final=final_reads,
        check=judge(CasRegister()),
    ),
    "convergence": Workload(
        name="convergence",
        summary="reads and writes of registers, and reads of all of them at every node when all is quiet",
        data="register",
        claim="eventual",
        models=("eventual",),
        generator=reads_and_writes,
        final=every_read,
        check=judge_convergence,
    ),
}
