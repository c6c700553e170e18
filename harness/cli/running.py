"""Running one prepared test for a person or a program: progress, verdict, report, exit status."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import rich_click as click

from harness.cli.exits import BY_STATUS, Exit
from harness.cli.printing import print_json, print_verdict, tell_failures
from harness.execution import Prepared, RunError, execute
from harness.recorder import Progress
from harness.report import lattice_of_models, verdict_document, verdict_json, write_report
from harness.store import RunFolder, Store
from harness.telling import info_of_run


def run_and_tell(prepared: Prepared, store: Store, *, as_json: bool, compare: RunFolder | None = None) -> Exit:
    """Run it, judge it, tell of it and write its report; `compare` is the run that must come out the same."""
    folder = store.create(prepared.test)
    try:
        with _progress(prepared, wanted=not as_json) as progress:
            outcome = execute(prepared, folder, progress)
    except RunError as error:
        kept = store.finish(folder)
        click.echo(f"fallacy: the run failed: {error}", err=True)
        click.echo(f"what was recorded is kept in {kept.path}; the traceback is in {kept.log}", err=True)
        return Exit.CRASHED
    except KeyboardInterrupt:
        click.echo(f"interrupted; `fallacy check {folder.path}` judges what was recorded", err=True)
        return Exit.INTERRUPTED
    info = info_of_run(prepared, outcome.history, outcome.classification, outcome.statistics)
    lattice = lattice_of_models()
    document = verdict_document(info, outcome.history, outcome.classification, lattice=lattice, seconds=outcome.seconds)
    folder.verdict.write_text(verdict_json(document), encoding="utf-8")
    folder = store.finish(folder)
    if as_json:
        print_json({**document, "folder": str(folder.path)})
    else:
        print_verdict(info, outcome.history, outcome.classification, folder.report)
    try:  # the report takes longer than most runs: whoever has read enough need not wait for it
        tell_failures(folder, write_report(folder.path, info, outcome.history, outcome.classification, lattice=lattice))
    except KeyboardInterrupt:
        click.echo(f"interrupted; `fallacy report {folder.path}` writes the report", err=True)
        return Exit.INTERRUPTED
    if compare is not None and not _same(compare, folder):
        return Exit.CRASHED
    return BY_STATUS[outcome.status]


def _same(recorded: RunFolder, again: RunFolder) -> bool:
    same = recorded.history.read_bytes() == again.history.read_bytes()
    said = "the same, byte for byte" if same else f"NOT the same: compare it with {recorded.history}"
    click.echo(f"history {again.history}: {said}", err=True)
    return same


@contextmanager
def _progress(prepared: Prepared, *, wanted: bool) -> Iterator[Progress]:
    """A bar over the run's own seconds, where somebody looks on."""
    if not wanted or not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f} of {task.total:.0f} s"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(prepared.system.name, total=prepared.test.time_limit)
        yield lambda seconds, operations: bar.update(
            task, completed=min(seconds, prepared.test.time_limit), description=f"{operations:,} operations"
        )
