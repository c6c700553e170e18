"""The whole run for the page's viewer: every operation as a few numbers and a short label, in columns.

A page stays usable with tens of thousands of operations because the browser draws only what is in view. Of
more than OPERATIONS_MAX, those around the first anomaly are kept; the overview above the viewer shows all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from harness.report.faults import Fault
from harness.report.lanes import Lanes
from harness.report.palette import family_colour
from harness.report.words import label, value_text
from histories import History, Operation

OPERATIONS_MAX = 60_000
LABEL = 36


def viewer_data(
    history: History,
    lanes: Lanes,
    faults: Sequence[Sequence[Fault]],
    marks: Mapping[int, int],
    end_ns: int,
) -> str:
    """JSON that may stand in a script element. Times are in whole microseconds, starts as differences.

    `marks` numbers operations by index; `faults` are rows of faults, as the overview has them.
    """
    operations = nearest(history.operations, marks)
    starts = [op.invoke_ns // 1000 for op in operations]
    data: dict[str, Any] = {
        "span": end_ns // 1000 + 1,
        "lanes": [lane.name for lane in lanes.rows],
        "row": [lanes.row_of[op.process] for op in operations],
        "start": [later - earlier for earlier, later in zip([0, *starts], starts, strict=False)],
        "length": [-1 if op.end_ns is None else (op.end_ns - op.invoke_ns) // 1000 for op in operations],
        "outcome": "".join(str(op.outcome)[0] for op in operations),
        "key": [op.key if op.key is None or type(op.key) is int else value_text(op.key, LABEL) for op in operations],
        "label": [label(op, LABEL) for op in operations],
        "index": [op.index for op in operations],
        "process": [op.process for op in operations],
        "marks": {str(index): number for index, number in marks.items()},
        "faults": [
            [
                [f.start_ns // 1000, f.until(end_ns) // 1000, family_colour(f.family), f"{f.family}: {f.summary}"]
                for f in row
            ]
            for row in faults
        ],
    }
    return inert(msgspec.json.encode(data).decode())


def inert(json: str) -> str:
    """The same JSON, with nothing in it that could end a script element or start a comment."""
    return json.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def nearest(
    operations: Sequence[Operation], marks: Mapping[int, int], most: int = OPERATIONS_MAX
) -> Sequence[Operation]:
    """At most so many operations, in a row, with the first marked one in the middle where there is one."""
    if len(operations) <= most:
        return operations
    first = min(marks, default=operations[0].index)
    middle = next((position for position, op in enumerate(operations) if op.index >= first), 0)
    start = min(max(middle - most // 2, 0), len(operations) - most)
    return operations[start : start + most]
