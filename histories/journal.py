"""The history as it happens: JSON lines, one an event, each handed to the operating system before the next.

A run that is killed at any byte leaves a file whose whole lines are a history. A last line that is torn is
dropped when it is read, with a note; a line that is malformed anywhere else is an error.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import msgspec

from histories.errors import HistoryError
from histories.event import Event
from histories.history import History, pair
from histories.values import DEPTH_MAX, TOO_DEEP, too_deep


class Journal:
    """Appends events to a new file, each flushed to the operating system at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        self._encode = msgspec.json.Encoder().encode

    def append(self, event: Event) -> None:
        """Write one event; `OSError` if it cannot be written whole."""
        line = self._encode(event) + b"\n"
        written = os.write(self._file, line)
        while written < len(line):
            written += os.write(self._file, line[written:])

    def close(self) -> None:
        """Sync to the disk and close."""
        os.fsync(self._file)
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_journal(path: Path) -> History:
    """The history in a journal; `HistoryError` names the line that is wrong, `OSError` if it cannot be read."""
    events = JournalEvents(path)
    try:
        history = pair(events, source=str(path))
    except HistoryError as error:
        raise error.at(str(path)) from None
    return History(operations=history.operations, faults=history.faults, source=str(path), torn=events.torn)


class JournalEvents:
    """The numbered events of a journal, read line by line; `torn` is set once the end has been reached."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.torn: str | None = None

    def __iter__(self) -> Iterator[tuple[int, Event]]:
        decode = msgspec.json.Decoder(Event).decode
        last = -1
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.endswith(b"\n"):
                    self.torn = f"line {number} is incomplete ({len(line)} bytes) and was dropped"
                    return
                try:
                    event = decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError) as problem:
                    raise HistoryError(f"expected an event as a JSON object: {problem}", line=number) from None
                except RecursionError:
                    raise HistoryError(TOO_DEEP, line=number) from None
                if event.index <= last:
                    raise HistoryError(f"expected an index above {last}, found {event.index}", line=number)
                if len(line) > 2 * DEPTH_MAX and (too_deep(event.value, line) or too_deep(event.key, line)):
                    raise HistoryError(TOO_DEEP, line=number)
                last = event.index
                yield number, event
