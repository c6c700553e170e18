"""Knossos's logs, of which Porcupine's test data are the best known: one line an event, its fields between tabs.

    INFO  jepsen.util - 3	:invoke	:cas	[0 2]
    INFO  jepsen.util - 3	:info	:cas	:timed-out

The value of an event may be followed by an error. `:timed-out` stands where a value would: such a write or cas
may have happened, such a read says nothing. Lines of other loggers are passed over. There are no times: the order
of the lines is the order of the events.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from histories.errors import HistoryError
from histories.event import NEMESIS, Event, EventType
from histories.formats.edn import read_value, shortened
from histories.formats.format import ONLY, Format, first_line, text_of
from histories.history import History, pair

_TIMED_OUT: Final = ":timed-out"

_LINE: Final = re.compile(
    r".*\bjepsen\.util - (?P<process>\d{1,18}|:nemesis)\s+:(?P<type>invoke|ok|fail|info)\s+:(?P<f>\S+)"
    r"(?:[ ]*\t[ ]*(?P<value>[^\t]*)(?:\t(?P<error>.*))?)?",
    re.ASCII,
)
_ANOTHER_LOGGER: Final = re.compile(r".*\b(?:TRACE|DEBUG|INFO|WARN|ERROR)\s+(?!jepsen\.util )\S+ - ")


def recognise(head: str) -> str | None:
    """A file whose first event is a line of Jepsen's log."""
    return "its lines are `jepsen.util - PROCESS :TYPE :F VALUE`" if "jepsen.util - " in first_line(head) else None


def read(path: Path) -> Mapping[str, History]:
    """The history of a log."""
    return {ONLY: pair(_events(text_of(path)), source=str(path))}


def _events(text: str) -> Iterator[tuple[int, Event]]:
    index = 0
    for number, line in enumerate(text.split("\n"), start=1):
        match = _LINE.fullmatch(line.rstrip())
        if match is None:
            if not line.strip() or _ANOTHER_LOGGER.match(line):
                continue
            raise HistoryError(
                f"expected `INFO  jepsen.util - PROCESS :TYPE :F VALUE`, found {shortened(line)}", line=number
            )
        yield number, _event(index, number, match)
        index += 1


def _event(index: int, number: int, match: re.Match[str]) -> Event:
    process, kind, f, value, error = match.groups()
    if value == _TIMED_OUT:
        value, error = None, _TIMED_OUT
    try:
        read = read_value(value) if value else None
    except HistoryError as problem:
        raise HistoryError(problem.problem, line=number) from None
    return Event(
        index=index,
        time=0,
        type=EventType(kind),
        process=NEMESIS if process == ":nemesis" else int(process),
        f=f,
        value=read,
        error=error and error.lstrip(":"),
    )


FORMAT: Final = Format(
    name="knossos",
    summary="lines of Jepsen's log, with tabs, as Knossos and Porcupine read them",
    recognise=recognise,
    read=read,
)
