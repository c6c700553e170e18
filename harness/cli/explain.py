"""`fallacy explain`: what a name means."""

from __future__ import annotations

import rich_click as click

from checkers.models import explain


@click.command("explain")
@click.argument("name")
def command(name: str) -> int:
    """Say what a model or an anomaly means: a definition, an example, what it implies, and the source."""
    click.echo(explain(name))
    return 0
