"""Jepsen's `history.edn`: operation maps one after another, or in one vector."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from histories.formats.edn import read_forms
from histories.formats.format import ONLY, Format, text_of
from histories.formats.jepsen import events_of
from histories.history import History, pair

_START: Final = re.compile(r"[\s,\[(]*(?:;[^\n]*\n[\s,\[(]*)*(?:#[a-z][\w.]*)?\{\s*(?:\}|:[a-z])")


def recognise(head: str) -> str | None:
    """A file that begins with an EDN map."""
    return "it begins with an EDN map, `{:key value ...}`" if _START.match(head) else None


def read(path: Path) -> Mapping[str, History]:
    """The history in a file of operation maps."""
    text = text_of(path)
    return {ONLY: pair(events_of(_numbered(text, read_forms(text, unwrap=True))), source=str(path))}


def _numbered(text: str, forms: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
    line, counted = 1, 0
    for position, form in forms:
        line += text.count("\n", counted, position)
        counted = max(counted, position)
        yield line, form


FORMAT: Final = Format(
    name="jepsen-edn",
    summary="Jepsen's history.edn: maps, one after another or in one vector",
    recognise=recognise,
    read=read,
    pairs=True,
)
