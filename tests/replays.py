"""Runs tests and says what their histories hash to: `python replays.py SYSTEM FIRST LAST`."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

from harness.execution import perform, prepare
from harness.store import RunFolder
from harness.systems import load_system
from harness.test import Test
from harness.workloads import MODULES, workload

FAULTS = ("partition", "clock", "crash", "pause")


def main(system, first, last):
    fitting = next(name for name in MODULES if workload(name).data in load_system(system).data)
    for seed in range(int(first), int(last)):
        test = Test(
            system=system, workload=fitting, nemesis=FAULTS, seed=seed, time_limit=6.0, nemesis_interval=1.0, quiet=1.0
        )
        with tempfile.TemporaryDirectory() as folder:
            run = RunFolder.create(Path(folder) / "run", test)
            perform(prepare(test), run)
            sys.stdout.write(f"{seed} {hashlib.sha256(run.history.read_bytes()).hexdigest()[:16]}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
