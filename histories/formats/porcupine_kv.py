"""Porcupine's test data for a key-value store: EDN maps one a line, of get, put and append on string keys.

    {:process 0, :type :invoke, :f :append, :key "1", :value "x 0 0 y"}

A key that was never put holds the empty string.
"""

from __future__ import annotations

import re
from typing import Final

from histories.formats import jepsen_edn
from histories.formats.format import Format, first_line

_EVENT: Final = re.compile(r"\{(?=.*:f :(?:get|put|append)\b)(?=.*:key ).*\}")


def recognise(head: str) -> str | None:
    """A file whose first line is an EDN map with a key, and get, put or append as f."""
    return "its maps have a :key, and :get, :put or :append as :f" if _EVENT.fullmatch(first_line(head)) else None


FORMAT: Final = Format(
    name="porcupine-kv",
    summary="Porcupine's key-value histories: EDN maps of get, put and append",
    recognise=recognise,
    read=jepsen_edn.read,
)
