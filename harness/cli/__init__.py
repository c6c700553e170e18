"""The command line: `fallacy VERB`. Each verb is a file, loaded when it is used, so that help is instant."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import NoReturn, cast

import rich_click as click

from harness.cli.exits import Exit, is_mistake

VERBS: Mapping[str, str] = {
    "run": "Run one test, judge it, and write its report.",
    "check": "Judge histories from anywhere.",
    "campaign": "Run many tests, on all cores, and rule on each.",
    "replay": "Run a recorded test again, to the byte.",
    "report": "Write the report of a run again.",
    "new": "Write the start of a system of your own, and its test.",
    "list": "List systems, workloads, nemeses and formats.",
}


class Verbs(click.RichGroup):
    """The verbs of the table; the module of one is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """In the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command itself, or None where there is no such verb."""
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"harness.cli.{cmd_name}")
        return cast("click.Command", module.command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The table itself: nothing is loaded to show it."""
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


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
