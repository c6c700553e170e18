"""Data types once more, as plainly as can be: what the specifications and the fast methods are compared with.

`act(state, process, f, value)` gives the next state and the result, or None where the operation cannot happen.
"""

from __future__ import annotations

import attrs

from histories import Outcome


def register(state, _process, f, value):
    if f == "read":
        return state, state
    if f == "write":
        return value, value
    return (value[1], value) if state == value[0] else None


def queue(state, _process, f, value):
    if f == "enqueue":
        return (*state, value), value
    front = state[0] if state else None
    return (state if f == "peek" else state[1:]), front


def stack(state, _process, f, value):
    if f == "push":
        return (*state, value), value
    top = state[-1] if state else None
    return (state if f == "peek" else state[:-1]), top


def priority_queue(state, _process, f, value):
    if f == "insert":
        return tuple(sorted((*state, value))), value
    least = state[0] if state else None
    return (state if f == "peek" else state[1:]), least


def set_that_tells(state, _process, f, value):
    if f == "read":
        return state, sorted(state)
    if f == "contains":
        return state, value in state
    return (state | {value}, value not in state) if f == "add" else (state - {value}, value in state)


def set_that_is_silent(state, process, f, value):
    after, result = set_that_tells(state, process, f, value)
    return after, value if f in {"add", "remove"} else result


def log(state, _process, f, value):
    if f == "append":
        return (*state, value), len(state)
    if value is None:
        return state, list(state)
    return state, state[value] if value < len(state) else None


def counter(state, _process, f, value):
    return (state + value, value) if f == "add" else (state, state)


def fetch_and_add(state, _process, f, value):
    return (state + value if f == "add" else state), state


def kv(state, _process, f, value):
    if f == "get":
        return state, state
    return (value if f == "put" else state + value), value


def multi_register(state, _process, _f, value):
    values, result = dict(state), []
    for f, key, new in value:
        if f == "w":
            values[key] = new
        result.append([f, key, values.get(key)])
    return tuple(sorted(values.items())), result


def mutex(state, process, f, _value):
    if f == "acquire":
        return (process, None) if state is None else None
    return (None, None) if state == process else None


def semaphore_of_two(state, process, f, _value):
    if f == "acquire":
        return (tuple(sorted((*state, process))), None) if len(state) < 2 else None
    if process not in state:
        return None
    rest = list(state)
    rest.remove(process)
    return tuple(rest), None


def fenced_lock(state, process, f, _value):
    holder, last = state
    if f == "acquire":
        return ((process, last + 1), last + 1) if holder is None else None
    return ((None, last), None) if holder == process else None


def any_larger_fence(state, o):
    holder, last = state
    if o.f == "release":
        return [(None, last)] if holder == o.process else []
    if holder is not None:
        return []
    if o.outcome is not Outcome.OK or o.result is None:
        return [(o.process, last)]
    return [(o.process, o.result)] if o.result > last else []


def unique_ids(state, _process, _f, _value):
    return state + 1, state + 1


def any_new_id(state, o):
    if o.outcome is not Outcome.OK:
        return [state]
    return [] if o.result in state else [state | {o.result}]


def bag(state, _process, f, value):
    if f == "put":
        return (*state, value), value
    return (state[1:], state[0]) if state else (state, None)


def any_of_the_bag(state, o):
    if o.f == "put":
        return [(*state, o.value)]
    if o.outcome is Outcome.OK and o.result is None:
        return [state] if not state else []
    if o.outcome is Outcome.OK:
        return [state[: state.index(o.result)] + state[state.index(o.result) + 1 :]] if o.result in state else []
    return [state[:at] + state[at + 1 :] for at in range(len(state))] or [state]


def dice(state, _process, f, _value):
    return ((state + 1) % 3, None) if f == "roll" else (state, state)


def any_face(state, o):
    if o.f == "roll":
        return [0, 1, 2]
    return [state] if o.outcome is not Outcome.OK or o.result == state else []


@attrs.frozen
class Object:
    """A data type, and how to choose operations on it: `choose(luck, number)` gives f and value.

    `answers(state, operation)` gives the states after an operation of a history, where `act` is only one way to do it;
    `before` is what that starts with, if it is not `initial`.
    """

    initial: object
    act: object
    choose: object
    answers: object = None
    before: object = None

    @property
    def start(self):
        """The state before everything, as `step` wants it."""
        return self.initial if self.before is None else self.before

    def step(self, state, o):
        """The states after an operation of a history, as an oracle wants them."""
        if self.answers is not None:
            return self.answers(state, o)
        done = self.act(state, o.process, o.f, o.value)
        if done is None or (o.outcome is Outcome.OK and done[1] != o.result):
            return []
        return [done[0]]


def either(*choices):
    """Choose one of several `(f, value)`, where a value may be a function of luck and number."""

    def choose(luck, number):
        f, value = luck.choice(choices)
        return f, value(luck, number) if callable(value) else value

    return choose


def unique(_luck, number):
    return number + 1


def few(luck, _number):
    return luck.randint(1, 3)


def pair_of_few(luck, number):
    return [luck.choice((None, 1, 2)), few(luck, number)]


def letter(_luck, number):
    return "abcdefghijkl"[number]


def micro_operations(luck, number):
    parts = [["r", luck.choice("xy"), None], ["w", luck.choice("xy"), number], ["w", luck.choice("xy"), 1]]
    return luck.sample(parts, luck.randint(1, 2))


OBJECTS = {
    "register": Object(None, register, either(("read", None), ("write", unique), ("write", few))),
    "cas-register": Object(None, register, either(("read", None), ("write", few), ("cas", pair_of_few))),
    "queue": Object((), queue, either(("enqueue", unique), ("enqueue", unique), ("dequeue", None), ("peek", None))),
    "queue of few": Object((), queue, either(("enqueue", few), ("dequeue", None))),
    "stack": Object((), stack, either(("push", unique), ("push", unique), ("pop", None), ("peek", None))),
    "stack of few": Object((), stack, either(("push", few), ("pop", None))),
    "priority-queue": Object(
        (), priority_queue, either(("insert", unique), ("insert", unique), ("extract", None), ("peek", None))
    ),
    "priority-queue of few": Object((), priority_queue, either(("insert", few), ("extract", None))),
    "set": Object(frozenset(), set_that_tells, either(("add", few), ("remove", few), ("contains", few))),
    "set read whole": Object(frozenset(), set_that_is_silent, either(("add", unique), ("read", None))),
    "set of all kinds": Object(
        frozenset(), set_that_is_silent, either(("add", few), ("remove", few), ("contains", few), ("read", None))
    ),
    "log": Object((), log, either(("append", letter), ("append", letter), ("read", None), ("read", few))),
    "counter": Object(0, counter, either(("add", 1), ("read", None))),
    "counter of all kinds": Object(0, counter, either(("add", few), ("add", -1), ("read", None))),
    "fetch-and-add": Object(0, fetch_and_add, either(("add", 1), ("add", 1), ("read", None))),
    "fetch-and-add of all kinds": Object(0, fetch_and_add, either(("add", few), ("add", -1), ("read", None))),
    "kv": Object("", kv, either(("get", None), ("put", letter), ("append", letter))),
    "multi-register": Object((), multi_register, either(("txn", micro_operations))),
    "mutex": Object(None, mutex, either(("acquire", None), ("release", None))),
    "fenced-lock": Object(
        (None, 0), fenced_lock, either(("acquire", None), ("release", None)), answers=any_larger_fence
    ),
    "unique-ids": Object(0, unique_ids, either(("generate", None)), answers=any_new_id, before=frozenset()),
    "dice": Object(0, dice, either(("roll", None), ("read", None), ("read", None)), answers=any_face),
    "bag": Object((), bag, either(("put", unique), ("take", None)), answers=any_of_the_bag),
    "semaphore": Object((), semaphore_of_two, either(("acquire", None), ("acquire", None), ("release", None))),
}
