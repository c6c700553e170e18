"""Which isolation models a small history satisfies, by trying everything.

A history satisfies a model if there are
- a fate for each indeterminate transaction,
- a total order of the committed transactions: the arbitration, by which the versions of each key are ordered (this
  loses nothing, for every model from read committed up forbids cycles of write and read dependencies),
- where the model speaks of it, a visibility: for each transaction a set of earlier ones that it sees,
such that the model's definition holds, word for word. That is exponential, and wants at most five or six
transactions. Nothing is shared with the checkers: serial models replay the values, models with atomic visibility
check the axioms of Cerone, Bernardi and Gotsman (2015), Adya's (1999) look for his cycles in a small matrix,
those of Biswas and Enea (2019) check their axioms.

Start points are the system's to choose: snapshot-isolation is the generalized one, which serializability implies,
and Adya's PL-FCV, whose cycles have start edges, comes to PL-2+ (choose all starts before all commits).
What is `internal` (a read that contradicts the transaction's own earlier read or write) is no Adya history at all
and violates INT; it is refused from read-atomic, consistent-view and repeatable-read up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import groupby, product
from typing import Any

import attrs

from histories import History
from tests.oracles.worlds import READS, Relation, Sight, World, bits, matches, settled, worlds


@attrs.frozen(kw_only=True)
class Read:
    """A sight of a key, and which of the versions it may have been of: `writer`'s (None: the initial one)."""

    sight: Sight
    writer: int | None

    @property
    def reader(self) -> int:
        return self.sight.reader

    @property
    def at(self) -> int:
        return self.sight.at

    @property
    def key(self) -> Any:
        return self.sight.key


@attrs.frozen(kw_only=True, slots=False)
class Arbitration:
    """A world, what each read saw, and a total order of the transactions that agrees with it and with all lists."""

    world: World
    reads: tuple[Read, ...]
    order: tuple[int, ...]

    @cached_property
    def before(self) -> Relation:
        """For each transaction all earlier ones."""
        found, mask = {}, 0
        for i in self.order:
            found[i] = mask
            mask |= 1 << i
        return found

    def newer(self, read: Read) -> int:
        """The writers of versions that came too late for a read, without the reader.

        They are all later ones; for a read that showed nothing, those from the first that it would have shown.
        """
        writers = self.world.writers.get(read.key, 0) & ~(1 << read.reader)
        if read.writer is not None:
            writers &= ~self.before[read.writer] & ~(1 << read.writer)
        if read.sight.shown is None:
            return writers
        shown = [i for i in self.order if (writers & read.sight.shown) >> i & 1]
        return writers & ~self.before[shown[0]] if shown else 0

    @cached_property
    def ww(self) -> Relation:
        """For each transaction those that overwrite it, sooner or later."""
        found = {}
        for i in self.order:
            later = ~self.before[i] & ~(1 << i)
            found[i] = 0
            for key in self.world.writes[i]:
                found[i] |= self.world.writers[key] & later
        return found

    @cached_property
    def wr(self) -> Relation:
        found = dict.fromkeys(self.order, 0)
        for read in self.reads:
            if read.writer is not None:
                found[read.writer] |= 1 << read.reader
        return found

    @cached_property
    def rw(self) -> Relation:
        found = dict.fromkeys(self.order, 0)
        for read in self.reads:
            found[read.reader] |= self.newer(read)
        return found

    # Serial and session orders

    def follows(self, relation: Relation) -> bool:
        """Whether the order agrees with a relation given by predecessors."""
        return all(relation[i] & ~self.before[i] == 0 for i in self.order)

    @cached_property
    def fills_lists(self) -> bool:
        """Whether every list that was read is a prefix of what the transactions append in this order."""
        lists: dict[Any, list[Any]] = {}
        for i in self.order:
            for key, values in self.world.writes[i].items():
                lists.setdefault(key, []).extend(values)
        return all(lists.get(key, [])[: len(seen)] == seen for key, seen in self.world.listed)

    @cached_property
    def serial(self) -> bool:
        """Whether executing the transactions one by one in this order gives all the values that were read."""
        state: dict[Any, Any] = {}
        for i in self.order:
            operation = self.world.operations[i]
            for f, key, value in operation.known:
                if f == "append":
                    state[key] = [*(state.get(key) or []), value]
                elif f not in READS:
                    state[key] = value
                elif operation.ok and not _is_seen(state, f, key, value):
                    return False
        return True

    # Adya: cycles of the direct serialization graph whose version order is this order

    @cached_property
    def dependencies(self) -> Relation:
        """Who depends on each transaction by write and read dependencies, in one step or many."""
        return closure({i: self.ww[i] | self.wr[i] for i in self.order})

    @cached_property
    def session_dependencies(self) -> Relation:
        successors = transposed(self.world.session)
        return closure({i: self.ww[i] | self.wr[i] | successors[i] for i in self.order})

    def no_single(self, dependencies: Relation) -> bool:
        """No cycle with exactly one anti-dependency."""
        return all(not dependencies[j] >> i & 1 for i in self.order for j in bits(self.rw[i]))

    @cached_property
    def item_rw(self) -> Relation:
        found = dict.fromkeys(self.order, 0)
        for read in self.reads:
            found[read.reader] |= self.newer(read) if read.sight.item else 0
        return found

    def acyclic(self, members: int, rw: Relation) -> bool:
        """No cycle of dependencies and these anti-dependencies among these transactions."""
        inside = {i: (self.ww[i] | self.wr[i] | rw[i]) & members for i in bits(members)}
        return all(not reached >> i & 1 for i, reached in closure(inside).items())

    @cached_property
    def all(self) -> int:
        return sum(1 << i for i in self.order)

    @cached_property
    def update_serializable(self) -> bool:
        """No cycle among the update transactions and any one more."""
        updates = sum(1 << i for i in self.order if self.world.writes[i])
        return all(self.acyclic(updates | 1 << i, self.rw) for i in self.order)

    @cached_property
    def cursor_stable(self) -> bool:
        """No G-cursor: nobody overwrites a version that another overwrote since it was read."""
        for read in self.reads:
            writes_it = read.sight.item and read.key in self.world.writes[read.reader]
            if writes_it and self.newer(read) & self.before[read.reader]:
                return False
        return True

    @cached_property
    def monotonic_atomic(self) -> bool:
        """No OTV: who has read a transaction's write, reads no older version than it wrote from then on."""
        for first in self.reads:
            for then in self.reads:
                later = first.reader == then.reader and first.at < then.at and first.writer is not None
                if later and then.sight.item and self.newer(then) >> first.writer & 1:
                    return False
        return True

    @cached_property
    def monotonic_view(self) -> bool:
        """No G-monotonic: a cycle of one anti-dependency, from a read of T back to an earlier event of T."""
        for read in self.reads:
            came_before = 0  # what entered the transaction before this read
            for other in self.reads:
                if other.reader == read.reader and other.at < read.at and other.writer is not None:
                    came_before |= 1 << other.writer
            for key, at in self._last_writes(read.reader).items():
                if at < read.at:
                    came_before |= self.world.writers[key] & self.before[read.reader]
            for j in bits(self.newer(read)):
                if (self.dependencies[j] | 1 << j) & came_before:
                    return False
        return True

    def _last_writes(self, i: int) -> dict[Any, int]:
        return {key: at for at, (f, key, _) in enumerate(self.world.operations[i].known) if f not in READS}

    @cached_property
    def monotonic_snapshots(self) -> bool:
        """No G-MSR: every read sees the commits up to a moment, later reads up to the same or a later one.

        What a predicate read says of all rows is of one moment.
        """
        place = {i: position for position, i in enumerate(self.order)}
        for i in self.order:
            moment = 0
            for _, reads in groupby((read for read in self.reads if read.reader == i), key=lambda read: read.at):
                together = list(reads)
                moment = max([moment, *(place[read.writer] + 1 for read in together if read.writer is not None)])
                newer = [place[j] for read in together for j in bits(self.newer(read))]
                if moment > min([place[i], *newer]):
                    return False
        return True

    # Biswas, Enea: axioms on a commit order that contains the session order

    @cached_property
    def seen_directly(self) -> Relation:
        """For each transaction those that follow it in its session or read from it."""
        successors = transposed(self.world.session)
        return {i: successors[i] | self.wr[i] for i in self.order}

    def axiom(self, seen: Relation) -> bool:
        """Who sees a writer of a key reads its version or a later one: Read Atomic, or Causal."""
        follows = self.follows(self.world.session)
        return follows and all(not seen[j] >> read.reader & 1 for read in self.reads for j in bits(self.newer(read)))

    @cached_property
    def committed_axiom(self) -> bool:
        """Read Committed: the same of those that earlier reads of the same transaction have read from."""
        return self.follows(self.world.session) and self.monotonic_atomic

    # Cerone, Bernardi, Gotsman: axioms on visibility

    @cached_property
    def candidates(self) -> Mapping[int, list[int]]:
        """For each transaction every set of earlier ones that it may have seen, given what it read (EXT)."""
        return {i: [seen for seen in subsets(self.before[i]) if self._external(i, seen)] for i in self.order}

    def _external(self, i: int, seen: int) -> bool:
        for read in self.reads:
            if read.reader == i:
                versions = self.world.writers.get(read.key, 0) & seen
                latest = next((j for j in reversed(self.order) if versions >> j & 1), None)
                if latest != read.writer and read.sight.shown is None:
                    return False
                if latest is not None and read.sight.shown is not None and read.sight.shown >> latest & 1:
                    return False
        return True

    def visibility(self, *axioms: Axiom) -> bool:
        """Whether some visibility satisfies INT, EXT and these axioms."""
        return not self.world.internal and self._extend(0, {}, axioms)

    def _extend(self, position: int, chosen: dict[int, int], axioms: tuple[Axiom, ...]) -> bool:
        if position == len(self.order):
            return True
        i = self.order[position]
        for seen in self.candidates[i]:
            if all(axiom(self, i, seen, chosen) for axiom in axioms):
                chosen[i] = seen
                if self._extend(position + 1, chosen, axioms):
                    return True
        chosen.pop(i, None)
        return False


Axiom = Callable[[Arbitration, int, int, dict[int, int]], bool]


def transvis(_: Arbitration, __: int, seen: int, chosen: dict[int, int]) -> bool:
    return all(chosen[j] & ~seen == 0 for j in bits(seen))


def prefix(order: Arbitration, _: int, seen: int, __: dict[int, int]) -> bool:
    return all(order.before[j] & ~seen == 0 for j in bits(seen))


def noconflict(order: Arbitration, i: int, seen: int, _: dict[int, int]) -> bool:
    writers = order.world.writers
    rivals = [writers[key] & order.before[i] for key in order.world.writes[i]]
    return all(rival & ~seen == 0 for rival in rivals)


def totalvis(order: Arbitration, i: int, seen: int, _: dict[int, int]) -> bool:
    return seen == order.before[i]


def session(order: Arbitration, i: int, seen: int, _: dict[int, int]) -> bool:
    return order.world.session[i] & ~seen == 0


def realtime(order: Arbitration, i: int, seen: int, _: dict[int, int]) -> bool:
    return order.world.real[i] & ~seen == 0


def subsets(mask: int) -> Iterator[int]:
    part = mask
    while True:
        yield part
        if not part:
            return
        part = (part - 1) & mask


def closure(successors: Relation) -> Relation:
    reached = dict(successors)
    for k in successors:
        for i in successors:
            if reached[i] >> k & 1:
                reached[i] |= reached[k]
    return reached


def transposed(relation: Relation) -> Relation:
    return {i: sum(1 << j for j in relation if relation[j] >> i & 1) for i in relation}


def _is_seen(state: dict[Any, Any], f: str, key: Any, value: Any) -> bool:
    if f == "r":
        return bool(settled(value) == settled(state.get(key)))
    return dict(value) == {row: shown for row, shown in state.items() if matches(key, row, shown)}


def orders(world: World) -> Iterator[Arbitration]:
    """All total orders in which nobody reads from the future and every list is a prefix of its key's order."""
    if world.sights is None:
        return
    for writers in product(*(sight.writers for sight in world.sights)):
        reads = tuple(Read(sight=sight, writer=writer) for sight, writer in zip(world.sights, writers, strict=True))
        sources = dict.fromkeys(world.numbers, 0)
        for read in reads:
            sources[read.reader] |= 0 if read.writer is None else 1 << read.writer
        for order in _orders((), 0, sources):
            found = Arbitration(world=world, reads=reads, order=order)
            if found.fills_lists:
                yield found


def _orders(placed: tuple[int, ...], mask: int, sources: Relation) -> Iterator[tuple[int, ...]]:
    if len(placed) == len(sources):
        yield placed
    for i in sources:
        if not mask >> i & 1 and sources[i] & ~mask == 0:
            yield from _orders((*placed, i), mask | 1 << i, sources)


ARBITRATED: Mapping[str, Callable[[Arbitration], bool]] = {
    "read-committed": lambda o: True,
    "strong-session-read-committed": lambda o: o.follows(o.world.session),
    "strong-read-committed": lambda o: o.follows(o.world.real),
    "cursor-stability": lambda o: o.cursor_stable,
    "monotonic-atomic-view": lambda o: o.monotonic_atomic,
    "monotonic-view": lambda o: o.monotonic_view,
    "monotonic-snapshot-read": lambda o: o.monotonic_snapshots,
    "consistent-view": lambda o: not o.world.internal and o.no_single(o.dependencies),
    "forward-consistent-view": lambda o: not o.world.internal and o.no_single(o.dependencies),
    "strong-session-consistent-view": lambda o: (
        not o.world.internal and o.follows(o.world.session) and o.no_single(o.session_dependencies)
    ),
    "update-serializable": lambda o: not o.world.internal and o.update_serializable,
    "repeatable-read": lambda o: not o.world.internal_of_items and o.acyclic(o.all, o.item_rw),
    "read-atomic": lambda o: o.visibility(),
    "update-atomic": lambda o: o.visibility(noconflict),
    "transactional-causal": lambda o: o.visibility(transvis),
    "parallel-snapshot-isolation": lambda o: o.visibility(transvis, noconflict),
    "prefix": lambda o: o.visibility(prefix),
    "strong-session-prefix": lambda o: o.visibility(prefix, session),
    "snapshot-isolation": lambda o: o.visibility(prefix, noconflict),
    "strong-session-snapshot-isolation": lambda o: o.visibility(prefix, noconflict, session),
    "strong-snapshot-isolation": lambda o: o.visibility(prefix, noconflict, realtime),
    "axiomatic-read-committed": lambda o: o.committed_axiom and not o.world.forgets_own_write,
    "axiomatic-repeatable-read": lambda o: o.committed_axiom and not o.world.internal,
    "axiomatic-read-atomic": lambda o: not o.world.internal and o.axiom(o.seen_directly),
    "axiomatic-causal": lambda o: not o.world.internal and o.axiom(closure(o.seen_directly)),
    "serializable": lambda o: o.serial,
    "view-serializable": lambda o: o.serial,
    "strong-session-serializable": lambda o: o.serial and o.follows(o.world.session),
    "strict-serializable": lambda o: o.serial and o.follows(o.world.real),
}
"""The models from read committed up: whether an order (with some visibility) satisfies each."""

UNCOMMITTED: Mapping[str, Callable[[World], Relation]] = {
    "read-uncommitted": lambda world: dict.fromkeys(world.numbers, 0),
    "strong-session-read-uncommitted": lambda world: world.session,
    "strong-read-uncommitted": lambda world: world.real,
}
"""Models that restrict only the order of writes: which other order that one must agree with."""

MODELS = (*UNCOMMITTED, *ARBITRATED)


def satisfied(history: History) -> frozenset[str]:
    """The models of `MODELS` that a history satisfies."""
    missing, found = set(ARBITRATED), set()
    for world in worlds(history):
        if world.impossible:
            continue
        for model, relation in UNCOMMITTED.items():
            if model not in found and world.writes_agree(relation(world)):
                found.add(model)
        for order in orders(world):
            now = {model for model in missing if ARBITRATED[model](order)}
            missing -= now
            if not missing:
                break
    return frozenset(found | (ARBITRATED.keys() - missing))
