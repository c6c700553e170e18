from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from systems.simulation import simulation
from systems.simulation.simulation import TICK_S, Simulation, StuckError, ticks


def run(main, **options):
    """What `main(simulation)` returns."""
    made = Simulation(0, **options)
    return made.run(main, made)


def test_time_starts_at_zero_and_passes_without_waiting():
    async def main(_):
        began = trio.current_time()
        await trio.sleep(80_000)
        return began, trio.current_time()

    real = time.monotonic()
    began, ended = run(main)
    assert began == 0
    assert 80_000 <= ended < 80_000 + TICK_S
    assert time.monotonic() - real < 8_000


@given(st.floats(0, 86_400))
def test_times_are_multiples_of_a_tick_and_never_before_the_deadline(seconds):
    async def main(_):
        await trio.sleep_until(seconds)
        return trio.current_time()

    woken = run(main)
    assert (woken / TICK_S).is_integer()
    assert woken - TICK_S <= seconds <= woken
    assert abs(ticks(seconds) - seconds) <= TICK_S / 2


def test_events_run_in_order_of_time_and_those_of_one_time_as_they_were_made():
    async def main(simulation):
        seen = []
        for time_s, name in [(0.5, "c"), (0.25, "a"), (0.5, "d"), (0.25, "b"), (2.0, "never")]:
            simulation.at(time_s, simulation.key(), lambda n=name: seen.append((simulation.now, n)))
        await trio.sleep(1)
        return seen

    assert run(main) == [(0.25, "a"), (0.25, "b"), (0.5, "c"), (0.5, "d")]


def test_an_event_comes_before_the_deadline_of_its_time():
    async def main(simulation):
        event = trio.Event()
        simulation.at(1.0, simulation.key(), event.set)
        with trio.move_on_after(1.0) as scope:
            await event.wait()
        return scope.cancelled_caught, event.is_set()

    assert run(main)[1]


def test_a_task_that_an_event_wakes_runs_before_the_next_event():
    async def main(simulation):
        seen = []
        woken = trio.Event()
        simulation.at(0.5, simulation.key(), woken.set)
        simulation.at(0.5, simulation.key(), seen.append, "event")
        await woken.wait()
        seen.append("task")
        await trio.sleep(1)
        return seen

    assert run(main) == ["task", "event"]


def test_what_is_caused_has_luck_of_its_own_and_the_same_every_time():
    async def main(simulation):
        keys = []

        def cause():
            keys.extend([simulation.key(), simulation.key()])

        simulation.at(1.0, simulation.root("a"), cause)
        simulation.at(2.0, simulation.root("b"), cause)
        simulation.at(3.0, simulation.root("a"), cause)
        await trio.sleep(4)
        return keys

    a1, a2, b1, b2, again1, again2 = run(main)
    assert (a1, a2) == (again1, again2)
    assert len({a1, a2, b1, b2}) == 4


def test_what_is_called_as_an_event_leaves_the_luck_around_it_alone():
    async def main(simulation):
        keys, others = [], []

        def event(*, disturbed):
            keys.append(simulation.key())
            if disturbed:
                simulation.call(simulation.root("other"), lambda: others.append(simulation.key()))
            keys.append(simulation.key())

        simulation.at(1.0, simulation.root("a"), lambda: event(disturbed=False))
        simulation.at(2.0, simulation.root("a"), lambda: event(disturbed=True))
        simulation.at(3.0, simulation.root("other"), lambda: others.append(simulation.key()))
        await trio.sleep(4)
        return keys, others

    (a1, a2, b1, b2), (first, second) = run(main)
    assert (a1, a2) == (b1, b2)
    assert first == second


def test_the_order_of_tasks_that_wake_at_one_time_does_not_hang_on_earlier_events():
    async def main(simulation, earlier):
        order = []

        async def wake(i):
            for second in range(1, 41):
                await trio.sleep_until(second)
                order.append((second, i))

        for i in range(earlier):
            simulation.at(i + 0.5, simulation.key(), order.count, None)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(wake, "a")
            nursery.start_soon(wake, "b")
        return order

    orders = []
    for earlier in (0, 40):
        made = Simulation(0)
        orders.append(made.run(main, made, earlier))
    assert orders[0] == orders[1]
    firsts = "".join(name for _, name in orders[0][::2])
    assert 10 < firsts.count("a") < 30


def test_what_main_raises_comes_out():
    async def main(_):
        await trio.sleep(1)
        raise LookupError("as it is")

    with pytest.raises(LookupError, match="as it is"):
        run(main)


def test_what_an_event_raises_ends_the_run_and_comes_out_even_when_main_raises_too():
    async def main(simulation):
        def fail():
            raise LookupError("the event")

        simulation.at(1.0, simulation.key(), fail)
        simulation.at(1.0, simulation.key(), fail)
        try:
            await trio.sleep(10)
        finally:
            raise ValueError("main, on its way out")

    with pytest.raises(LookupError, match="the event"):
        run(main)


def test_a_task_that_shields_itself_from_the_end_of_the_run_is_waited_for():
    async def main(simulation):
        simulation.at(1.0, simulation.key(), lambda: 1 / 0)
        try:
            await trio.sleep(10)
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(10)
            ended.append(trio.current_time())

    ended = []
    with pytest.raises(ZeroDivisionError):
        run(main)
    assert ended == [pytest.approx(11)]


def test_a_task_that_shields_itself_gets_as_long_again_when_the_limit_is_reached():
    async def main(_):
        try:
            await trio.sleep(1000)
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(90)
            ended.append(trio.current_time())

    ended = []
    with pytest.raises(StuckError, match="the limit of 100 s"):
        run(main, limit_s=100)
    assert ended == [pytest.approx(190)]


def test_a_deadlock_is_an_error_that_says_so():
    async def main(_):
        await trio.sleep(3)
        await trio.sleep_forever()

    with pytest.raises(StuckError, match=r"deadlock at t=3\.0+ s: every task waits"):
        run(main)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Trio leaves its tasks lying about
def test_a_deadlock_that_survives_the_end_of_the_run_does_not_hang():
    async def main(_):
        with trio.CancelScope(shield=True):
            await trio.sleep_forever()

    with pytest.raises(trio.TrioInternalError) as raised:
        run(main)
    assert isinstance(raised.value.__cause__, StuckError)
    del raised
    gc.collect()


def test_the_limit_of_virtual_time_is_an_error_that_says_so():
    async def main(simulation):
        def tick():
            simulation.at(simulation.now + 1, simulation.key(), tick)

        tick()
        await trio.sleep_forever()

    with pytest.raises(StuckError, match=r"the limit of 100 s of virtual time.*the last event was at t=100\.0"):
        run(main, limit_s=100)


def test_a_sleep_beyond_the_limit_is_an_error_and_one_up_to_it_is_not():
    Simulation(0, limit_s=100).run(trio.sleep, 100)
    with pytest.raises(StuckError, match="the limit of 100 s"):
        Simulation(0, limit_s=100).run(trio.sleep, 101)


@pytest.fixture
def _impatient(monkeypatch):
    monkeypatch.setattr(simulation, "_STEPS", 20_000)


@pytest.mark.usefixtures("_impatient")
def test_events_that_make_each_other_at_one_time_are_a_livelock():
    async def main(simulation):
        def again():
            simulation.at(simulation.now, simulation.key(), again)

        again()
        await trio.sleep(1)

    with pytest.raises(StuckError, match="livelock"):
        run(main)


@pytest.mark.usefixtures("_impatient")
def test_tasks_that_never_wait_are_a_livelock():
    async def main(_):
        while True:
            await trio.lowlevel.checkpoint()

    with pytest.raises(StuckError, match="livelock"):
        run(main)


def test_the_garbage_collector_rests_during_the_run_and_only_then():
    async def main(_):
        return gc.isenabled()

    assert gc.isenabled()
    assert run(main) is False
    assert gc.isenabled()
    gc.disable()
    try:
        run(main)
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.fixture
def _ctrl_c():
    """Python's own reaction to Ctrl-C, which is off in processes that were started in the background."""
    saved = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, saved)


def interrupt_and_go_on(went_on):
    signal.raise_signal(signal.SIGINT)
    went_on.append(True)


@pytest.mark.usefixtures("_ctrl_c")
def test_ctrl_c_interrupts_what_an_event_does():
    async def main(simulation):
        simulation.at(1.0, simulation.key(), interrupt_and_go_on, went_on)
        await trio.sleep_forever()

    went_on = []
    with pytest.raises(KeyboardInterrupt):
        run(main)
    assert not went_on


@pytest.mark.usefixtures("_ctrl_c")
def test_ctrl_c_comes_out_of_however_many_nurseries():
    async def fail_too():
        try:
            await trio.sleep_forever()
        finally:
            raise LookupError

    async def main(_):
        async with trio.open_nursery() as outer, trio.open_nursery() as nursery:
            outer.start_soon(fail_too)
            nursery.start_soon(fail_too)
            await trio.sleep(1)
            interrupt_and_go_on([])

    with pytest.raises(KeyboardInterrupt):
        run(main)


LOOPS = {
    "messages": """
def again():
    simulation.at(simulation.now + 2**-20, simulation.key(), again)
again()
await trio.sleep_forever()
""",
    "tasks": """
while True:
    await trio.sleep(0.001)
""",
}


@pytest.mark.parametrize("loop", LOOPS)
def test_ctrl_c_is_noticed_at_any_time(loop):
    body = LOOPS[loop].replace("\n", "\n    ")
    program = f"""
import os, signal, threading, trio
from systems.simulation import simulation
from systems.simulation.simulation import Simulation
signal.signal(signal.SIGINT, signal.default_int_handler)
simulation = Simulation(0, limit_s=1e6)
async def main():
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    {body}
try:
    simulation.run(main)
except KeyboardInterrupt:
    print("interrupted")
"""
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=dict(os.environ, PYTHONPATH=str(root)),
    )
    assert done.stdout == "interrupted\n", done.stderr
