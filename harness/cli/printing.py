"""Verdicts on a terminal or into a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
import rich_click as click

from checkers.verdict import Classification
from harness.recorder import RunLog
from harness.report import lattice_of_models, verdict_text
from harness.report.guard import Failure
from harness.report.info import RunInfo
from harness.store import RunFolder
from histories import History


def print_json(document: Any) -> None:
    """One JSON document, and nothing else."""
    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2))


def print_verdict(info: RunInfo, history: History, classification: Classification, report: Path | None = None) -> None:
    """The verdict in words: with colours on a terminal, plain into a pipe."""
    terminal = sys.stdout.isatty()
    text = verdict_text(
        info,
        history,
        classification,
        lattice=lattice_of_models(),
        report=str(report) if report else None,
        markup=terminal,
    )
    if terminal:
        from rich.console import Console

        Console(highlight=False).print(text)
    else:
        click.echo(text)


def tell_failures(folder: RunFolder, failures: Iterable[Failure]) -> None:
    """Say what of a report could not be made; the tracebacks go to the log of the run."""
    log = RunLog(folder.log)
    for failure in failures:
        click.echo(f"fallacy: {failure}", err=True)
        log(-1.0, "report", failure.trace)
    log.close()
