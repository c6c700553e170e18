"""Whether a certificate shows what it claims, by the definitions: those of `isolation`, for one order of commits.

A certificate decides what `isolation` tries all ways of: the fates, the order, when transactions start, and what reads
that showed nothing found. What it leaves open has to exist: rules that only execute do not ask what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from checkers.transactions.certificates import Certificate
from checkers.transactions.conditions import Internal, Order, Rule
from checkers.transactions.evidence import Place
from histories import History, Outcome
from tests.oracles.isolation import Arbitration, Read, closure, transposed
from tests.oracles.worlds import Relation, Sight, World

STARTING = (Rule.SNAPSHOT, Rule.PREFIX)
EXECUTED = (Rule.SERIAL, Rule.ITEMS, *STARTING)


def accepts(history: History, certificate: Certificate, internal: Internal = Internal.ANY) -> bool:
    """Whether a certificate is right, for a model with this demand on transactions by themselves."""
    world = _world(history, certificate)
    starts = _starts(certificate)
    if world is None or world.impossible or _contradicts(world, internal):
        return False
    if starts is None or not _in_time(world, certificate.order, starts):
        return False
    order = Arbitration(world=world, reads=(), order=tuple(world.numbers))
    if certificate.rule is Rule.WRITES:
        return world.writes_agree(order.before)
    if certificate.rule is Rule.SERIAL:
        return order.serial
    if world.sights is None or not order.fills_lists:
        return False
    executed = certificate.rule in EXECUTED
    return _executes(order, certificate.rule, starts) if executed else _traces(order, certificate)


def _traces(order: Arbitration, certificate: Certificate) -> bool:
    """Whether what was read, as the certificate tells it where that is open, keeps the rule."""
    reads = _told(order.world, certificate)
    if reads is None or any(read.writer is not None and read.writer >= read.reader for read in reads):
        return False
    rule, session = RULES[certificate.rule], _sessions(order.world, certificate.order)
    return rule(attrs.evolve(order, reads=reads), session)


def _world(history: History, certificate: Certificate) -> World | None:
    """The world in which these transactions committed, numbered in their order; None if there is none."""
    operations = {operation.index: operation for operation in history}
    commits = [int(index) for index in certificate.commits]
    certain = {index for index, operation in operations.items() if operation.ok}
    possible = {index for index, operation in operations.items() if operation.outcome is not Outcome.FAIL}
    if certificate.rule is Rule.WRITES:
        possible = certain
    if len(set(commits)) < len(commits) or not certain <= set(commits) <= possible:
        return None
    return World(
        operations=tuple(operations[index] for index in commits),
        lost=tuple(operation for index, operation in operations.items() if index not in commits),
        real_time=history.real_time,
    )


def _contradicts(world: World, internal: Internal) -> bool:
    if internal is Internal.OWN:
        return world.forgets_own_write
    if internal is Internal.ITEMS:
        return world.internal_of_items
    return internal is Internal.ALL and world.internal


def _starts(certificate: Certificate) -> list[int] | None:
    """How many had committed when each transaction started; None if the certificate tells what cannot be."""
    places = list(range(len(certificate.commits)))
    if certificate.starts is None:
        return places
    starts = [int(start) for start in certificate.starts]
    possible = len(starts) == len(places) and all(0 <= start <= place for place, start in enumerate(starts))
    return starts if possible and certificate.rule in STARTING else None


def _in_time(world: World, order: Order, starts: list[int]) -> bool:
    """Whether everybody starts after the commits of those who come before in time, as far as the order counts."""
    if order is Order.NONE:
        return True
    if order is Order.REALTIME and not world.real_time:
        return False
    earlier = world.session if order is Order.SESSION else world.real
    return all(earlier[i] >> start == 0 for i, start in enumerate(starts))


def _executes(order: Arbitration, rule: Rule, starts: list[int]) -> bool:
    """Whether every read shows the commits before the start, and what the rule says beyond that."""
    sights = [sight for sight in order.world.sights or () if sight.item or rule is not Rule.ITEMS]
    if not all(_sees(order, sight, starts[sight.reader]) for sight in sights):
        return False
    return rule is not Rule.SNAPSHOT or not any(_overwrites_unseen(order, i, start) for i, start in enumerate(starts))


def _overwrites_unseen(order: Arbitration, i: int, start: int) -> bool:
    """Whether a transaction writes a key that another wrote between its start and its commit."""
    since = order.before[i] >> start << start
    return any(order.world.writers[key] & since for key in order.world.writes[i])


def _sees(order: Arbitration, sight: Sight, start: int) -> bool:
    """Whether a read may be of the last of its versions that committed before a moment."""
    seen = order.world.writers.get(sight.key, 0) & ((1 << start) - 1) & ~(1 << sight.reader)
    latest = seen.bit_length() - 1 if seen else None
    return latest in sight.writers


def _told(world: World, certificate: Certificate) -> tuple[Read, ...] | None:
    """All reads; None if the certificate tells of one what cannot be."""
    numbers: dict[int | None, int | None] = {operation.index: i for i, operation in enumerate(world.operations)}
    told = dict(certificate.found)
    reads = []
    for sight in world.sights or ():
        writer = sight.writers[0]
        place = Place(world.operations[sight.reader].index, sight.at)
        if sight.shown is not None and (place, sight.key) in told:
            writer = numbers.get(told.pop((place, sight.key)), -1)
        if writer not in sight.writers:
            return None
        reads.append(Read(sight=sight, writer=writer))
    return None if told else tuple(reads)


def _sessions(world: World, order: Order) -> Relation:
    """For each transaction those that see it because they follow in its process, where that counts."""
    return transposed(world.session) if order is Order.SESSION else dict.fromkeys(world.numbers, 0)


def _joined(*relations: Relation) -> Relation:
    found = dict.fromkeys(relations[0], 0)
    for relation in relations:
        found = {i: found[i] | relation[i] for i in found}
    return found


RULES: Mapping[Rule, Callable[[Arbitration, Relation], bool]] = {
    Rule.COMMITTED: lambda _, __: True,
    Rule.READS: lambda order, _: order.monotonic_snapshots,
    Rule.CURSOR: lambda order, _: order.cursor_stable,
    Rule.ATOMIC_VIEW: lambda order, _: order.monotonic_atomic,
    Rule.MONOTONIC_VIEW: lambda order, _: order.monotonic_view,
    Rule.ATOMIC: lambda order, session: order.no_single(_joined(order.wr, session)),
    Rule.UPDATE_ATOMIC: lambda order, session: order.no_single(_joined(order.wr, order.ww, session)),
    Rule.CAUSAL: lambda order, session: order.no_single(closure(_joined(order.wr, session))),
    Rule.SINGLE: lambda order, session: order.no_single(closure(_joined(order.wr, order.ww, session))),
    Rule.UPDATES: lambda order, _: order.update_serializable,
}
"""What an order must not contain beyond what COMMITTED forbids, given what every transaction sees of its session."""
