"""Values, operations, times and counts in words, safe to print anywhere: no control characters, bounded length."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from checkers.verdict import Status
from histories import Operation, Outcome

PLAIN = re.compile(r"(?!(nil|true|false)$)[A-Za-z_][\w.:-]*", re.ASCII)  # strings that need no quotes

CONSTANTS = {None: "nil", True: "true", False: "false"}

DEPTH_MAX = 8  # a value that is nested deeper is cut

SHORT = {"read": "r", "write": "w"}

OUTCOME_WORDS = {Outcome.OK: "ok", Outcome.FAIL: "failed", Outcome.INFO: "indeterminate"}

VERDICT_WORDS = {
    Status.HOLDS: "Claim held",
    Status.VIOLATED: "Claim violated",
    Status.UNKNOWN: "Claim undecided",
    Status.NOT_TESTABLE: "Claim not testable",
}

SIGNS = {Status.HOLDS: "✓", Status.VIOLATED: "✗", Status.UNKNOWN: "?", Status.NOT_TESTABLE: "\N{EN DASH}"}


def clean(text: str) -> str:
    """The same text with what cannot be printed escaped; line breaks and tabs stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis where some are missing."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)] + "…"


def width(text: str) -> int:
    """How many columns of a fixed-width font the text takes: wide characters take two, combining ones none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def value_text(value: Any, limit: int = 80) -> str:
    """A value as people in the field write it: nil, true, 3, [1 2 3], x, "two words"."""
    return shortened(_value(value, limit), limit)


def _value(value: Any, limit: int, depth: int = 0) -> str:
    if depth > DEPTH_MAX:
        return "…"
    if value is None or isinstance(value, bool):
        return CONSTANTS[value]
    if isinstance(value, str):
        return value if PLAIN.fullmatch(value) else clean(json.dumps(value, ensure_ascii=False))
    if isinstance(value, list | tuple):
        return f"[{_some([_value(part, limit, depth + 1) for part in value[:limit]], len(value), limit)}]"
    if isinstance(value, dict):
        pairs = [
            f"{_value(k, limit, depth + 1)}: {_value(v, limit, depth + 1)}" for k, v in list(value.items())[:limit]
        ]
        return f"{{{_some(pairs, len(value), limit)}}}"
    return clean(str(value))


def _some(parts: list[str], length: int, limit: int) -> str:
    return " ".join(parts) + (" …" if length > limit else "")


def micro_text(micro: Any, limit: int = 40) -> str:
    """One micro-operation of a transaction: `append 5 3`, `r 7 [1 2]`."""
    if isinstance(micro, list | tuple) and len(micro) == 3 and isinstance(micro[0], str):
        f, key, value = micro
        return shortened(f"{clean(f)} {value_text(key)} {value_text(value, limit)}", limit)
    return value_text(micro, limit)


def label(operation: Operation, limit: int = 28) -> str:
    """What a bar of a timeline has room for: `w 5`, `r 5`, `cas 3→5`, `append 5 3, r 7 [1 2]`."""
    f = SHORT.get(operation.f, clean(operation.f))
    known = operation.known
    if operation.f == "txn" and isinstance(known, list | tuple):
        return shortened(", ".join(micro_text(micro, limit) for micro in known[:limit]), limit)
    if operation.f == "cas" and isinstance(operation.value, list | tuple) and len(operation.value) == 2:
        return shortened("{} {}→{}".format(f, *(value_text(part) for part in operation.value)), limit)
    if operation.f == "read" and not operation.ok:
        return f"{f} ?"
    if known is None and operation.f != "read":
        return shortened(f, limit)
    return shortened(f"{f} {value_text(known, limit)}", limit)


def sentence(operation: Operation, limit: int = 200) -> str:
    """What was asked and what was learnt: `read key 4 → 17`, `write key 4 ← 18, indeterminate: timeout`."""
    where = "" if operation.key is None else f" key {value_text(operation.key)}"
    doubt = "" if operation.ok else f", {OUTCOME_WORDS[operation.outcome]}"
    if operation.error:
        doubt += f": {shortened(clean(operation.error), 80)}"
    return clean(operation.f) + where + _exchange(operation, limit) + doubt


def _exchange(operation: Operation, limit: int) -> str:
    known = operation.known
    if operation.f == "txn" and isinstance(known, list | tuple):
        return " " + shortened(", ".join(micro_text(micro, limit) for micro in known[:limit]), limit)
    if operation.f == "cas" and isinstance(operation.value, list | tuple) and len(operation.value) == 2:
        return " {} → {}".format(*(value_text(part) for part in operation.value))
    if operation.f == "read":
        return f" → {value_text(known, limit)}" if operation.ok else ""
    return "" if known is None else f" ← {value_text(known, limit)}"


def count(number: float, noun: str = "", plural: str | None = None) -> str:
    """A number with thousands parted, and its noun in the right number: `5,120 operations`, `1 fault`."""
    digits = f"{number:,}" if isinstance(number, int) else f"{number:,.6g}"
    return f"{digits} {noun if number == 1 else plural or noun + 's'}" if noun else digits


def seconds(time_ns: float, digits: int = 3) -> str:
    """Nanoseconds as seconds: `1.204 s`."""
    return f"{time_ns / 1e9:,.{digits}f} s"


def signed(value_s: float) -> str:
    """Seconds ahead or behind: `+1.8 s`, `\N{MINUS SIGN}0.25 s`, `±0 s`."""
    return f"{value_s:+.3g} s".replace("-", "\N{MINUS SIGN}") if value_s else "±0 s"


def duration(time_ns: float) -> str:
    """Nanoseconds in the unit that suits them: `350 µs`, `4.2 ms`, `1.3 s`."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if abs(time_ns) >= size:
            return f"{time_ns / size:,.3g} {unit}" if abs(time_ns) < 1e12 else f"{time_ns / size:,.0f} {unit}"
    return f"{time_ns:.0f} ns"


def listed(words: tuple[str, ...] | list[str], most: int = 6) -> str:
    """Words as an English list: `a`, `a and b`, `a, b and c`, `a, b, … (4 more)`."""
    if len(words) > most:
        return f"{', '.join(words[:most])}, … ({len(words) - most} more)"
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
