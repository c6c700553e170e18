"""Histories drawn as timelines, one process a line:

    0:  [write x 1]            [read x -> 2]
    1:        [write x 2?   [add 3!

An operation stretches from its bracket to its end: `]` if it is ok, `?` if nobody knows, `!` if it failed. Columns are
time; of two in the same column, the one in the upper line comes first. An operation is an f, perhaps an object (a
letter), perhaps a value, perhaps a result after an arrow, both in JSON. A write's result is its value.
"""

from __future__ import annotations

import json
import re

from histories import History, Operation, Outcome

OPERATION = re.compile(r"(?P<f>[\w-]+)(?: (?P<key>[a-z])\b)?(?: (?P<value>[^>]*?))??(?: *-> (?P<result>.*))?")
ENDS = {"]": Outcome.OK, "?": Outcome.INFO, "!": Outcome.FAIL}


def timeline(drawing):
    """The history that a drawing shows."""
    found = []
    for row, line in enumerate(drawing.strip("\n").splitlines()):
        process, _, _ = line.partition(":")
        found += [
            (int(process), (call, row), (end, row), line[call + 1 : end], line[end]) for call, end in _spans(line)
        ]
    columns = sorted(column for _, call, end, _, _ in found for column in (call, end))
    return History(
        operations=tuple(
            _operation(process, columns.index(call), columns.index(end), text.strip(), ENDS[mark])
            for process, call, end, text, mark in sorted(found, key=lambda each: each[1])
        )
    )


def _spans(line):
    """Where operations begin and end: at brackets that are in no other bracket."""
    depth = call = 0
    for column, character in enumerate(line):
        if character == "[":
            depth += 1
            call = column if depth == 1 else call
        elif character == "]" or (character in "?!" and depth == 1):
            depth -= 1
            if depth == 0:
                yield call, column


def _operation(process, index, end, text, outcome):
    match = OPERATION.fullmatch(text)
    value = json.loads(match["value"]) if match["value"] else None
    result = json.loads(match["result"]) if match["result"] else value
    return Operation(
        index=index,
        end=end,
        process=process,
        f=match["f"],
        key=match["key"],
        value=value,
        result=result if outcome is Outcome.OK else None,
        outcome=outcome,
        invoke_ns=index * 10**9,
        end_ns=end * 10**9,
    )
