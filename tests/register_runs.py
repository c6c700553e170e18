"""Short runs of a register system under drawn faults, as the harness would do them."""

from __future__ import annotations

from harness.execution import node_names
from harness.recorder import Recorder
from harness.runner import Runner
from harness.test import Test
from harness.workloads import workload
from histories import Journal, read_journal
from nemesis.schedule import draw
from systems.simulation.luck import Luck
from systems.system import Setting


def run_registers(system, folder, **settings):
    """The history, and the statistics of the cluster."""
    test = Test(system=system.name, **settings)
    luck = Luck.of(test.seed, "nemesis")
    faults = draw(test.nemesis, node_names(test), luck, interval=test.nemesis_interval, time_limit=test.time_limit)
    with Journal(folder / "history.jsonl") as journal:
        runner = Runner(
            test=test,
            workload=workload(test.workload),
            schedule=faults,
            recorder=Recorder(journal),
            log=lambda *_: None,
        )
        world = system.deploy(Setting(nodes=test.nodes, seed=test.seed, bug=test.bug))
        statistics = world.run(runner)
    return read_journal(folder / "history.jsonl"), statistics
