from __future__ import annotations

import random

import pytest

from checkers.linearizability.porcupine import (
    CheckResult,
    Event,
    EventKind,
    Model,
    NondeterministicModel,
    Operation,
    check_events,
    check_events_timeout,
    check_events_verbose,
    check_operations,
    check_operations_timeout,
    check_operations_verbose,
)
from histories import HistoryError

REGISTER = Model(
    init=lambda: 0,
    step=lambda state, asked, answer: (True, asked) if asked is not None else (answer == state, state),
    read_only=lambda asked: asked is None,
)


def write(client, value, call, end):
    return Operation(client_id=client, input=value, call=call, output=None, return_time=end)


def read(client, value, call, end):
    return Operation(client_id=client, input=None, call=call, output=value, return_time=end)


def test_the_register_of_porcupines_readme():
    good = [write(0, 100, 0, 100), read(1, 100, 25, 75), read(2, 0, 30, 60)]
    bad = [write(0, 200, 0, 100), read(1, 200, 10, 30), read(2, 0, 40, 90)]
    assert check_operations(REGISTER, good)
    assert not check_operations(REGISTER, bad)


def test_a_return_and_a_call_at_one_instant_are_concurrent_unless_returns_come_first():
    history = [write(0, 1, 0, 10), read(1, 0, 10, 20)]
    assert check_operations(REGISTER, history)
    assert not check_operations(REGISTER, history, returns_first=True)


def test_operations_of_no_length_at_one_instant_stay_concurrent():
    history = [read(1, 5, 10, 10), write(0, 5, 10, 10)]
    assert check_operations(REGISTER, history)
    assert check_operations(REGISTER, history, returns_first=True)
    assert not check_operations(REGISTER, [write(0, 5, 0, 10), read(1, 0, 10, 10)], returns_first=True)
    assert not check_operations(REGISTER, [write(0, 5, 10, 10), read(1, 0, 10, 20)], returns_first=True)


def test_partial_linearizations_go_as_far_as_anything_can_be_explained():
    history = [write(0, 1, 0, 10), read(1, 1, 20, 30), read(1, 0, 40, 50), read(1, 1, 60, 70)]
    result, info = check_operations_verbose(REGISTER, history)
    assert result is CheckResult.ILLEGAL
    assert info.partial_linearizations == ((0, 1),)
    assert info.partitions == (tuple(history),)
    result, info = check_operations_verbose(REGISTER, history[:2])
    assert result is CheckResult.OK
    assert info.partial_linearizations == ((0, 1),)


def test_partitions_are_judged_apart():
    def by_key(history):
        keys = sorted({operation.input[0] for operation in history})
        return [[operation for operation in history if operation.input[0] == key] for key in keys]

    model = Model(
        init=lambda: 0,
        step=lambda state, asked, answer: (answer == state, state) if len(asked) == 1 else (True, asked[1]),
        partition=by_key,
    )
    history = [
        Operation(input=("x", 1), call=0, output=None, return_time=1),
        Operation(input=("x",), call=2, output=1, return_time=3),
        Operation(input=("y",), call=2, output=1, return_time=3),
    ]
    result, info = check_operations_verbose(model, history)
    assert result is CheckResult.ILLEGAL
    assert info.partial_linearizations == ((0, 1), ())


def test_nothing_is_linearizable():
    assert check_operations(REGISTER, [])


def test_the_same_operation_given_twice_is_two_operations():
    increment = Operation(input="add", call=0, output=None, return_time=1)
    look = Operation(input="read", call=2, output=2, return_time=3)
    counter = Model(
        init=lambda: 0,
        step=lambda state, asked, answer: (True, state + 1) if asked == "add" else (answer == state, state),
    )
    assert check_operations(counter, [increment, increment, look])


def test_a_step_may_lead_to_several_states():
    coin = NondeterministicModel(
        init=lambda: "heads",
        step=lambda state, asked, answer: ["heads", "tails"] if asked == "flip" else [state] if answer == state else [],
    )
    flip = Operation(input="flip", call=0, output=None, return_time=1)
    tails = Operation(input="read", call=2, output="tails", return_time=3)
    heads = Operation(input="read", call=4, output="heads", return_time=5)
    assert check_operations(coin, [flip, tails])
    assert check_operations(coin, [flip, heads])
    assert not check_operations(coin, [flip, tails, heads])


def test_events_are_in_the_order_they_are_given_in():
    def event(kind, number, value):
        return Event(kind=kind, value=value, id=number)

    call, back = EventKind.CALL, EventKind.RETURN
    overlapping = [event(call, 0, 7), event(call, 1, None), event(back, 0, None), event(back, 1, 0)]
    in_turn = [event(call, 0, 7), event(back, 0, None), event(call, 1, None), event(back, 1, 0)]
    assert check_events(REGISTER, overlapping)
    assert check_events_timeout(REGISTER, in_turn, 10) is CheckResult.ILLEGAL
    assert check_events_verbose(REGISTER, in_turn)[1].partial_linearizations == ((0,),)


@pytest.mark.parametrize(
    ("events", "problem"),
    [
        ([Event(kind=EventKind.RETURN, value=1, id=0)], "expected a call before the return"),
        ([Event(kind=EventKind.CALL, value=1, id=0)], "expected a return for the call"),
        ([Event(kind=EventKind.CALL, value=1, id=0)] * 2, "expected one call with the id 0, found a second"),
    ],
)
def test_events_that_do_not_match_are_refused(events, problem):
    with pytest.raises(HistoryError, match=problem):
        check_events(REGISTER, events)


def test_an_operation_that_returns_before_its_call_is_refused():
    with pytest.raises(HistoryError, match="expected a return after the call at 5"):
        write(0, 1, 5, 4)


def test_inputs_need_not_be_hashable():
    log = Model(init=lambda: (), step=lambda state, asked, answer: (list(state) == answer, (*state, *asked["add"])))
    assert check_operations(log, [Operation(input={"add": [1]}, call=0, output=[], return_time=1)])


def test_when_the_time_runs_out_the_answer_is_unknown():
    luck = random.Random(1)
    model = Model(init=lambda: 0, step=lambda state, asked, _: (True, hash((state, asked)) % 1_000_003))
    history = [Operation(input=luck.random(), call=0, output=None, return_time=1) for _ in range(30)]
    impossible = Model(
        init=model.init, step=lambda state, asked, answer: model.step(state, asked, answer) if asked else (False, 0)
    )
    history.append(Operation(input=0, call=2, output=None, return_time=3))
    assert check_operations_timeout(impossible, history, 0.05) is CheckResult.UNKNOWN
