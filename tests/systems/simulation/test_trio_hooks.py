"""If one of these fails after an upgrade of Trio: see systems/simulation/trio_hooks.py."""

from __future__ import annotations

import pytest
import trio
import trio.testing
from trio._core import _run

from systems.simulation import trio_hooks
from systems.simulation.simulation import Simulation
from systems.simulation.trio_hooks import UnsupportedTrioError, check, scheduled_by


class Oldest:
    """Runs the oldest task first, and keeps the batches that it was asked to order."""

    def __init__(self):
        self.batches = []

    def shuffle(self, batch):
        self.batches.append([task.name for task in batch])
        batch.reverse()

    def random(self):
        raise AssertionError("Trio did not sort its tasks")


async def twenty_tasks():
    """Wake twenty tasks at once, youngest first; the order in which they ran."""
    ran = []
    gates = [trio.Event() for _ in range(20)]

    async def wait(i):
        await gates[i].wait()
        ran.append(i)

    async with trio.open_nursery() as nursery:
        for i in range(20):
            nursery.start_soon(wait, i, name=str(i))
        await trio.testing.wait_all_tasks_blocked()
        for gate in reversed(gates):
            gate.set()
    return ran


def test_this_release_of_trio_lets_its_tasks_be_ordered():
    scheduler = Oldest()
    with scheduled_by(scheduler):
        ran = trio.run(twenty_tasks, clock=trio.testing.MockClock())
    assert ran == list(range(20)), f"Trio {trio.__version__} does not run its tasks in the order that it is told"
    assert [str(i) for i in range(20)] in scheduler.batches, f"Trio {trio.__version__} does not sort its tasks by age"


@pytest.mark.parametrize("name", ["_ALLOW_DETERMINISTIC_SCHEDULING", "_r"])
def test_a_trio_without_a_switch_is_refused(monkeypatch, name):
    monkeypatch.delattr(_run, name)
    with pytest.raises(UnsupportedTrioError, match=f"has no {name} that its run loop reads.*Install another release"):
        Simulation(0).run(trio.sleep, 1)


def test_a_trio_that_does_not_read_its_switches_is_refused(monkeypatch):
    def unrolled_run():
        return None

    monkeypatch.setattr(_run, "unrolled_run", unrolled_run)
    with pytest.raises(UnsupportedTrioError, match="_ALLOW_DETERMINISTIC_SCHEDULING, _r"):
        check()


def test_a_trio_whose_tasks_have_no_age_is_refused(monkeypatch):
    class Task:
        pass

    monkeypatch.setattr(_run, "Task", Task)
    with pytest.raises(UnsupportedTrioError, match=r"Task\._counter"):
        check()


def test_a_trio_that_does_not_sort_is_noticed_when_it_asks_for_a_coin():
    async def main():
        vars(_run)["_ALLOW_DETERMINISTIC_SCHEDULING"] = False
        await trio.sleep(1)

    with pytest.raises(UnsupportedTrioError, match="does not sort"):
        Simulation(0).run(main)


def test_a_trio_that_never_asks_is_noticed(monkeypatch):
    monkeypatch.setattr(Simulation, "shuffle", lambda _self, _batch: None)
    with pytest.raises(UnsupportedTrioError, match="does not ask"):
        Simulation(0).run(trio.sleep, 1)


def test_the_switches_are_put_back_whatever_happens():
    before = [getattr(_run, name) for name in trio_hooks._NAMES]

    async def fail():
        raise LookupError

    Simulation(0).run(trio.sleep, 1)
    with pytest.raises(LookupError):
        Simulation(0).run(fail)
    assert [getattr(_run, name) for name in trio_hooks._NAMES] == before


def test_two_simulations_in_one_process_are_refused():
    with scheduled_by(Oldest()), pytest.raises(RuntimeError, match="another simulation"):
        Simulation(0).run(trio.sleep, 1)
