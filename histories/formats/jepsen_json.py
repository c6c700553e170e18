"""Jepsen's `history.json`: operation objects in one array, or one a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from histories.formats.format import ONLY, Format, json_value
from histories.formats.jepsen import events_of
from histories.history import History, pair

_START: Final = re.compile(r'\s*(?:\[\s*)?\{\s*(?:\}|")')
_ARRAY: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[")


def recognise(head: str) -> str | None:
    """A file that begins with a JSON object."""
    return 'it begins with a JSON object, `{"key": value, ...}`' if _START.match(head) else None


def read(path: Path) -> Mapping[str, History]:
    """The history in a file of operation objects."""
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    numbered = _elements(data) if _ARRAY.match(data) else _lines(data)
    return {ONLY: pair(events_of(numbered), source=str(path))}


def _lines(data: bytes) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            yield number, json_value(line, line=number)


def _elements(data: bytes) -> Iterator[tuple[int, Any]]:
    line, position = 1, 0
    for element in json_value(data, type=list[msgspec.Raw]):
        start = data.index(element, position)
        line += data.count(b"\n", position, start)
        yield line, json_value(bytes(element), line=line)
        position = start + len(element)
        line += data.count(b"\n", start, position)


FORMAT: Final = Format(
    name="jepsen-json",
    summary="Jepsen's history.json: objects in one array, or one a line",
    recognise=recognise,
    read=read,
    pairs=True,
)
