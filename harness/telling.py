"""What a report needs to know of a run, gathered from where it stands."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version

import attrs

from checkers.verdict import Classification
from harness.execution import Prepared
from harness.report.info import RunInfo
from harness.test import Test, written
from histories import History
from systems.system import Claim


def info_of_run(
    prepared: Prepared, history: History, classification: Classification, statistics: Mapping[str, int]
) -> RunInfo:
    """A run of this harness in words; `statistics` are those of the system."""
    test, system, work = prepared.test, prepared.system, prepared.workload
    bug = system.bugs[test.bug] if test.bug else None
    return RunInfo(
        title=f"{system.name}{f' with {test.bug}' if test.bug else ''}: {work.name}",
        claim=prepared.claim,
        validity=classification.status(prepared.claim),
        command=test.command(),
        system=system.name,
        system_summary=system.summary,
        workload=work.name,
        workload_summary=work.summary,
        nemeses=test.nemesis,
        seed=test.seed,
        claims=tuple(map(_promise, system.claims)),
        settings={field.name: written(getattr(test, field.name)) for field in attrs.fields(Test)},
        statistics=statistics,
        versions=versions(),
        notes=(*([f"started with the bug {test.bug}: {bug.summary}"] if bug else []), *_torn(history)),
        log="log.jsonl",
    )


def info_of_history(
    history: History, classification: Classification, *, title: str, workload: str, claim: str, command: str
) -> RunInfo:
    """A history from elsewhere in words."""
    return RunInfo(
        title=title,
        claim=claim,
        validity=classification.status(claim),
        command=command,
        workload=workload,
        versions=versions(),
        notes=tuple(_torn(history)),
    )


def versions() -> Mapping[str, str]:
    """What a replay must have alike."""
    return {"fallacy": version("fallacy"), "trio": version("trio"), "Python": platform.python_version()}


def _torn(history: History) -> list[str]:
    return [history.torn] if history.torn else []


def _promise(claim: Claim) -> str:
    return f"{claim.model} for {claim.data} under {', '.join(sorted(claim.under))}"
