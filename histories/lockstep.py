"""Parsing in lockstep: many places of one text are parsed at once, one step in all of them and then the next.

A line of a journal is parsed in some dozens of steps. Done line by line that is some dozens of operations of Python
for each; in lockstep it is as many operations of numpy for thousands of lines. The eight bytes at a place are looked
at as one number, of which the first byte is the lowest; so one comparison finds a word, and a few multiplications the
value of eight digits (D. Lemire, "Quickly parsing eight digits", 2018). To fetch what stands at a place costs about
the same for eight bytes and for sixty-four, so longer texts are compared in blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from histories.codes import Ints

Mask = NDArray[np.bool_]
Words = NDArray[np.uint64]

WORD: Final = 8
"""So many bytes are looked at at once."""

BLOCK: Final = 64
"""So many bytes are compared at once; literals are not longer."""

DIGITS_MAX: Final = 18
"""Numbers of more digits may not fit."""


class UnusualError(Exception):
    """Something that only the general way of reading knows how to treat."""


class Text:
    """A text, and what can be asked of many places in it, which come as arrays."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        padded = text + bytes(BLOCK + WORD)
        self.bytes = np.frombuffer(padded, dtype=np.uint8)  # and some zeros behind
        self._words: Words = np.ndarray(len(text) + BLOCK, dtype="<u8", buffer=padded, strides=(1,))
        self._blocks = np.ndarray(len(text) + WORD, dtype=f"V{BLOCK}", buffer=padded, strides=(1,))

    def between(self, begins: Ints, ends: Ints) -> Iterable[bytes]:
        """The texts between some places."""
        return map(self.text.__getitem__, map(slice, begins.tolist(), ends.tolist()))

    def find(self, byte: bytes, other: bytes = b"") -> Ints:
        """All places of a byte, or of either of two."""
        found = self.bytes == byte[0]
        if other:
            found |= self.bytes == other[0]
        return np.flatnonzero(found)

    def sees(self, at: Ints, literal: bytes) -> Mask:
        """Where a literal stands."""
        if len(literal) == 1:
            return self.bytes[at] == literal[0]
        seen = _equal(self._words[at], literal[:WORD])
        for begin in range(WORD, len(literal), WORD):
            seen &= _equal(self._words[at + begin], literal[begin : begin + WORD])
        return seen

    def past(self, at: Ints, literal: bytes) -> Ints:
        """The places behind a literal; `UnusualError` if it is missing anywhere."""
        if not self.sees(at, literal).all():
            raise UnusualError
        return at + len(literal)

    def one_of(self, at: Ints, literals: Sequence[bytes]) -> tuple[NDArray[np.int8], Ints]:
        """Which of some short literals stands there, and the places behind it; `UnusualError` if it is none.

        None of them begins another.
        """
        words = self._words[at]
        which = np.full(len(at), -1, dtype=np.int8)
        for number, literal in enumerate(literals):
            which += np.int8(number + 1) * _equal(words, literal)
        if np.any(which < 0):
            raise UnusualError
        return which, at + np.array(list(map(len, literals)))[which]

    def same(self, at: Ints, others: Ints, sizes: Ints) -> Mask:
        """Where the texts at two places are the same, so many bytes as the sizes say."""
        same, rows, done = np.ones(len(at), dtype=np.bool_), np.flatnonzero(sizes), 0
        while len(rows):
            left = sizes[rows] - done
            differ = self._block(at[rows] + done) ^ self._block(others[rows] + done)
            differ &= _FIRST_BYTES.take(np.minimum(left, BLOCK), axis=0)
            same[rows] = (differ != 0).view(np.uint64).ravel() == 0
            done += BLOCK
            rows = rows[same[rows] & (left > BLOCK)]
        return same

    def _block(self, at: Ints) -> Words:
        """The blocks at some places, a row of words each."""
        return self._blocks[at].view("<u8").reshape(-1, BLOCK // WORD)

    def distinct(self, begins: Ints, ends: Ints) -> set[bytes]:
        """The texts between some places, each once: soon told if they are few and short."""
        found: set[bytes] = set()
        for _ in range(_DISTINCT_MAX):
            if not len(begins) or ends[0] - begins[0] > BLOCK:
                break
            literal = self.text[begins[0] : ends[0]]
            others = ~self.sees(begins, literal) | (ends - begins != len(literal))
            begins, ends = begins[others], ends[others]
            found.add(literal)
        return found.union(self.between(begins, ends))

    def integers(self, at: Ints) -> tuple[Ints, Ints]:
        """The integers there, as JSON writes them, and the places behind them; `UnusualError` if one is none."""
        words = self._words[at]
        minus = _first_bytes(words) == ord("-")
        begin = at + minus
        words[minus] = self._words[begin[minus]]
        value, size = _leading_digits(words)
        rows = np.flatnonzero(size == WORD)
        while len(rows):
            more, digits = _leading_digits(self._words[begin[rows] + size[rows]])
            value[rows] = value[rows] * _POWERS[digits] + more
            size[rows] += digits
            if np.any(size[rows] > DIGITS_MAX):
                raise UnusualError
            rows = rows[digits == WORD]
        zero = _first_bytes(words) == ord("0")
        if not size.all() or np.any(zero & (minus | (size > 1))):
            raise UnusualError
        value[minus] *= -1
        return value, begin + size


def _equal(words: Words, literal: bytes) -> Mask:
    """Which words begin with at most eight bytes."""
    wanted = np.uint64(int.from_bytes(literal, "little"))
    if len(literal) < WORD:
        words = words & np.uint64((1 << 8 * len(literal)) - 1)
    return words == wanted


def _first_bytes(words: Words) -> NDArray[np.uint8]:
    return words.view(np.uint8)[::WORD]


def _leading_digits(words: Words) -> tuple[Ints, Ints]:
    """The value of the digits with which each word begins, and how many they are."""
    digits = words ^ _each(ord("0"))
    other = (digits + _each(0x7F - 9) | digits) & _each(0x80)  # the high bit of each byte that is no digit
    lowest = other & (~other + np.uint64(1))
    size = np.bitwise_count(lowest - np.uint64(1)) >> np.uint8(3)
    digits = digits << (np.uint64(64) - np.uint64(8) * size)  # so that they end where the word does
    for mask, factor, shift in _STEPS:
        digits = (digits & mask) * factor >> shift
    return digits.astype(np.int64), size.astype(np.int64)


def _each(byte: int) -> np.uint64:
    return np.uint64(int.from_bytes(bytes([byte] * WORD), "little"))


_STEPS: Final = tuple(  # digits become pairs of digits, these become fours, and these an eight
    (np.uint64(mask), np.uint64(1 + (ten << shift)), np.uint64(shift))
    for mask, ten, shift in (
        (0x0F0F0F0F0F0F0F0F, 10, 8),
        (0x00FF00FF00FF00FF, 100, 16),
        (0x0000FFFF0000FFFF, 10_000, 32),
    )
)
_POWERS: Final[Ints] = 10 ** np.arange(WORD + 1)

_DISTINCT_MAX: Final = 32  # so many texts are looked for in all places
_FIRST_BYTES: Final = np.where(np.arange(BLOCK) < np.arange(BLOCK + 1)[:, None], 0xFF, 0).astype(np.uint8).view("<u8")
