"""`fallacy list`: what there is to choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import rich_click as click

from harness.cli.options import json_option
from histories.names import pick
from systems.system import System

Row = dict[str, Any]
MANY: Final = 10  # models that are told one by one


def systems() -> list[Row]:
    """Every system, with what it stores and claims, and its bugs."""
    from harness.systems import known, load_system

    found = [load_system(name) for name in known()]
    return [
        {
            "name": system.name,
            "summary": system.summary,
            "data": sorted(system.data),
            "claims": _by_model(system),
            "bugs": {name: bug.summary for name, bug in system.bugs.items()},
        }
        for system in found
    ]


def _by_model(system: System) -> dict[str, str]:
    data: dict[str, list[str]] = {}
    for claim in system.claims:
        data.setdefault(claim.model, []).append(claim.data)
    return {model: ", ".join(sorted(kinds)) for model, kinds in data.items()}


def workloads() -> list[Row]:
    """Every workload, with the kind of data it needs and the models it can test."""
    from harness.workloads import ELSEWHERE, MODULES, workload

    return [
        {"name": work.name, "summary": work.summary, "data": work.data, "models": list(work.models)}
        for work in map(workload, (*MODULES, *ELSEWHERE))
    ]


def nemeses() -> list[Row]:
    """Every family of faults, with the fallacy it is about."""
    from nemesis.schedule import FAMILIES

    return [{"name": name, "summary": family.meaning, "fallacy": family.fallacy} for name, family in FAMILIES.items()]


def models() -> list[Row]:
    """Every consistency model, strongest first, with what it implies directly."""
    from checkers.models import MODELS, layout

    drawn = layout()
    weaker = {name: [b for a, b in drawn.arrows if a == name] for name in drawn.models}
    return [
        {"name": name, "summary": MODELS[name].meaning, "aliases": list(MODELS[name].aliases), "implies": weaker[name]}
        for name in drawn.models
    ]


def anomalies() -> list[Row]:
    """Every anomaly, with the weakest models that forbid it."""
    from checkers.models import ANOMALIES, refuted_by, weakest

    return [
        {"name": name, "summary": kind.meaning, "refutes": list(weakest(refuted_by(name)))}
        for name, kind in ANOMALIES.items()
    ]


def formats() -> list[Row]:
    """Every format of a history that can be read."""
    from histories.formats import FORMATS

    return [{"name": name, "summary": each.summary} for name, each in FORMATS.items()]


KINDS: Mapping[str, Callable[[], list[Row]]] = {
    "systems": systems,
    "workloads": workloads,
    "nemeses": nemeses,
    "models": models,
    "anomalies": anomalies,
    "formats": formats,
}


@click.command("list")
@click.argument("kind", required=False, metavar=f"[{'|'.join(KINDS)}]")
@json_option
def command(kind: str | None, *, as_json: bool) -> int:
    """List what there is: KIND, or everything."""
    chosen = [kind] if kind else list(KINDS)
    rows = {name: pick(name, KINDS, "kind")() for name in chosen}
    if as_json:
        import msgspec

        click.echo(msgspec.json.encode(rows[kind] if kind else rows))
        return 0
    for name, table in rows.items():
        _show(name, table, heading=len(rows) > 1)
    return 0


def _show(name: str, table: list[Row], *, heading: bool) -> None:
    if heading:
        click.secho(name.capitalize(), bold=True)
    width = max(len(row["name"]) for row in table)
    label = max((len(field) for row in table for field in row if field not in {"name", "summary"}), default=0)
    for row in table:
        click.echo(f"  {row['name']:<{width}}  {row['summary']}")
        for field, value in row.items():
            if field not in {"name", "summary"} and value:
                first, *rest = _words(field, value)
                margin = " " * (width + 6)
                click.echo(f"{margin}{field:<{label}}  {first}")
                for line in rest:
                    click.echo(f"{margin}{'':<{label}}  {line}")


def _words(field: str, value: Any) -> list[str]:
    """A value in lines."""
    if isinstance(value, dict):
        return [f"{name}: {text}" for name, text in value.items()]
    if field == "models" and len(value) > MANY:
        return [_range(value)]
    return [", ".join(value) if isinstance(value, list) else str(value)]


def _range(names: list[str]) -> str:
    from checkers.models import MODELS, strongest, weakest

    ordered = [name for name in names if name in MODELS]
    told = f"{len(ordered)}, from {' and '.join(weakest(ordered))} up to {' and '.join(strongest(ordered))}"
    return ", and ".join([told, *(name for name in names if name not in MODELS)])
