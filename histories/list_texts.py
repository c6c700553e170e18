"""Lists of whole numbers that were read, from their JSON texts, which are rarely looked into.

Reads of one object mostly are prefixes of one another, and `[1,2]` is a prefix of `[1,2,3]` because `[1,2,` is one of
`[1,2,3,`. So only the longest text of each object is kept, and turned into numbers once, at the end.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import numpy as np

from histories.codes import Ints
from histories.lockstep import Text, UnusualError

_COMMA: Final = ord(",")
_END: Final = ord("]")
_EMPTY: Final = len("[")


class ListTexts:
    """The texts of lists, each kept once: as a prefix of the longest of its object, where it is one.

    They come without their last bracket, and are kept with a comma in its place, so that one is a prefix of another
    exactly if its list is.
    """

    def __init__(self) -> None:
        self._texts: list[bytes] = []
        self._longest: defaultdict[int, int] = defaultdict(self._new)  # by key, which text is the longest
        self._places: list[Ints] = []

    def _new(self) -> int:
        self._texts.append(b"")
        return len(self._texts) - 1

    def add(self, text: Text, keys: Ints, begins: Ints, ends: Ints) -> None:
        """Add the reads of some keys, whose texts lie between these places."""
        size = ends - begins
        order = np.lexsort((size, keys))
        keys, begins, size = keys[order], begins[order], size[order]
        reads = list(map(text.text.__getitem__, map(slice, begins.tolist(), ends[order].tolist())))
        low = np.flatnonzero(np.diff(keys, prepend=-1 - keys[:1]))
        high = np.append(low[1:], len(order))[: len(low)]
        behind = text.bytes[np.repeat(begins[high - 1], high - low) + size]  # in the longest of the same key
        whole = (behind == _COMMA) | (behind == _END) | (size == _EMPTY)
        alike = np.logical_and.reduceat(whole, low) if len(low) else whole
        numbers: list[int] = []
        for key, some, fit in zip(keys[low].tolist(), map(slice, low, high), alike.tolist(), strict=True):
            numbers += self._numbers(key, reads[some], alike=fit)
        place = np.empty((2, len(order)), dtype=np.int64)
        place[:, order] = numbers, size
        self._places.append(place)

    def _numbers(self, key: int, reads: list[bytes], *, alike: bool) -> list[int]:
        """Add reads of one key, of which the last is the longest; which texts they are prefixes of.

        They are `alike` if none of them ends within an element of the longest.
        """
        number = self._number(key, reads[-1])
        if alike and all(map(self._texts[number].startswith, reads)):
            return [number] * len(reads)
        return [*(self._number(key, read) for read in reads[:-1]), number]

    def _number(self, key: int, read: bytes) -> int:
        """Add one read; returns the number of the text of which it is a prefix."""
        number, size = self._longest[key], len(read)
        known = self._texts[number]
        is_prefix = known.startswith(read) and (known[size] == _COMMA or size == _EMPTY)
        if not is_prefix and size > _EMPTY:
            whole = read + b","
            if not whole.startswith(known):
                number = self._new()
            self._texts[number] = whole
        return number

    def elements(self) -> tuple[Ints, Ints, Ints]:
        """The elements of all texts end to end, and between which of them each read's lie."""
        texts = [text[1:] for text in self._texts]
        elements, commas = integers(Text(b"".join(texts)))
        numbers, sizes = np.concatenate([np.empty((2, 0), dtype=np.int64), *self._places], axis=1)
        begins = np.cumsum([0, *map(len, texts)])[numbers]
        starts = np.searchsorted(commas, begins)
        stops = np.searchsorted(commas, begins + sizes - 1) + 1
        empty = sizes == _EMPTY
        return elements, np.where(empty, 0, starts), np.where(empty, 0, stops)


def integers(text: Text) -> tuple[Ints, Ints]:
    """The integers of a text, each with a comma behind it, and the places of the commas."""
    commas = text.find(b",")
    found, behind = text.integers(np.append(0, commas + 1)[: len(commas)])
    if np.any(behind != commas):
        raise UnusualError
    return found, commas
