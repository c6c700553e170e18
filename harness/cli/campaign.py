"""`fallacy campaign`: many tests."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import rich_click as click

from harness.campaign.conduct import CampaignFolder, Progress, conduct, processes
from harness.campaign.plan import Campaign
from harness.campaign.results import WORST_FIRST, cells, detections, document, markdown, to_json, to_junit, to_text
from harness.campaign.trial import Row, Ruling
from harness.cli.exits import Exit
from harness.cli.options import json_option, setting_options
from harness.cli.printing import print_json
from harness.test import TestError

LISTS = frozenset({"systems", "workloads", "nemeses", "bugs"})
PLAN = (*sorted(LISTS), "seeds", "until_found")
VARIED = frozenset({"system", "workload", "claim", "nemesis", "bug", "seed"})

EXITS = {
    Ruling.HARNESS_ERROR: Exit.CRASHED,
    Ruling.CLAIM_VIOLATED: Exit.INVALID,
    Ruling.BUG_MISSED: Exit.INVALID,
    Ruling.UNKNOWN: Exit.UNKNOWN,
    Ruling.CLAIM_HELD: Exit.VALID,
    Ruling.BUG_FOUND: Exit.VALID,
}

SHOWN_MAX = 10
TOLD_EVERY = 0.1  # of the whole, where nobody looks on


@click.command("campaign")
@click.argument("file", required=False, metavar="[FILE.toml]")
@click.option("--systems", metavar="A,B", help="names, or all  [default: all]")
@click.option("--workloads", metavar="A,B", help="names, or all that fit  [default: all]")
@click.option("--nemeses", metavar="A+B,C", help="families joined by +, several by comma; none; or fitting")
@click.option("--bugs", metavar="A,B", help="names, or all; none for systems as they should be  [default: none]")
@click.option("--seeds", metavar="FROM:TO", help="the seeds from FROM up to, not including, TO  [default: 0:10]")
@click.option("--until-found", is_flag=True, default=None, help="leave a bug at the first seed that finds it")
@setting_options(leave_out=VARIED)
@click.option("--jobs", type=click.IntRange(min=1), help="how many processes  [default: one a core]")
@click.option("--out", metavar="DIR", help="where it is kept  [default: store/campaign-HASH]; resumed if it is there")
@json_option
def command(file: str | None, jobs: int | None, out: str | None, *, as_json: bool, **options: Any) -> int:
    """Run many tests and rule on each: claim held or violated, bug found or missed, unknown, harness error.

    A campaign that was interrupted goes on where it was when the same command is given again.
    """
    campaign = _campaign(file, options)
    folder = CampaignFolder(Path(out or f"store/campaign-{campaign.hash}"))
    workers = jobs or os.cpu_count() or 1
    try:
        with processes(workers) as executor, _progress(wanted=not as_json) as progress:
            rows = conduct(campaign, folder, executor, progress, jobs=workers)
    except KeyboardInterrupt:
        click.echo(f"interrupted; the same command goes on from what is kept in {folder.path}", err=True)
        return Exit.INTERRUPTED
    _write(campaign, folder, rows)
    if as_json:
        print_json(document(campaign, rows))
    else:
        _tell(folder, rows)
    rulings = {cell.ruling for cell in cells(rows)}
    return next(EXITS[ruling] for ruling in WORST_FIRST if ruling in rulings)


def _campaign(file: str | None, options: dict[str, Any]) -> Campaign:
    try:
        base = Campaign.from_toml(Path(file).read_text(encoding="utf-8")) if file else Campaign()
    except TestError as error:
        raise TestError(f"{file}: {error}") from None
    varied = {name: options.pop(name) for name in PLAN}
    changes: dict[str, Any] = {name: value for name, value in varied.items() if value is not None}
    for name in changes.keys() & LISTS:
        changes[name] = tuple(part.strip() for part in changes[name].split(",") if part.strip())
    given = {name: value for name, value in options.items() if value is not None}
    return attrs.evolve(base, **changes, settings={**base.settings, **given})


def _write(campaign: Campaign, folder: CampaignFolder, rows: Sequence[Row]) -> None:
    from harness.campaign.heatmap import draw_heatmap

    (folder.path / "results.json").write_bytes(to_json(campaign, rows))
    (folder.path / "results.xml").write_bytes(to_junit(rows))
    (folder.path / "detections.md").write_text(markdown(detections(rows)), encoding="utf-8")
    try:
        draw_heatmap(cells(rows), folder.path / "heatmap.png")
    except Exception as error:  # noqa: BLE001  no picture may cost the results
        click.echo(f"fallacy: the heat map could not be drawn: {error!r}", err=True)


def _tell(folder: CampaignFolder, rows: Sequence[Row]) -> None:
    click.echo(to_text(rows))
    kept = [row for row in rows if row.folder is not None]
    for row in kept[:SHOWN_MAX]:
        click.echo(f"{row.ruling}  {folder.path / str(row.folder)}\n    {row.command}")
    if len(kept) > SHOWN_MAX:
        click.echo(f"and {len(kept) - SHOWN_MAX} more in {folder.path / 'runs'}")
    click.echo(f"results  {folder.path / 'results.json'}")


@contextmanager
def _progress(*, wanted: bool) -> Iterator[Progress]:
    if wanted and sys.stderr.isatty():
        with _bar() as progress:
            yield progress
        return
    told = -1.0

    def line(done: int, total: int, _row: Row | None) -> None:
        nonlocal told
        if wanted and total and (done / total >= told + TOLD_EVERY or told < 1 <= done / total):
            told = done / total
            click.echo(f"{done} of {total} tests", err=True)

    yield line


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("tests", total=None)

        def update(done: int, total: int, row: Row | None) -> None:
            bar.update(task, completed=done, total=total, description=row.system if row else "tests")

        yield update
