"""One test from beginning to end: run, judge, report, each on disk before the next begins."""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from checkers.budget import Budget
from checkers.verdict import Classification, Status
from harness.recorder import Progress, Recorder, RunLog
from harness.runner import Runner
from harness.store import RunFolder
from harness.systems import load_system
from harness.test import Test, TestError
from harness.workloads import workload
from harness.workloads.workload import Workload
from histories import History, Journal, read_journal
from histories.names import pick
from nemesis import schedule
from nemesis.fault import Fault
from systems.simulation.luck import Luck
from systems.system import Setting, System


@attrs.frozen(kw_only=True)
class Prepared:
    """A test whose names all mean something."""

    test: Test
    system: System
    workload: Workload
    faults: tuple[Fault, ...]

    @property
    def claim(self) -> str:
        """The model that must hold."""
        return self.test.claim or default_claim(self.system, self.workload)


@attrs.frozen(kw_only=True)
class Outcome:
    """A run that is over, and what was made of it."""

    history: History
    classification: Classification
    claim: str
    statistics: Mapping[str, int]
    seconds: float

    @property
    def status(self) -> Status:
        """What is known of the claim."""
        return self.classification.status(self.claim)


class RunError(RuntimeError):
    """The run or its judgement failed, by a fault of the system or the harness; its history and its log are kept."""


def default_claim(system: System, work: Workload) -> str:
    """What the system claims of this workload's data, as far as the workload can test it; else what it expects."""
    claimed = [claim.model for claim in system.claims if claim.data == work.data and claim.model in work.models]
    return claimed[0] if claimed else work.claim


def choose(settings: Mapping[str, Any]) -> Test:
    """The test of these settings, of which those that are None are not given.

    To a bug belong the workload and the faults that bring it out. `UnknownNameError` and `TestError` say what is wrong.
    """
    given = {name: value for name, value in settings.items() if value is not None}
    test = Test(**given)
    if test.bug is None:
        return test
    system = load_system(test.system)
    pick(test.bug, system.bugs, f"bug of {system.name}")
    bug = system.bugs[test.bug]
    return attrs.evolve(test, **({"workload": bug.workload, "nemesis": bug.faults} | given))


def prepare(test: Test, faults: Sequence[Fault] | None = None) -> Prepared:
    """Look up every name and draw the faults (unless they are given).

    `UnknownNameError` and `TestError` say what is wrong.
    """
    system, work = load_system(test.system), workload(test.workload)
    if test.bug is not None:
        pick(test.bug, system.bugs, f"bug of {system.name}")
    if work.data not in system.data:
        stored = ", ".join(sorted(system.data))
        raise TestError(f"{system.name} does not fit {work.name}: it stores {stored}, not {work.data}")
    if test.claim is not None and test.claim not in work.models:
        raise TestError(f"--claim: {work.name} cannot test {test.claim!r}, only {', '.join(work.models)}")
    for family in test.nemesis:
        pick(family, schedule.FAMILIES, "nemesis")
    if faults is None:
        faults = schedule.draw(
            test.nemesis,
            tuple(node_names(test)),
            Luck.of(test.seed, "nemesis"),
            interval=test.nemesis_interval,
            time_limit=test.time_limit,
        )
    return Prepared(test=test, system=system, workload=work, faults=tuple(faults))


def node_names(test: Test) -> tuple[str, ...]:
    """The nodes of a test: n1, n2, ..."""
    return tuple(f"n{number}" for number in range(1, test.nodes + 1))


def execute(prepared: Prepared, folder: RunFolder, progress: Progress = lambda *_: None) -> Outcome:
    """Run it in this folder, and judge what the journal says; `RunError` if the run failed."""
    began = time.perf_counter()
    folder.schedule.write_text(schedule.to_toml(prepared.faults), encoding="utf-8")
    try:
        statistics = perform(prepared, folder, progress)
        history = read_journal(folder.history)
        classification = prepared.workload.judge(history, Budget())
    except Exception as error:
        _log_traceback(folder, error)
        raise RunError(f"{type(error).__name__}: {error}") from error
    return Outcome(
        history=history,
        classification=classification,
        claim=prepared.claim,
        statistics=statistics,
        seconds=time.perf_counter() - began,
    )


def perform(prepared: Prepared, folder: RunFolder, progress: Progress = lambda *_: None) -> dict[str, int]:
    """Run it in this folder, and judge nothing; what the system counted."""
    test = prepared.test
    log = RunLog(folder.log)
    try:
        with Journal(folder.history) as journal:
            runner = Runner(
                test=test,
                workload=prepared.workload,
                schedule=prepared.faults,
                recorder=Recorder(journal, progress),
                log=log,
            )
            setting = Setting(nodes=test.nodes, seed=test.seed, bug=test.bug, log=log)
            return prepared.system.deploy(setting).run(runner)
    finally:
        log.close()


def _log_traceback(folder: RunFolder, error: BaseException) -> None:
    log = RunLog(folder.log)
    log(-1.0, "harness", "".join(traceback.format_exception(error)))
    log.close()
