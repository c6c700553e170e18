"""The command line: `fallacy VERB`. Each verb is a file, loaded when it is used, so that help is instant."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, cast

import rich_click as click

from harness.cli.exits import Exit, is_mistake

MODULES = {"list": "listing"}  # where it is not the verb's own name, which would hide a builtin here

Resolved = tuple[str | None, click.Command | None, list[str]]

VERBS: Mapping[str, str] = {
    "run": "Run one test, judge it, and write its report.",
    "check": "Judge histories from anywhere.",
    "campaign": "Run many tests, on all cores, and rule on each.",
    "replay": "Run a recorded test again, to the byte.",
    "report": "Write the report of a run again.",
    "new": "Write the start of a system of your own, and its test.",
    "list": "List systems, workloads, nemeses, models, anomalies and formats.",
    "explain": "Say what a model or an anomaly means.",
}


class Verb(click.RichCommand):
    """A verb of the table: its help is known, and the module behind it is imported once it is called."""

    def make_context(self, *arguments: Any, **extra: Any) -> click.Context:
        """The context of the command itself."""
        module = importlib.import_module(f"harness.cli.{MODULES.get(str(self.name), self.name)}")
        command = cast("click.Command", module.command)
        return command.make_context(*arguments, **extra)


class Verbs(click.RichGroup):
    """The verbs of the table, in its order."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Their names."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """One of them, or None where there is no such verb."""
        return Verb(name=cmd_name, help=VERBS[cmd_name]) if cmd_name in VERBS else None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Resolved:
        """The verb that is meant, or an error that names the nearest ones."""
        from histories.names import pick

        pick(args[0], VERBS, "verb")
        return super().resolve_command(ctx, args)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="fallacy")
def fallacy() -> None:
    """Consistency testing: workloads, faults, histories, and verdicts with evidence.

    `fallacy run`, with no options at all, finds an anomaly in a last-writer-wins store within seconds.

    Exit status: 0 valid, 1 invalid, 2 unknown, 254 bad arguments or input, 255 crashed.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its status."""
    sys.exit(status(sys.argv[1:] if arguments is None else arguments))


def status(arguments: Sequence[str]) -> int:
    """The exit status of these arguments; errors are told on stderr."""
    try:
        return int(fallacy.main(list(arguments), prog_name="fallacy", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return Exit.BAD_ARGUMENTS
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001  the last line of defence, and it tells all
        if is_mistake(error):
            click.echo(f"fallacy: {_one_line(error)}", err=True)
            return Exit.BAD_ARGUMENTS
        traceback.print_exc()
        return Exit.CRASHED


def _one_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)
