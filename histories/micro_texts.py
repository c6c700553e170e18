"""Micro-operations from their JSON texts.

The text of a list that was read is rarely looked into. Reads of one object mostly are prefixes of one another, and
`[1,2]` is a prefix of `[1,2,3]` because its text without the bracket is, and a comma follows. So only the longest
text of each object is kept, and turned into numbers once, at the end.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain, compress, count
from typing import Any, Final

import msgspec
import numpy as np

from histories.codes import Ints, coded_integers
from histories.transactions import CODE, KINDS, LIST, NIL, READ, UNKNOWN

_MICRO: Final = re.compile(rb'\["([a-z]+)",([^,]+),(\[[^\]]*\]|[^\]]*)\]')  # what it matches is looked at below
_PUNCTUATION: Final = len(b'["",,]')  # what a micro-operation has besides its three parts
_KIND_CODES: Final = {kind.encode(): code for code, kind in enumerate(KINDS)}
_COMMA, _LIST, _NULL = b",[n"
_EMPTY: Final = b"[]"
_NIL: Final = b"null"
_ENDS: Final = b",]"


class UnusualError(Exception):
    """Something that only the general way of reading knows how to treat."""


class MicroTexts:
    """The micro-operations of many transactions, gathered a part at a time."""

    def __init__(self) -> None:
        self._pool = _ListTexts()
        self._keys_seen: defaultdict[bytes, int] = defaultdict(count().__next__)
        self._transactions: list[Ints] = []
        self._counts: list[Ints] = []
        self._kinds: list[Ints] = []
        self._keys: list[Ints] = []
        self._values: list[Ints] = []
        self._scalars: list[Ints] = []  # what stands where a value is CODE
        self._reads: list[Ints] = []  # what stands where a value is LIST

    def add(self, transactions: Ints, values: Sequence[bytes], *, learnt: bool) -> None:
        """Add some transactions by the texts of their values; without `learnt`, their reads are unknown."""
        micros = _MICRO.findall(b"".join(values))
        kinds, keys, texts = zip(*micros, strict=True) if micros else ((), (), ())
        counts = np.array([value.count(b'["') for value in values], dtype=np.int64)
        around = len(_EMPTY) * len(values) + int(np.maximum(counts - 1, 0).sum())  # brackets, and commas between
        within = sum(map(len, chain(kinds, keys, texts))) + _PUNCTUATION * len(micros)
        if counts.sum() != len(micros) or around + within != sum(map(len, values)):
            raise UnusualError
        kind = np.array([_KIND_CODES.get(name, -1) for name in kinds], dtype=np.int64)
        key = np.array([self._keys_seen[name] for name in keys], dtype=np.int64)
        first = np.array([text[:1] for text in texts], dtype="S1").view(np.uint8)
        value = np.where(first == _LIST, LIST, np.where(first == _NULL, NIL, CODE))
        read = kind == READ
        if np.any(kind < 0) or np.any(~read & (value == LIST)) or np.count_nonzero(value == NIL) != texts.count(_NIL):
            raise UnusualError
        if not learnt:
            if np.any(value[read] != NIL):
                raise UnusualError
            value[read] = UNKNOWN
        self._scalars.append(integers(compress(texts, (value == CODE).tolist())))
        lists = (value == LIST).tolist()
        self._reads.append(self._pool.place(compress(keys, lists), compress(texts, lists)))
        self._transactions.append(transactions)
        self._counts.append(counts)
        self._kinds.append(kind)
        self._keys.append(key)
        self._values.append(value)

    def columns(self) -> dict[str, Any]:
        """The columns of micro-operations, in the order of the transactions' numbers."""
        transactions, counts = joined(self._transactions), joined(self._counts)
        value = joined(self._values)
        elements, starts, stops = self._pool.elements(np.concatenate([*self._reads, np.empty((0, 2), dtype=np.int64)]))
        scalars = joined(self._scalars)
        codes, table = coded_integers(np.concatenate([scalars, elements]))
        start, stop = np.zeros_like(value), np.zeros_like(value)
        start[value == LIST], stop[value == LIST] = starts, stops
        value[value == CODE] = codes[: len(scalars)]
        sizes = np.zeros(len(transactions), dtype=np.int64)
        sizes[transactions] = counts
        first = np.concatenate([[0], np.cumsum(sizes)])
        place = np.repeat(first[transactions] - (np.cumsum(counts) - counts), counts) + np.arange(len(value))
        order = np.empty_like(place)
        order[place] = np.arange(len(place))
        keys = [msgspec.json.decode(key) for key in self._keys_seen]
        if len(set(keys)) < len(keys):
            raise UnusualError
        return {
            "first": first,
            "kind": joined(self._kinds)[order].astype(np.int8),
            "key": joined(self._keys)[order],
            "value": value[order],
            "start": start[order],
            "stop": stop[order],
            "elements": codes[len(scalars) :],
            "keys": keys,
            "values": table,
        }


class _ListTexts:
    """The texts of lists, each kept once: as a prefix of the longest of its object, where it is one."""

    def __init__(self) -> None:
        self._texts: list[bytes] = []
        self._longest: dict[bytes, int] = {}

    def place(self, keys: Iterable[bytes], texts: Iterable[bytes]) -> Ints:
        """For each read of a key, the number of a text of which its own is a prefix, and the length of its own."""
        known, longest = self._texts, self._longest
        places: list[int] = []
        for key, text in zip(keys, texts, strict=True):
            number, size = longest.get(key, -1), len(text)
            whole = known[number] if number >= 0 else _EMPTY
            if size > len(whole) or whole[size - 1] not in _ENDS or not whole.startswith(text[:-1]):
                number = self._lengthen(key, number, text) if size > len(_EMPTY) else 0
            places += (number, size)
        return np.array(places, dtype=np.int64).reshape(-1, 2)

    def _lengthen(self, key: bytes, number: int, text: bytes) -> int:
        if number >= 0:
            whole = self._texts[number]
            if text.startswith(whole[:-1]) and text[len(whole) - 1] == _COMMA:
                self._texts[number] = text
                return number
        self._texts.append(text)
        self._longest.setdefault(key, len(self._texts) - 1)
        return len(self._texts) - 1

    def elements(self, places: Ints) -> tuple[Ints, Ints, Ints]:
        """The elements of all texts end to end, and between which of them each read's lie."""
        joined = b",".join([text[1:-1] for text in self._texts])
        elements = integers([joined])
        commas = np.flatnonzero(np.frombuffer(joined, dtype=np.uint8) == _COMMA)
        sizes = np.array([0, *[len(text) - 1 for text in self._texts]], dtype=np.int64)
        begins = np.cumsum(sizes)[places[:, 0]]
        starts = np.searchsorted(commas, begins)
        stops = np.searchsorted(commas, begins + places[:, 1] - 2) + 1
        empty = places[:, 1] == len(_EMPTY)
        return elements, np.where(empty, 0, starts), np.where(empty, 0, stops)


def integers(texts: Iterable[bytes]) -> Ints:
    """The numbers that are written so; `msgspec.DecodeError` where one is none."""
    return np.array(_decode_integers(b"[" + b",".join(texts) + b"]"), dtype=np.int64)


def joined(parts: Sequence[Ints]) -> Ints:
    """Arrays end to end."""
    return np.concatenate([*parts, np.empty(0, dtype=np.int64)])


_decode_integers = msgspec.json.Decoder(list[int]).decode
