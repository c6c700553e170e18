"""The options of a Test, made from its fields."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

import attrs
import rich_click as click

from harness.test import Test, written

F = TypeVar("F", bound=Callable[..., Any])

SHOWN_AS: Mapping[str, str] = {"int": "NUMBER", "float": "NUMBER", "str": "TEXT", "str | None": "TEXT"}
TYPES: Mapping[str, type] = {"int": int, "float": float}


class Names(click.ParamType[tuple[str, ...]]):
    """Names by comma; `none` for no name."""

    name = "names"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:  # noqa: ARG002
        """A tuple of names, each once."""
        if isinstance(value, tuple):
            return value
        names = [name.strip() for name in value.split(",")]
        return tuple(dict.fromkeys(name for name in names if name and name != "none"))


def test_options(function: F) -> F:
    """Give a command every setting of a Test as an option of the same name, which is None where it is not given."""
    for field in reversed(attrs.fields(Test)):
        shown = "" if field.default is None else f"  [default: {written(field.default)}]"
        function = _option(field, shown)(function)
    return function


def setting_options(*, leave_out: Collection[str]) -> Callable[[F], F]:
    """Give a command the settings of a Test but these, as options that are None where they are not given."""

    def decorate(function: F) -> F:
        for field in reversed(attrs.fields(Test)):
            if field.name not in leave_out:
                function = _option(field)(function)
        return function

    return decorate


def _option(field: attrs.Attribute[Any], shown: str = "") -> Callable[[F], F]:
    kind = field.type.__name__ if isinstance(field.type, type) else str(field.type)
    names = kind.startswith("tuple")
    return click.option(
        f"--{field.name.replace('_', '-')}",
        type=Names() if names else TYPES.get(kind, str),
        metavar="A,B" if names else SHOWN_AS[kind],
        help=field.metadata["help"] + shown,
    )


store_option = click.option("--store", default="store", show_default=True, metavar="DIR", help="where runs are kept")
json_option = click.option("--json", "as_json", is_flag=True, help="print one JSON document and nothing else")
