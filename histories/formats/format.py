"""What a format is: how it is recognised, and how it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import msgspec

from histories.errors import HistoryError
from histories.history import History
from histories.values import TOO_DEEP, too_deep

HEAD_BYTES: Final = 65_536

_BYTE: Final = re.compile(r"\(byte (\d+)\)")

ONLY: Final = ""  # the name of the history in a file that holds one


@attrs.frozen(kw_only=True)
class Format:
    """One way in which histories are written down.

    `recognise` takes the first `HEAD_BYTES` of a file, and says in words why it is of this format, or None.
    `read` gives the histories of a file by name (`ONLY`, where it holds one); `HistoryError` names the line
    that is wrong. `pairs` tells whether operations on independent objects have the values `[key value]`.
    """

    name: str
    summary: str
    recognise: Callable[[str], str | None] = attrs.field(repr=False)
    read: Callable[[Path], Mapping[str, History]] = attrs.field(repr=False)
    pairs: bool = False


def text_of(path: Path) -> str:
    """The whole of a file; `HistoryError` where it is not UTF-8."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise HistoryError(f"expected UTF-8, found the byte {data[error.start]:#04x}", line=line) from None


def first_line(head: str) -> str:
    """The first line that is not blank."""
    return next((line.strip() for line in head.splitlines() if line.strip()), "")


def json_value(data: bytes, *, type: Any = Any, line: int = 1) -> Any:  # noqa: A002  msgspec's own word
    """The value of a JSON text that begins on a line; `HistoryError` names the line in which it goes wrong."""
    try:
        value = msgspec.json.decode(data, type=type)
    except RecursionError:
        raise HistoryError(TOO_DEEP, line=line) from None
    except UnicodeDecodeError:
        raise HistoryError("expected UTF-8, found other bytes in a string", line=line) from None
    except msgspec.DecodeError as error:
        at = _BYTE.search(str(error))
        end = int(at[1]) if at else len(data) if "truncated" in str(error) else 0
        raise HistoryError(f"expected JSON: {error}", line=line + data.count(b"\n", 0, end)) from None
    if too_deep(value, data):
        raise HistoryError(TOO_DEEP, line=line)
    return value
