"""Lists of whole numbers that were read, from their JSON texts, which are rarely looked into.

Reads of one object mostly are prefixes of one another, and `[1,2]` is a prefix of `[1,2,3]` because `[1,2,` is one of
`[1,2,3,`. So only the longest text of each object is kept, and turned into numbers once, at the end.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import numpy as np
from numpy.typing import NDArray

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
        self._places: list[NDArray[np.int32]] = []  # for each read, its text and how much of it

    def __len__(self) -> int:
        """How many reads have been added."""
        return sum(place.shape[1] for place in self._places)

    def _new(self) -> int:
        self._texts.append(b"")
        return len(self._texts) - 1

    def add(self, text: Text, keys: Ints, begins: Ints, ends: Ints) -> None:
        """Add the reads of some keys, whose texts lie between these places."""
        order = np.lexsort((ends - begins, keys))
        keys, begins, ends = keys[order], begins[order], ends[order]
        last = np.flatnonzero(np.diff(keys, append=-1 - keys[-1:]))  # the longest read of each key
        times = np.diff(last, prepend=-1)
        longest, size = begins[np.repeat(last, times)], ends - begins
        behind = text.bytes[longest + size]
        whole = (behind == _COMMA) | (behind == _END) | (size == _EMPTY)  # it does not end within an element
        other = np.flatnonzero(~(whole & text.same(begins, longest, size)))
        kept = map(self._number, keys[last].tolist(), text.between(begins[last], ends[last]))
        number = np.repeat(np.fromiter(kept, dtype=np.int32), times)
        number[other] = [*map(self._number, keys[other].tolist(), text.between(begins[other], ends[other]))]
        place = np.empty((2, len(order)), dtype=np.int32)
        place[:, order] = number, size
        self._places.append(place)

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
        text = Text(b"".join(texts))
        elements, commas = integers(text)
        so_far = np.zeros(len(text.text) + 1, dtype=np.int32)
        so_far[commas + 1] = 1
        np.cumsum(so_far, out=so_far)
        number, size = np.concatenate([np.empty((2, 0), dtype=np.int32), *self._places], axis=1)
        begins = np.cumsum([0, *map(len, texts)])[number]
        empty = size == _EMPTY
        ends = np.where(empty, begins, begins + size)  # without bracket, with a comma
        return elements, np.where(empty, 0, so_far[begins]), np.where(empty, 0, so_far[ends])


def integers(text: Text) -> tuple[Ints, Ints]:
    """The integers of a text, each with a comma behind it, and the places of the commas."""
    commas = text.find(b",")
    found, behind = text.integers(np.append(0, commas + 1)[: len(commas)])
    if np.any(behind != commas):
        raise UnusualError
    return found, commas
