"""Logs such as Kafka's: every consumer must see what was sent, once, in order, and without gaps.

A message that is sent to a log gets an offset, and consumers poll a log from its beginning on. After Jepsen's
`kafka` workload, what can go wrong is

    inconsistent-offset   one offset of a log has two values
    duplicated-message    a value has more offsets than it was sent times
    lost-message          a message was acknowledged, somebody polled a later one, and nobody ever polled it
    aborted-message       somebody polled a message whose sending had failed
    unexpected-message    somebody polled a message that nobody had sent by then
    poll-skip             from one message that a process polled to the next, others that exist were passed over
    nonmonotonic-poll     the next message of a process was not a later one
    nonmonotonic-send     the message that a process sent next got an earlier offset
    reordered-message     a message was acknowledged before another was sent, and got a later offset

Offsets need not be consecutive: what was passed over is known from a send or another poll. `reordered-message` is no
fault of a log as such; like all others it refutes linearizability.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Final

import attrs

from checkers.data.conclusion import conclude, counted, listed, name_of, only
from checkers.data.log_records import FS, Log, Poll, Send, logs_of
from checkers.verdict import Anomaly, Classification
from histories import History, Operation, Outcome

INCONSISTENT: Final = "inconsistent-offset"
DUPLICATED: Final = "duplicated-message"
LOST: Final = "lost-message"
ABORTED: Final = "aborted-message"
UNEXPECTED: Final = "unexpected-message"
SKIP: Final = "poll-skip"
BACK: Final = "nonmonotonic-poll"
SENT_BACK: Final = "nonmonotonic-send"
REORDERED: Final = "reordered-message"

FAULTS: Final = frozenset({INCONSISTENT, DUPLICATED, LOST, ABORTED, UNEXPECTED, SKIP, BACK, SENT_BACK})


def check_log(history: History) -> Classification:
    """Judge the property `log`: messages are neither lost, duplicated, invented nor passed over, and keep their order.

    See `checkers.data.log_records` for the operations; raises `HistoryError` for others. The statistics tell how many
    acknowledged messages nobody has polled yet.
    """
    only(history, FS)
    anomalies: list[Anomaly] = []
    unseen = 0
    for log in logs_of(history):
        known = _Known.of(log)
        for check in CHECKS:
            anomalies += check(log, known)
        unseen += sum(send.operation.ok and send.value not in known.polled for send in log.sends)
    polled = any(o.ok and o.f in {"poll", "txn"} for o in history)
    return conclude(
        {"log": FAULTS},
        anomalies,
        holds="every message was polled once and in order, as far as each log was polled",
        unknown={} if polled else {"log": "no poll succeeded"},
        refutes=FAULTS | {REORDERED},
        statistics={"unseen messages": unseen},
    )


@attrs.frozen
class _Known:
    """What is known of one log: where each value is, who said so, and which offsets there are."""

    places: dict[Hashable, dict[int, Operation]]  # by value, by offset: the first operation that told
    values: dict[int, dict[Hashable, Operation]]  # by offset, by value: the same
    polled: frozenset[Hashable]
    offsets: list[int]

    @classmethod
    def of(cls, log: Log) -> _Known:
        places: dict[Hashable, dict[int, Operation]] = {}
        values: dict[int, dict[Hashable, Operation]] = {}
        told = [(send.operation, send.offset, send.value) for send in log.sends if send.offset is not None]
        told += [(poll.operation, offset, value) for poll in log.polls for offset, value in poll.messages]
        for operation, offset, value in sorted(told, key=lambda each: each[0].index):
            places.setdefault(value, {}).setdefault(offset, operation)
            values.setdefault(offset, {}).setdefault(value, operation)
        polled = frozenset(value for poll in log.polls for _, value in poll.messages)
        return cls(places=places, values=values, polled=polled, offsets=sorted(values))


def _anomaly(kind: str, log: Log, told: str, *operations: Operation) -> Anomaly:
    involved = tuple(dict.fromkeys(operation.index for operation in operations))
    where = "" if log.key is None else f"In log {log.key}, "
    return Anomaly(type=kind, operations=involved, explanation=where + told, key=log.key)


def _inconsistent(log: Log, known: _Known) -> Iterator[Anomaly]:
    for offset, values in known.values.items():
        if len(values) > 1:
            said = listed([f"{value} to {name_of(operation)}" for value, operation in values.items()])
            yield _anomaly(INCONSISTENT, log, f"offset {offset} is {said}", *values.values())


def _duplicated(log: Log, known: _Known) -> Iterator[Anomaly]:
    sent = Counter(send.value for send in log.sends)
    for value, places in known.places.items():
        if len(places) > max(1, sent[value]):
            said = listed([f"{offset} to {name_of(operation)}" for offset, operation in places.items()])
            yield _anomaly(DUPLICATED, log, f"the message {value} has the offsets {said}", *places.values())


def _lost(log: Log, known: _Known) -> Iterator[Anomaly]:
    last = max(((offset, poll) for poll in log.polls for offset, _ in poll.messages), key=_offset_of, default=None)
    lost = [
        send
        for send in log.sends
        if last and send.value not in known.polled and send.offset is not None and send.offset < last[0]
    ]
    if last and lost:
        first = lost[0]
        told = (
            f"{counted(len(lost), 'message')} lost: {listed([send.value for send in lost])}. {first.value} was sent by "
            f"{name_of(first.operation)} and got offset {first.offset}; nobody polled it, though "
            f"{name_of(last[1].operation)} polled offset {last[0]}"
        )
        yield _anomaly(LOST, log, told, *(send.operation for send in lost), last[1].operation)


def _offset_of(place: tuple[int, Poll]) -> int:
    return place[0]


def _invented(log: Log, _: _Known) -> Iterator[Anomaly]:
    senders: dict[Hashable, list[Operation]] = {}
    for send in log.sends:
        senders.setdefault(send.value, []).append(send.operation)
    seen: set[Hashable] = set()
    for poll in log.polls:
        for _offset, value in poll.messages:
            by = senders.get(value, [])
            end = poll.operation.end
            possible = [o for o in by if o.outcome is not Outcome.FAIL and (end is None or o.index < end)]
            if possible or value in seen:
                continue
            seen.add(value)
            who = name_of(poll.operation)
            if by and all(operation.outcome is Outcome.FAIL for operation in by):
                told = f"{who} polled the message {value}, whose sending {name_of(by[0])} had failed"
                yield _anomaly(ABORTED, log, told, by[0], poll.operation)
            else:
                told = f"{who} polled the message {value}, which nobody had sent{' by then' if by else ''}"
                yield _anomaly(UNEXPECTED, log, told, *by, poll.operation)


def _order_of_polls(log: Log, known: _Known) -> Iterator[Anomaly]:
    last: dict[int, tuple[int, Operation]] = {}
    for poll in log.polls:
        process = poll.operation.process
        if poll.fresh:
            last.pop(process, None)
        for offset, _ in poll.messages:
            before, earlier = last.get(process, (None, poll.operation))
            last[process] = (offset, poll.operation)
            if before is None:
                continue
            passed = known.offsets[bisect_right(known.offsets, before) : bisect_left(known.offsets, offset)]
            way = (
                f"{name_of(earlier)} polled offset {before}, and next {name_of(poll.operation)} polled offset {offset}"
            )
            if offset <= before:
                yield _anomaly(BACK, log, f"{way}, which is not later", earlier, poll.operation)
            elif passed:
                witness = next(iter(known.values[passed[0]].values()))
                told = f"{way}, and passed over offset {listed(passed)}, which {name_of(witness)} knows"
                yield _anomaly(SKIP, log, told, earlier, poll.operation, witness)


def _order_of_sends(log: Log, _: _Known) -> Iterator[Anomaly]:
    last: dict[int, Send] = {}
    for send in log.sends:
        if send.offset is None:
            continue
        before = last.get(send.operation.process)
        last[send.operation.process] = send
        if before is not None and before.offset is not None and send.offset <= before.offset:
            told = (
                f"process {send.operation.process} sent {before.value} and then {send.value}, but they got the offsets "
                f"{before.offset} and {send.offset}"
            )
            yield _anomaly(SENT_BACK, log, told, before.operation, send.operation)


def _order_of_time(log: Log, _: _Known) -> Iterator[Anomaly]:
    sends = sorted((send for send in log.sends if send.offset is not None), key=lambda send: send.offset or 0)
    soonest: Send | None = None  # of those with later offsets, the one that was acknowledged first
    for send in reversed(sends):
        end = soonest.operation.end if soonest is not None else None
        if soonest is not None and end is not None and end < send.operation.index:
            told = (
                f"{soonest.value} was acknowledged ({name_of(soonest.operation)}) before {send.value} was sent "
                f"({name_of(send.operation)}), but they got the offsets {soonest.offset} and {send.offset}"
            )
            yield _anomaly(REORDERED, log, told, soonest.operation, send.operation)
            return
        if end is None or (send.operation.end is not None and send.operation.end < end):
            soonest = send


CHECKS: Final = (_inconsistent, _duplicated, _lost, _invented, _order_of_polls, _order_of_sends, _order_of_time)
