"""A reader of EDN, the notation in which Clojure programs print their data (github.com/edn-format/edn).

Values come out as JSON has them, because that is what a history holds: nil, booleans, numbers, strings, lists
(for vectors, lists and sets) and dicts. Keywords, symbols and characters become strings: `:ok` is "ok". A tag
is dropped and its value kept, so that a record such as `#jepsen.history.Op{:index 0, ...}` reads as its map.

The reader keeps a stack of its own, so that nesting is bounded by `DEPTH_MAX` and not by the interpreter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from histories.errors import HistoryError
from histories.values import DEPTH_MAX, TOO_DEEP, freeze

_TOKEN: Final = re.compile(
    r"""
    [\s,]*+ (?: ;[^\n]*+ [\s,]*+ )*+          # white space and comments
    (?: (
      "[^"\\]*+ (?: \\. [^"\\]*+ )*+ "        # a string
    | \#\{ | [\[({\])}]                       # a bracket
    | \#_ | \^                                # discard what follows, or what follows it is metadata
    | \\ (?: [^\s,;"()\[\]{}\\]++ | . )       # a character
    | [^\s,;"()\[\]{}\\]++                    # a keyword, number, symbol or tag
    | .                                       # nothing that EDN knows
    ) | \Z )
    """,
    re.VERBOSE | re.DOTALL,
)
_SEQUENCE: Final = re.compile(r"[\s,]*+(?:;[^\n]*+[\s,]*+)*+[\[(]")
_INTEGER: Final = re.compile(r"([+-]?\d+)N?")
_HEXADECIMAL: Final = re.compile(r"[+-]?0[xX][0-9a-fA-F]+")
_REAL: Final = re.compile(r"([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(M?)")
_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\", "/": "/", "'": "'"}
_CHARACTERS: Final = {"newline": "\n", "return": "\r", "space": " ", "tab": "\t", "formfeed": "\f", "backspace": "\b"}
_CONSTANTS: Final[dict[str, Any]] = {"nil": None, "true": True, "false": False}
_CLOSER: Final = {"[": "]", "(": ")", "{": "}", "#{": "}"}

_DISCARD: Final = "#_"
_OPENING: Final = frozenset(_CLOSER) | {_DISCARD}
_DIGITS_MAX: Final = 4000  # of more, the interpreter makes an error of its own
_REMEMBERED_MAX: Final = 10_000


class _Open:
    """A collection whose end has not been read, or a prefix (a tag, a discard) whose value has not."""

    __slots__ = ("items", "kind", "position")

    def __init__(self, kind: str, position: int) -> None:
        self.kind = kind
        self.position = position
        self.items: list[Any] = []


def read_forms(text: str, *, unwrap: bool = False) -> Iterator[tuple[int, Any]]:
    """The values of a text with the positions where they begin, lazily; `HistoryError` where it is not EDN.

    With `unwrap`, a vector or list that comes first is not itself a value: its elements are.
    """
    stack: list[_Open] = []
    floor = int(unwrap and bool(_SEQUENCE.match(text)))  # the depth at which values are handed out
    seen: dict[str, Any] = dict(_CONSTANTS)  # what each atom met so far means
    for match in _TOKEN.finditer(text):
        word = match[1]
        if word in seen:
            position, value = match.start(), seen[word]
        elif word is None:
            break
        elif word in _OPENING or word[0] in "#^":
            _push(stack, word, text, match.start(1))
            continue
        elif word in "])}":
            collection = _pop(stack, word, text, match.start(1))
            if len(stack) < floor:
                floor = 0
                continue
            position, value = collection.position, _build(collection, text)
        else:
            position, value = match.start(1), _atom(word, text, match.start(1))
            if len(seen) < _REMEMBERED_MAX:
                seen[word] = value
        if stack and stack[-1].kind not in _CLOSER and _is_discarded(stack):
            continue
        if len(stack) > floor:
            stack[-1].items.append(value)
        else:
            yield position, value
    if stack:
        raise error_at(text, stack[-1].position, f"expected the end of what {stack[-1].kind!r} begins, found none")


def read_value(text: str) -> Any:
    """The one value of a text; `HistoryError` if it has none, or several."""
    forms = list(read_forms(text))
    if len(forms) != 1:
        raise HistoryError(f"expected one value, found {len(forms)} in {shortened(text)}")
    return forms[0][1]


def error_at(text: str, position: int, problem: str) -> HistoryError:
    """The error, with the line in which a position lies."""
    return HistoryError(problem, line=text.count("\n", 0, position) + 1)


def shortened(text: str) -> str:
    """The text in quotes, cut to what fits in a message."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _push(stack: list[_Open], word: str, text: str, position: int) -> None:
    if len(stack) >= DEPTH_MAX:
        raise error_at(text, position, TOO_DEEP)
    if word.startswith("##") or word == "#":
        raise error_at(text, position, f"expected a value, found {shortened(word)}")
    stack.append(_Open(_DISCARD if word[0] == "^" else word, position))


def _pop(stack: list[_Open], token: str, text: str, position: int) -> _Open:
    if not stack:
        raise error_at(text, position, f"expected a value, found {token!r}, which closes nothing")
    opened = stack.pop()
    if _CLOSER.get(opened.kind) != token:
        wanted = repr(_CLOSER[opened.kind]) if opened.kind in _CLOSER else f"a value after {shortened(opened.kind)}"
        raise error_at(text, position, f"expected {wanted}, found {token!r}")
    return opened


def _is_discarded(stack: list[_Open]) -> bool:
    """Take the prefixes before a value off the stack, up to one that discards it."""
    while stack and stack[-1].kind not in _CLOSER:
        if stack.pop().kind == _DISCARD:
            return True
    return False


def _build(collection: _Open, text: str) -> Any:
    items = collection.items
    if collection.kind != "{":
        return items
    if len(items) % 2:
        raise error_at(text, collection.position, "expected a value for each key of a map, found a key alone")
    keys = items[::2]
    built = dict(zip([k if type(k) is str else freeze(k) for k in keys], items[1::2], strict=True))
    if len(built) < len(keys):
        raise error_at(text, collection.position, "expected each key of a map once, found one twice")
    return built


def _atom(token: str, text: str, position: int) -> Any:
    if token.isdecimal() and token.isascii() and len(token) <= _DIGITS_MAX:
        return int(token)
    first = token[0]
    if first == ":" and len(token) > 1:
        return token[1:]
    if first == '"' and len(token) > 1:
        return _ESCAPE.sub(lambda escape: _unescaped(escape, text, position), token[1:-1])
    if first.isdigit() or (first in "+-" and token[1:2].isdigit()):
        return _number(token, text, position)
    if first == "\\" and len(token) > 1:
        return _CHARACTERS.get(token[1:], token[1:])
    if first in '":\\' or not token.isprintable():
        raise error_at(text, position, f"expected a value, found {shortened(token)}")
    return token


def _number(token: str, text: str, position: int) -> int | float | Decimal:
    if len(token) <= _DIGITS_MAX:
        if integer := _INTEGER.fullmatch(token):
            return int(integer[1])
        if _HEXADECIMAL.fullmatch(token):
            return int(token, 16)
        real = _REAL.fullmatch(token)
        if real and real[2]:
            return Decimal(real[1])
        if real:
            return float(real[1])
    raise error_at(text, position, f"expected a number, found {shortened(token)}")


def _unescaped(escape: re.Match[str], text: str, position: int) -> str:
    if escape[1] and not 0xD800 <= int(escape[1], 16) < 0xE000:
        return chr(int(escape[1], 16))
    if escape[2] not in _ESCAPES:
        raise error_at(text, position, f"expected an escape that EDN knows in a string, found {escape[0]!r}")
    return _ESCAPES[escape[2]]
