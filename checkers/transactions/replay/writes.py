"""Read uncommitted: the writes of ok transactions, in the order in which lists show them and reads saw them.

What transactions of other fates wrote is passed over, and a read may show anything that is on its way, but nothing
that nobody wrote.
"""

from __future__ import annotations

import numpy as np

from checkers.transactions.replay.arrays import Ints, batches, heads, spans, uncovered
from checkers.transactions.replay.errors import RefusedError
from checkers.transactions.replay.script import Script
from histories.transactions import APPEND, WRITE


def written_in_order(script: Script, everybody: Script) -> None:
    """Raises `RefusedError` where the writes of a key were not made in the order of the commits.

    Or where a read shows what `everybody`, of any fate, did not write.
    """
    _written(everybody)
    _shown(script)
    _over_reads(script)


def _written(script: Script) -> None:
    """What reads show was written, and no list shows one element twice."""
    single = np.flatnonzero(script.is_read & (script.value >= 0))
    unwritten = single[script.writers(script.key[single], script.value[single]) < 0]
    if len(unwritten):
        raise RefusedError(f"{script.reading(int(unwritten[0]))}, which nobody wrote")
    reads = np.flatnonzero(script.is_read & script.of_list)
    reads = reads[uncovered(script.base[reads], script.start[reads], script.length[reads])]
    length = script.length[reads]
    for low, high in batches(length):
        number, write = _elements(script, reads[low:high], length[low:high])
        code = np.sort(number * len(script.written) + write)
        found = code[heads(code)] // max(len(script.written), 1)
        wrong = np.flatnonzero(np.bincount(found, minlength=high - low) < length[low:high])
        if len(wrong):
            raise RefusedError(
                f"{script.reading(int(reads[low + wrong[0]]))}, some of which nobody wrote, or only once"
            )


def _shown(script: Script) -> None:
    """Elements of a list stand in the order of the commits, and what nobody saw comes after what somebody saw."""
    place = script.place[script.writes]
    shown = np.zeros(len(place), dtype=bool)
    latest = np.full(len(script.touches.keys), -1)
    reads = np.flatnonzero(script.is_read & script.of_list)
    reads = reads[uncovered(script.base[reads], script.start[reads], script.length[reads])]
    length = script.length[reads]
    for low, high in batches(length):
        number, write = _elements(script, reads[low:high], length[low:high])
        back = np.flatnonzero((number[1:] == number[:-1]) & (place[write[1:]] < place[write[:-1]]))
        if len(back):
            read = int(reads[low + number[back[0]]])
            raise RefusedError(f"{script.reading(read)}, which is not the order of the commits")
        shown[write] = True
        np.maximum.at(latest, script.key[reads[low + number]], place[write])
    touches = script.writes
    late = np.flatnonzero((script.kind[touches] == APPEND) & ~shown & (latest[script.key[touches]] > place))
    if len(late):
        who, touch = script.name(int(place[late[0]])), int(touches[late[0]])
        value, key = script.value_of(touch), script.key_of(touch)
        raise RefusedError(f"{who} appended {value} to key {key} unseen, but before others who were seen")


def _elements(script: Script, reads: Ints, length: Ints) -> tuple[Ints, Ints]:
    """The elements that some reads show, as far as the script has writes of them: by which read, and the write."""
    number = np.repeat(np.arange(len(reads)), length)
    elements = script.touches.elements[spans(script.start[reads], length)]
    write = script.writers(script.key[reads][number], elements)
    return number[write >= 0], write[write >= 0]


def _over_reads(script: Script) -> None:
    """Who reads a register and then writes it, comes after the one whose write it read."""
    then = np.flatnonzero(script.kind == WRITE)
    then = then[script.alone[then] < then]
    then = then[script.is_read[then - 1] & (script.value[then - 1] >= 0)]
    write = script.writers(script.key[then], script.value[then - 1])
    then, write = then[write >= 0], write[write >= 0]
    first = script.place[script.writes[write]]
    wrong = np.flatnonzero(first > script.place[then])
    if len(wrong):
        who, other = script.name(int(script.place[then[wrong[0]]])), script.name(int(first[wrong[0]]))
        key = script.key_of(int(then[wrong[0]]))
        raise RefusedError(f"{who} wrote over what {other} wrote to key {key}, and before it")
