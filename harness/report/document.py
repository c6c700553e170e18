"""`verdict.json`: the verdict as one JSON document, for programs. Its fields are a promise to those who read it."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from checkers.verdict import Anomaly, Classification, Status
from harness.report.info import RunInfo
from harness.report.lattice import Lattice
from histories import History, Outcome

FORMAT = 1

VALID: dict[Status, bool | str] = {
    Status.HOLDS: True,
    Status.VIOLATED: False,
    Status.UNKNOWN: "unknown",
    Status.NOT_TESTABLE: "unknown",
}


def verdict_document(
    info: RunInfo,
    history: History,
    classification: Classification,
    *,
    lattice: Lattice,
    seconds: float | None = None,
) -> dict[str, Any]:
    """The document as plain data. `seconds` is how long the run took, None where nobody measured it."""
    return {
        "format": FORMAT,
        "valid": VALID[info.validity],
        "claim": info.claim,
        "models": {
            model: {
                "status": str(classification.models[model].status),
                "because": _encodable(classification.models[model].because),
            }
            for model in lattice.in_order(classification.models)
        },
        "strongest_holding": lattice.strongest_holding(classification),
        "weakest_violated": lattice.weakest_violated(classification),
        "anomalies": [_anomaly(anomaly) for anomaly in classification.anomalies],
        "operations": len(history),
        "ok": history.count(Outcome.OK),
        "fail": history.count(Outcome.FAIL),
        "info": history.count(Outcome.INFO),
        "seconds": seconds,
        "statistics": {str(k): _plain(v) for k, v in {**info.statistics, **classification.statistics}.items()},
    }


def verdict_json(document: dict[str, Any]) -> str:
    """The document as text, with a line break at the end."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _anomaly(anomaly: Anomaly) -> dict[str, Any]:
    return {
        "type": anomaly.type,
        "operations": [int(index) for index in anomaly.operations],
        "explanation": _encodable(anomaly.explanation),
    }


def _encodable(text: str) -> str:
    """The same text, with halves of characters, which UTF-8 cannot say, escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _plain(value: Any) -> float | int | str | None:
    """A number as JSON has it: numpy's become Python's, and what is not finite becomes null."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, int | float | str) else str(value)
