"""Everything that is written down while a run goes on: the journal and the log."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import trio

from histories import NEMESIS, Event, EventType, Journal

Progress = Callable[[float, int], None]

PROGRESS_EVERY = 64  # events


class Recorder:
    """Appends events to a journal, with the harness's own time, and remembers which keys were used.

    `progress(seconds, operations)` is called now and then; it must not touch the event loop.
    """

    def __init__(self, journal: Journal, progress: Progress = lambda *_: None) -> None:
        self._journal = journal
        self._progress = progress
        self._count = 0
        self._invoked = 0
        self._began = 0.0
        self._keys: dict[Any, None] = {}

    def begin(self) -> None:
        """Now is time 0."""
        self._began = trio.current_time()

    @property
    def now(self) -> float:
        """Seconds since `begin`."""
        return trio.current_time() - self._began

    @property
    def keys(self) -> tuple[Any, ...]:
        """The keys that were used, in the order of their first use."""
        return tuple(self._keys)

    def operation(
        self, kind: EventType, process: int, f: str, key: Any, value: Any, node: str, error: str | None = None
    ) -> None:
        """Write down one event of a client."""
        if kind is EventType.INVOKE:
            self._invoked += 1
            self._keys.update(dict.fromkeys((key,) if f != "txn" else (micro[1] for micro in value)))
        now = self.now
        self._append(
            Event(
                index=self._count,
                time=round(now * 1e9),
                type=kind,
                process=process,
                f=f,
                key=key,
                value=value,
                node=node,
                error=error,
            )
        )
        if self._count % PROGRESS_EVERY == 0:
            self._progress(now, self._invoked)

    def fault(self, f: str, value: Mapping[str, Any]) -> None:
        """Write down one event of the nemesis."""
        at = round(self.now * 1e9)
        self._append(Event(index=self._count, time=at, type=EventType.INFO, process=NEMESIS, f=f, value=value))

    def _append(self, event: Event) -> None:
        self._journal.append(event)
        self._count += 1


class RunLog:
    """`log.jsonl`: what nodes and harness say, a JSON object a line: `time` (seconds), `node`, `text`."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def __call__(self, time: float, node: str, text: str) -> None:
        """Write down one line; `time` is in seconds of the run, negative for what has none."""
        os.write(self._file, msgspec.json.encode({"time": round(time, 9), "node": node, "text": text}) + b"\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
