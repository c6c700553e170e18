"""Micro-operations, parsed in lockstep from the values of a journal's lines, a part of the journal at a time."""

from __future__ import annotations

import re
from typing import Any, Final

import attrs
import msgspec
import numpy as np
from numpy.typing import NDArray

from histories.codes import Ints, Narrow, coded_integers, joined, narrow, ranges
from histories.list_texts import ListTexts, integers
from histories.lockstep import Mask, Text, UnusualError
from histories.transactions import CODE, KINDS, LIST, NIL, READ, UNKNOWN

_KINDS: Final = tuple(f'{kind}",'.encode() for kind in KINDS)
_NAME: Final = re.compile(rb'"[^"\\]*+"')


@attrs.frozen(kw_only=True, eq=False)
class Micros:
    """Some micro-operations: kinds, keys, values, and numbers for those values that are CODE.

    A key that is a name has a negative number. The number of a LIST says which of those that were learnt it is.
    """

    kind: NDArray[np.int8]
    key: Narrow
    value: NDArray[np.int8]
    number: Narrow


class MicroStream:
    """Parses the values of transactions, and remembers what was read and how keys are named."""

    def __init__(self) -> None:
        self._parts: list[Micros] = []
        self._lists = ListTexts()
        self._names: dict[bytes, int] = {}

    def take(self, text: Text, begins: Ints, ends: Ints, learnt: Mask) -> tuple[Ints, Ints]:
        """Parse values that hold something: where they begin, where their lines end, whether they were learnt.

        Only then reads have values. Returns how many micro-operations each value holds, and the places behind them.
        """
        opens, closes, size = _opened(text, begins, ends)
        if not size.all():
            raise UnusualError
        is_learnt = np.repeat(learnt, size)
        kind, at = text.one_of(opens + len('["'), _KINDS)
        key, at = self._keys(text, at)
        at = text.past(at, b",")
        lists = np.flatnonzero(text.bytes[at] == ord("["))
        if np.any(kind[lists] != READ):
            raise UnusualError
        value, number, at = _values(text, at)
        number[lists] = np.cumsum(is_learnt[lists]) + len(self._lists) - 1
        at[lists] = self._read(text, at[lists], closes[lists], key[lists], is_learnt[lists])
        at = text.past(at, b"]")
        last = np.cumsum(size) - 1
        first = last + 1 - size
        follow = np.concatenate([[0], at + len(",")])[: len(at)]
        follow[first] = begins + len("[")
        if np.any(opens != follow) or np.any(text.bytes[at] != _separators(len(at), last)):
            raise UnusualError
        value[(kind == READ) & ~is_learnt] = UNKNOWN
        self._parts.append(Micros(kind=kind, key=narrow(key), value=value, number=narrow(number)))
        return size, at[last] + len("]")

    def _keys(self, text: Text, at: Ints) -> tuple[Ints, Ints]:
        named = text.bytes[at] == ord('"')
        key, behind = np.empty_like(at), np.empty_like(at)
        key[~named], behind[~named] = text.integers(at[~named])
        if np.any(key[~named] < 0):
            raise UnusualError
        for row in np.flatnonzero(named).tolist():
            name = _NAME.match(text.text, at[row])
            if name is None:
                raise UnusualError
            key[row] = self._names.setdefault(name[0], -1 - len(self._names))
            behind[row] = name.end()
        return key, behind

    def _read(self, text: Text, at: Ints, closes: Ints, key: Ints, learnt: Mask) -> Ints:
        """The places behind some lists, of which those that were learnt are kept."""
        if np.any(closes <= at):  # there are brackets in the name of a key
            raise UnusualError
        for read in text.between(at[~learnt] + len("["), closes[~learnt]):
            if read:
                integers(Text(read + b","))
        self._lists.add(text, key[learnt], at[learnt], closes[learnt])
        return text.past(closes, b"]")

    def columns(self, begins: Ints, sizes: Ints) -> dict[str, Any]:
        """The columns of the micro-operations of transactions that begin at some of all, and how many they have."""
        chosen = ranges(begins, sizes)
        kind, key, value, number = (
            joined([getattr(part, name) for part in self._parts])[chosen] for name in ("kind", "key", "value", "number")
        )
        elements, starts, stops = self._lists.elements()
        lists, coded = np.flatnonzero(value == LIST), np.flatnonzero(value == CODE)
        start, stop = np.zeros(len(value), dtype=np.int64), np.zeros(len(value), dtype=np.int64)
        start[lists], stop[lists] = starts[number[lists]], stops[number[lists]]
        codes, values = coded_integers(np.concatenate([number[coded], elements]))
        value = value.astype(np.int64)
        value[coded] = codes[: len(coded)]
        key, keys = self._coded_keys(key.astype(np.int64))
        return {
            "first": np.concatenate([[0], np.cumsum(sizes)]),
            "kind": kind,
            "key": key,
            "value": value,
            "start": start,
            "stop": stop,
            "elements": codes[len(coded) :],
            "keys": keys,
            "values": values,
        }

    def _coded_keys(self, keys: Ints) -> tuple[Ints, list[int | str]]:
        names = [msgspec.json.decode(name, type=str) for name in self._names]
        if len(set(names)) < len(names):
            raise UnusualError
        codes, table = coded_integers(keys)
        return codes, [key if key >= 0 else names[-1 - key] for key in table]


def _opened(text: Text, begins: Ints, ends: Ints) -> tuple[Ints, Ints, Ints]:
    """The micro-operations between some places: where they begin, where lists in them would end, how many they are."""
    brackets = np.append(text.find(b"[", b"]"), [len(text.text)] * 2)
    inner = np.flatnonzero(text.bytes[brackets + 1] == ord('"'))
    inner = inner[text.bytes[brackets[inner]] == ord("[")]
    opens = brackets[inner]
    low = np.searchsorted(opens, begins)
    size = np.searchsorted(opens, ends) - low
    inner = inner[ranges(low, size)]
    return brackets[inner], brackets[inner + 2], size


def _values(text: Text, at: Ints) -> tuple[NDArray[np.int8], Ints, Ints]:
    """Values as marks and numbers, and the places behind them, or where they are lists: at them."""
    byte = text.bytes[at]
    value, number, behind = np.full(len(at), CODE, dtype=np.int8), np.zeros_like(at), at.copy()
    value[byte == ord("[")] = LIST
    nil = np.flatnonzero(byte == ord("n"))
    value[nil], behind[nil] = NIL, text.past(at[nil], b"null")
    others = np.flatnonzero(value == CODE)
    number[others], behind[others] = text.integers(at[others])
    return value, number, behind


def _separators(size: int, last: Ints) -> NDArray[np.uint8]:
    """What stands behind each micro-operation: a bracket behind the last ones, else a comma."""
    found = np.full(size, ord(","), dtype=np.uint8)
    found[last] = ord("]")
    return found
