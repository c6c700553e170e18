"""What is found of logs, verified: every anomaly looked up, and a log that is said to be right read once more."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import pairwise, permutations
from typing import Final

import attrs

from checkers.data.log_records import Log, logs_of
from checkers.verdict import Anomaly
from histories import History, Operation, Outcome

Message = tuple[int, Hashable]  # an offset, a value
Step = tuple[int, int]  # from one offset to the next one of the same process


@attrs.frozen(kw_only=True)
class Facts:
    """One log: its senders by value; by operation what was sent, polled, and polled or sent one after the other."""

    senders: Mapping[Hashable, list[Operation]]
    sent: Mapping[int, list[Message]]
    polled: Mapping[int, list[Message]]
    poll_steps: Mapping[tuple[int, ...], list[Step]]
    send_steps: Mapping[tuple[int, ...], list[Step]]

    @classmethod
    def of(cls, log: Log) -> Facts:
        """The facts of one log."""
        senders: defaultdict[Hashable, list[Operation]] = defaultdict(list)
        sent: defaultdict[int, list[Message]] = defaultdict(list)
        polled: defaultdict[int, list[Message]] = defaultdict(list)
        inboxes: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        outboxes: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        stretches: Counter[int] = Counter()
        for send in log.sends:
            senders[send.value].append(send.operation)
            if send.offset is not None:
                sent[send.operation.index].append((send.offset, send.value))
                outboxes[send.operation.process].append((send.operation.index, send.offset))
        for poll in log.polls:
            process, index = poll.operation.process, poll.operation.index
            stretches[process] += poll.fresh
            polled[index] += poll.messages
            inboxes[process, stretches[process]] += [(index, offset) for offset, _ in poll.messages]
        return cls(
            senders=senders,
            sent=sent,
            polled=polled,
            poll_steps=_steps(inboxes.values()),
            send_steps=_steps(outboxes.values()),
        )

    def told(self, *indices: int) -> list[Message]:
        """What these operations told."""
        return [message for index in indices for message in (*self.sent.get(index, ()), *self.polled.get(index, ()))]

    def offsets(self) -> list[int]:
        """All offsets that are known."""
        return sorted({offset for offset, _ in self.told(*self.sent, *self.polled)})

    def values(self) -> set[Hashable]:
        """All values that were polled."""
        return {value for messages in self.polled.values() for _, value in messages}


def _steps(streams: Iterable[list[tuple[int, int]]]) -> Mapping[tuple[int, ...], list[Step]]:
    found: defaultdict[tuple[int, ...], list[Step]] = defaultdict(list)
    for stream in streams:
        for (one, before), (other, after) in pairwise(stream):
            found[tuple(dict.fromkeys((one, other)))].append((before, after))
    return found


@attrs.frozen
class Logs:
    """All logs of a history."""

    history: History
    facts: Mapping[Hashable, Facts]

    @classmethod
    def of(cls, history: History) -> Logs:
        """Read the operations."""
        return cls(history, {log.key: Facts.of(log) for log in logs_of(history)})

    def show(self, anomaly: Anomaly) -> bool:
        """Whether the operations of an anomaly show it."""
        facts = self.facts.get(anomaly.key)
        named = [self.history.by_index[index] for index in anomaly.operations]
        return facts is not None and LOG_FAULTS[anomaly.type](facts, named)

    def problem(self) -> str:
        """What is wrong with logs that are said to be right."""
        return next((problem for facts in self.facts.values() for problem in _problems(facts)), "")


def _problems(facts: Facts) -> Iterator[str]:
    messages = set(facts.told(*facts.sent, *facts.polled))
    offsets, polled = facts.offsets(), facts.values()
    last = max((offset for found in facts.polled.values() for offset, _ in found), default=-1)
    if len({offset for offset, _ in messages}) < len(messages):
        yield "an offset has two values"
    places = Counter(value for _, value in messages)
    if any(count > max(1, len(facts.senders.get(value, ()))) for value, count in places.items()):
        yield "a value has too many offsets"
    for found in facts.sent.values():
        if any(offset < last and value not in polled for offset, value in found):
            yield "a message is lost"
    for value in polled:
        if not any(o.outcome is not Outcome.FAIL for o in facts.senders.get(value, ())):
            yield "a message was polled that nobody sent"
    for before, after in (step for steps in facts.poll_steps.values() for step in steps):
        if after <= before or bisect_left(offsets, after) > bisect_right(offsets, before):
            yield "a message was polled again or passed over"
    if any(after <= before for steps in facts.send_steps.values() for before, after in steps):
        yield "a later message has an earlier offset"


def _inconsistent(facts: Facts, named: list[Operation]) -> bool:
    messages = set(facts.told(*(o.index for o in named)))
    return len({offset for offset, _ in messages}) < len(messages)


def _duplicated(facts: Facts, named: list[Operation]) -> bool:
    places = Counter(value for _, value in set(facts.told(*(o.index for o in named))))
    return any(count > max(1, len(facts.senders.get(value, ()))) for value, count in places.items())


def _lost(facts: Facts, named: list[Operation]) -> bool:
    *senders, poll = named
    last, polled = max(offset for offset, _ in facts.polled[poll.index]), facts.values()
    return bool(senders) and all(
        any(offset < last and value not in polled for offset, value in facts.sent.get(o.index, ())) for o in senders
    )


def _invented(facts: Facts, named: list[Operation]) -> bool:
    poll = named[-1]
    end = poll.index if poll.end is None else poll.end
    return any(
        all(o.outcome is Outcome.FAIL or o.index > end for o in facts.senders.get(value, ()))
        for _, value in facts.polled.get(poll.index, ())
    )


def _aborted(facts: Facts, named: list[Operation]) -> bool:
    return named[0].outcome is Outcome.FAIL and _invented(facts, named)


def _skipped(facts: Facts, named: list[Operation]) -> bool:
    indices = [o.index for o in named]
    told = [offset for offset, _ in facts.told(*indices)]
    steps = [step for size in (1, 2) for key in permutations(indices, size) for step in facts.poll_steps.get(key, ())]
    return any(before < offset < after for before, after in steps for offset in told)


def _back(facts: Facts, named: list[Operation]) -> bool:
    return any(after <= before for before, after in facts.poll_steps.get(tuple(o.index for o in named), ()))


def _sent_back(facts: Facts, named: list[Operation]) -> bool:
    return any(after <= before for before, after in facts.send_steps.get(tuple(o.index for o in named), ()))


def _reordered(facts: Facts, named: list[Operation]) -> bool:
    one, other = named
    surely = one.end is not None and one.ok and one.end < other.index
    later = max(offset for offset, _ in facts.sent[one.index])
    return surely and later > min(offset for offset, _ in facts.sent[other.index])


LOG_FAULTS: Final[Mapping[str, Callable[[Facts, list[Operation]], bool]]] = {
    "inconsistent-offset": _inconsistent,
    "duplicated-message": _duplicated,
    "lost-message": _lost,
    "aborted-message": _aborted,
    "unexpected-message": _invented,
    "poll-skip": _skipped,
    "nonmonotonic-poll": _back,
    "nonmonotonic-send": _sent_back,
    "reordered-message": _reordered,
}
