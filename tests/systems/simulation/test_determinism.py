"""Equal seeds, equal bytes: whatever the hash seed, the heap and the garbage collector do."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.simulated import everything_at_once

PERTURBED = """
import gc, os, random, sys
heap = random.SystemRandom()
pad = [bytes(heap.randrange(8, 480)) for _ in range(heap.randrange(20_000))]
heap.shuffle(pad)
del pad[::3]  # so that new objects have addresses in another order
gc.set_threshold(heap.randrange(5, 5_000))
sys.path.insert(0, os.getcwd())
"""

HASHES = """
import hashlib
from tests.simulated import everything_at_once
for seed in range(int(sys.argv[1])):
    print(hashlib.sha256("\\n".join(everything_at_once(seed)).encode()).hexdigest())
"""

TASKS = """
import trio
from systems.simulation.simulation import Simulation

seen = []
async def note_after(i, wait, *args):
    try:
        await wait(*args)
        await trio.lowlevel.checkpoint()
    except trio.EndOfChannel:
        pass
    finally:
        seen.append(i)

async def fail_after(i):
    await trio.sleep(1)
    raise ValueError(i)

async def main():
    gate, lot = trio.Event(), trio.lowlevel.ParkingLot()
    tx, rx = trio.open_memory_channel(0)
    async with trio.open_nursery() as nursery:
        for i in range(20):
            nursery.start_soon(note_after, ("started", i), trio.lowlevel.checkpoint)
            nursery.start_soon(note_after, ("event", i), gate.wait)
            nursery.start_soon(note_after, ("deadline", i), trio.sleep, 1)
            nursery.start_soon(note_after, ("channel", i), rx.receive)
            nursery.start_soon(note_after, ("parked", i), lot.park)
        await trio.sleep(1)
        gate.set()
        tx.close()
        lot.unpark_all()
    async with trio.open_nursery() as nursery:
        for i in range(20):
            nursery.start_soon(note_after, ("cancelled", i), trio.sleep_forever)
        await trio.sleep(1)
        nursery.cancel_scope.cancel()
    try:
        async with trio.open_nursery() as nursery:
            for i in range(20):
                nursery.start_soon(fail_after, i)
    except* ValueError as group:
        seen.extend(("error", str(error)) for error in group.exceptions)

Simulation(1).run(main)
assert len(seen) >= 120, seen
print(seen)
"""


def output(program, hash_seed, *arguments):
    environment = dict(os.environ, PYTHONHASHSEED=str(hash_seed))
    command = [sys.executable, "-c", PERTURBED + program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("seeds", [5, pytest.param(40, marks=pytest.mark.slow)])
def test_a_run_with_every_fault_is_the_same_in_every_process(seeds):
    first, second = output(HASHES, 0, seeds), output(HASHES, 12345, seeds)
    assert first == second
    assert len(set(first.split())) == seeds


def test_tasks_that_wake_together_run_in_the_same_order_in_every_process():
    assert len({output(TASKS, hash_seed) for hash_seed in range(3)}) == 1


def test_a_run_repeats_itself_within_a_process():
    assert everything_at_once(7) == everything_at_once(7)
