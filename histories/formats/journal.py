"""This project's own journal; `histories.journal` writes and reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from histories.formats.format import ONLY, Format
from histories.history import History
from histories.journal import read_journal

_EVENT: Final = re.compile(r'\{"index":\d+,"time":\d+,"type":"[a-z]+","process":')
_START: Final = '{"index":0,"time":0,"type":"invoke","process":'


def recognise(head: str) -> str | None:
    """A file that begins as the journal writes an event, or with a torn one."""
    if _EVENT.match(head):
        return "its lines are events, beginning with their index, time, type and process"
    torn = re.sub(r"\d+", "0", head)
    if head and "\n" not in head and _START.startswith(torn):
        return "it begins as an event does, and is cut off there"
    return None


def read(path: Path) -> Mapping[str, History]:
    """The history in a journal."""
    return {ONLY: read_journal(path)}


FORMAT: Final = Format(
    name="journal",
    summary="history.jsonl of this project: one event a line, as JSON",
    recognise=recognise,
    read=read,
)
