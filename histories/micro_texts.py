"""Micro-operations from their JSON texts.

The text of a list that was read is rarely looked into. Reads of one object mostly are prefixes of one another, and
`[1,2]` is a prefix of `[1,2,3]` because `[1,2,` is one of `[1,2,3,`. So only the longest text of each object is kept,
and turned into numbers once, at the end.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import compress, count, repeat
from typing import Any, Final

import msgspec
import numpy as np

from histories.codes import Ints, coded_integers
from histories.transactions import CODE, KINDS, LIST, NIL, READ, UNKNOWN

_MICRO: Final = re.compile(
    rb'(\[?)\["([a-z]+)",([^,]+),(?:(\[[^\]]*)\]|([^\]]*))\]'  # kind, key, a list without its end, or else
    rb'(?:,(?=\[")|\](?=\[\["|\Z))'  # then the next of the transaction, or the next transaction, which begins with [[
    rb"|[\s\S]"  # what is none, so that nothing is passed over
)
_KIND_CODES: Final = {kind.encode(): code for code, kind in enumerate(KINDS)}
_COMMA: Final = b","
_NOTHING: Final = b"[]"
_EMPTY: Final = b"["
_NIL: Final = b"null"


class UnusualError(Exception):
    """Something that only the general way of reading knows how to treat."""


class MicroTexts:
    """The micro-operations of many transactions, gathered a part at a time."""

    def __init__(self) -> None:
        self._pool = _ListTexts()
        self._key_codes: defaultdict[bytes, int] = defaultdict(count().__next__)
        self._transactions: list[Ints] = []
        self._counts: list[Ints] = []
        self._kinds: list[Ints] = []
        self._keys: list[Ints] = []
        self._values: list[Ints] = []
        self._scalars: list[Ints] = []  # what stands where a value is CODE
        self._reads: list[Ints] = []  # what stands where a value is LIST

    def add(self, transactions: Ints, values: Sequence[bytes], *, learnt: bool) -> None:
        """Add some transactions by the texts of their values; without `learnt`, their reads are unknown."""
        micros = _MICRO.findall(b"".join([value for value in values if value != _NOTHING]))
        begins, kinds, keys, lists, scalars = zip(*micros, strict=True) if micros else ((), (), (), (), ())
        kind = np.array(list(map(_KIND_CODES.get, kinds, repeat(-1))), dtype=np.int64)
        codes = list(map(self._key_codes.__getitem__, keys))
        is_list = np.array(list(map(bool, lists)), dtype=bool)
        is_nil = np.array(list(map(_NIL.__eq__, scalars)), dtype=bool)
        value = np.where(is_list, LIST, np.where(is_nil, NIL, CODE))
        read = kind == READ
        first = np.flatnonzero(np.array(list(map(bool, begins)), dtype=bool))
        counts = np.array(list(map(_NOTHING.__ne__, values)), dtype=np.int64)
        if len(first) != counts.sum() or np.any(kind < 0) or np.any(~read & is_list):
            raise UnusualError
        if not learnt:
            if not np.all(is_nil[read]):
                raise UnusualError
            value[read] = UNKNOWN
        counts[counts > 0] = np.diff(first, append=len(kind))
        self._scalars.append(integers(compress(scalars, (value == CODE).tolist())))
        if len(self._scalars[-1]) != np.count_nonzero(value == CODE):
            raise UnusualError
        reads = is_list.tolist()
        self._reads.append(self._pool.place(compress(codes, reads), list(compress(lists, reads))))
        self._transactions.append(transactions)
        self._counts.append(counts)
        self._kinds.append(kind)
        self._keys.append(np.array(codes, dtype=np.int64))
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
        keys = [msgspec.json.decode(key, type=int | str) for key in self._key_codes]
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
    """The texts of lists, each kept once: as a prefix of the longest of its object, where it is one.

    They are kept with a comma where the end was, so that one is a prefix of another exactly if its list is.
    """

    def __init__(self) -> None:
        self._longest: defaultdict[int, bytes] = defaultdict(bytes)  # by key
        self._others: list[bytes] = []

    def place(self, keys: Iterable[int], texts: Sequence[bytes]) -> Ints:
        """For each read the number of a text of which its own is a prefix, and the length of its own.

        The longest text of a key has the key's number, the others have -1, -2, ...
        """
        longest = self._longest
        numbers: list[int] = []
        for key, text in zip(keys, texts, strict=True):
            known, size = longest[key], len(text)
            if text == _EMPTY or (known.startswith(text) and known[size : size + 1] == _COMMA):
                numbers.append(key)
                continue
            whole = text + _COMMA
            if whole.startswith(known):
                longest[key] = whole
                numbers.append(key)
            else:
                self._others.append(whole)
                numbers.append(-len(self._others))
        return np.array([numbers, list(map(len, texts))], dtype=np.int64).T

    def elements(self, places: Ints) -> tuple[Ints, Ints, Ints]:
        """The elements of all texts end to end, and between which of them each read's lie."""
        keys = max(self._longest, default=-1) + 1
        texts = [*(self._longest.get(key, b"")[1:] for key in range(keys)), *(text[1:] for text in self._others)]
        joined = b"".join(texts)
        elements = integers([joined[:-1]])
        commas = np.flatnonzero(np.frombuffer(joined, dtype=np.uint8) == _COMMA[0])
        if len(commas) != len(elements):
            raise UnusualError  # an empty list with a space in it
        numbers, sizes = places.T
        begins = np.cumsum([0, *map(len, texts)])[np.where(numbers < 0, keys - 1 - numbers, numbers)]
        starts = np.searchsorted(commas, begins)
        stops = np.searchsorted(commas, begins + sizes - 1) + 1
        empty = sizes == len(_EMPTY)
        return elements, np.where(empty, 0, starts), np.where(empty, 0, stops)


def integers(texts: Iterable[bytes]) -> Ints:
    """The numbers that are written so; `msgspec.DecodeError` where one is none."""
    return np.array(_decode_integers(b"[" + b",".join(texts) + b"]"), dtype=np.int64)


def joined(parts: Sequence[Ints]) -> Ints:
    """Arrays end to end."""
    return np.concatenate([*parts, np.empty(0, dtype=np.int64)])


_decode_integers = msgspec.json.Decoder(list[int]).decode
