"""Micro-operations, parsed in lockstep from the values of a journal's lines, a part of the journal at a time."""

from __future__ import annotations

import re
from typing import Any, Final

import attrs
import msgspec
import numpy as np
from numpy.typing import NDArray

from histories.codes import Ints, coded_integers, ranges
from histories.list_texts import ListTexts, integers
from histories.lockstep import Mask, Text, UnusualError
from histories.transactions import CODE, KINDS, LIST, NIL, READ, UNKNOWN

_KINDS: Final = tuple(f'{kind}",'.encode() for kind in KINDS)
_NAME: Final = re.compile(rb'"[^"\\]*+"')


@attrs.frozen(kw_only=True, eq=False)
class Micros:
    """Some micro-operations: kinds, keys, values, and numbers for those values that are CODE.

    A key that is a name has a negative number.
    """

    kind: NDArray[np.int8]
    key: Ints
    value: NDArray[np.int8]
    number: Ints


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
        opens = text.find(b"[")
        opens = opens[text.bytes[opens + 1] == ord('"')]
        low = np.searchsorted(opens, begins)
        size = np.searchsorted(opens, ends) - low
        opens = opens[ranges(low, size)]
        is_learnt = np.repeat(learnt, size)
        kind, at = text.one_of(opens + len('["'), _KINDS)
        key, at = self._keys(text, at)
        value, number, at = self._values(text, text.past(at, b","), kind, key, is_learnt)
        at = text.past(at, b"]")
        last = np.cumsum(size) - 1
        first = last + 1 - size
        follow = np.concatenate([[0], at + len(",")])[: len(at)]
        follow[first] = begins + len("[")
        if not size.all() or np.any(opens != follow) or np.any(text.bytes[at] != _separators(len(at), last)):
            raise UnusualError
        value[(kind == READ) & ~is_learnt] = UNKNOWN
        self._parts.append(Micros(kind=kind.astype(np.int8), key=key, value=value, number=number))
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

    def _values(self, text: Text, at: Ints, kind: Ints, key: Ints, learnt: Mask) -> tuple[NDArray[np.int8], Ints, Ints]:
        byte = text.bytes[at]
        value = np.full(len(at), CODE, dtype=np.int8)
        number, behind = np.zeros_like(at), np.empty_like(at)
        nil = np.flatnonzero(byte == ord("n"))
        value[nil], behind[nil] = NIL, text.past(at[nil], b"null")
        lists = np.flatnonzero(byte == ord("["))
        if np.any(kind[lists] != READ):
            raise UnusualError
        value[lists], behind[lists] = LIST, self._read(text, at[lists], key[lists], learnt[lists])
        others = np.flatnonzero(value == CODE)
        number[others], behind[others] = text.integers(at[others])
        return value, number, behind

    def _read(self, text: Text, at: Ints, key: Ints, learnt: Mask) -> Ints:
        closes = np.append(text.find(b"]"), len(text.text))
        ends = closes[np.searchsorted(closes, at)]
        for begin, end in zip((at[~learnt] + 1).tolist(), ends[~learnt].tolist(), strict=True):
            if begin < end:
                integers(Text(text.text[begin:end] + b","))
        self._lists.add(text, key[learnt], at[learnt], ends[learnt])
        return ends + len("]")

    def columns(self, begins: Ints, sizes: Ints) -> dict[str, Any]:
        """The columns of the micro-operations of transactions that begin at some of all, and how many they have."""
        first = np.concatenate([[0], np.cumsum(sizes)])
        chosen = ranges(begins, sizes)
        marks = _all([part.value for part in self._parts])
        value = marks[chosen].astype(np.int64)
        elements, starts, stops = self._lists.elements()
        start, stop = np.zeros_like(value), np.zeros_like(value)
        lists = np.flatnonzero(value == LIST)
        read = np.searchsorted(np.flatnonzero(marks == LIST), chosen[lists])
        start[lists], stop[lists] = starts[read], stops[read]
        coded = np.flatnonzero(value == CODE)
        numbers = _all([part.number for part in self._parts])[chosen[coded]]
        codes, values = coded_integers(np.concatenate([numbers, elements]))
        value[coded] = codes[: len(numbers)]
        key, keys = self._coded_keys(_all([part.key for part in self._parts])[chosen])
        return {
            "first": first,
            "kind": _all([part.kind for part in self._parts])[chosen],
            "key": key,
            "value": value,
            "start": start,
            "stop": stop,
            "elements": codes[len(numbers) :],
            "keys": keys,
            "values": values,
        }

    def _coded_keys(self, keys: Ints) -> tuple[Ints, list[int | str]]:
        names = [msgspec.json.decode(name, type=str) for name in self._names]
        if len(set(names)) < len(names):
            raise UnusualError
        codes, table = coded_integers(keys)
        return codes, [key if key >= 0 else names[-1 - key] for key in table]


def _separators(size: int, last: Ints) -> NDArray[np.uint8]:
    """What stands behind each micro-operation: a bracket behind the last ones, else a comma."""
    found = np.full(size, ord(","), dtype=np.uint8)
    found[last] = ord("]")
    return found


def _all(parts: list[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate([*parts, np.empty(0, dtype=np.int8)])
