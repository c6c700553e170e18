"""Unique ids: no two are the same."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final

from checkers.data.conclusion import conclude, counted, listed, name_of, only
from checkers.verdict import Anomaly, Classification
from histories import History, HistoryError, Operation, freeze

DUPLICATED: Final = "duplicated-id"


def check_unique_ids(history: History) -> Classification:
    """Judge the property `unique-ids`: each `generate` that is ok returned an id that no other did, for any key.

    Raises `HistoryError` for other operations, and for one that is ok and returned nothing.
    """
    only(history, {"generate"})
    found: dict[Hashable, list[Operation]] = {}
    for operation in history:
        if operation.ok:
            if operation.result is None:
                raise HistoryError(f"expected an id as the result of {operation}", source=history.source)
            found.setdefault(freeze(operation.result), []).append(operation)
    anomalies = [
        Anomaly(
            type=DUPLICATED,
            operations=tuple(operation.index for operation in operations),
            explanation=f"The id {each} was given {len(operations)} times: to {listed(list(map(name_of, operations)))}",
            evidence=each,
        )
        for each, operations in found.items()
        if len(operations) > 1
    ]
    return conclude(
        {"unique-ids": {DUPLICATED}},
        anomalies,
        holds=f"{counted(len(found), 'id')}, and no two are the same",
        unknown={} if found else {"unique-ids": "no id was given"},
        refutes={DUPLICATED},
    )
