"""A Test is a value: what runs against what, for how long, under which faults, with which seed.

It can be written as TOML, printed as one command line, hashed, and run on another machine. The table of fields
is the one place that says what can be chosen: options, TOML keys, checks and help are made from it.
"""

from __future__ import annotations

import hashlib
import math
import shlex
import tomllib
from collections.abc import Callable
from typing import Any, ClassVar

import attrs
import cattrs
import tomli_w


class TestError(ValueError):
    """A test that cannot be: says which setting is wrong and what was expected."""

    __test__ = False


def setting(default: Any, text: str, expected: str = "", check: Callable[[Any], bool] | None = None) -> Any:
    """A field of a Test: its default, its help text, and what its value must be."""

    def validate(_test: Test, field: attrs.Attribute[Any], value: Any) -> None:
        if check is not None and not check(value):
            raise TestError(f"--{field.name.replace('_', '-')}: expected {expected}, got {value!r}")

    return attrs.field(default=default, validator=validate, metadata={"help": text})


SPOKEN = frozenset({"system", "workload", "nemesis", "seed"})  # in every command line, at its default or not


def _clients(text: str) -> bool:
    number = text.removesuffix("n")
    return number.isdecimal() and int(number) > 0


def _positive(number: float) -> bool:
    return number > 0


def _positive_and_finite(number: float) -> bool:
    return 0 < number < math.inf


@attrs.frozen(kw_only=True)
class Test:
    """One test. Times are seconds of the harness's clock, which is virtual for simulated systems."""

    __test__: ClassVar = False  # not for pytest to collect

    system: str = setting("lww", "the system under test: a name, module:Class, or path/to/file.py[:Class]")
    bug: str | None = setting(None, "start the system with one of its seeded bugs")
    workload: str = setting("register", "what the clients do")
    claim: str | None = setting(None, "the consistency model that must hold (default: see `fallacy list workloads`)")
    nemesis: tuple[str, ...] = setting(("partition", "clock"), "families of faults, by comma; or none")
    seed: int = setting(0, "all chance comes from it", "a whole number from 0", lambda n: 0 <= n < 1 << 64)
    time_limit: float = setting(20.0, "how long the clients run", "a positive number of seconds", _positive_and_finite)
    nodes: int = setting(5, "how many nodes the system has", "a whole number from 1 to 99", lambda n: 1 <= n <= 99)
    concurrency: str = setting("2n", "how many clients; 2n is two a node", "a count above 0 such as 10 or 2n", _clients)
    rate: float = setting(
        200.0, "operations a second, all clients together; inf for all they can", "a positive number", _positive
    )
    timeout: float = setting(
        1.0, "when a client gives up on an operation", "a positive number of seconds", _positive_and_finite
    )
    nemesis_interval: float = setting(
        4.0, "the mean time from one fault to the next", "a positive number of seconds", _positive_and_finite
    )
    keys: int = setting(5, "how many objects are in use at a time", "a whole number from 1", _positive)
    ops_per_key: int = setting(
        200, "how many operations an object gets before another takes its place", "a whole number from 1", _positive
    )
    quiet: float = setting(
        5.0,
        "how long all rests, healed, before the final reads",
        "a number of seconds from 0",
        lambda s: 0 <= s < math.inf,
    )

    @property
    def clients(self) -> int:
        """How many clients that is."""
        if self.concurrency.endswith("n"):
            return int(self.concurrency[:-1]) * self.nodes
        return int(self.concurrency)

    @property
    def hash(self) -> str:
        """Twelve hex digits that are equal for equal tests."""
        return hashlib.sha256(self.to_toml().encode()).hexdigest()[:12]

    def to_toml(self) -> str:
        """All settings as TOML; those that are None are left out."""
        return tomli_w.dumps({name: value for name, value in attrs.asdict(self).items() if value is not None})

    @classmethod
    def from_toml(cls, text: str) -> Test:
        """The test that such a text describes; `TestError` names the setting that is wrong."""
        try:
            return _converter.structure(tomllib.loads(text), cls)
        except tomllib.TOMLDecodeError as error:
            raise TestError(f"expected TOML: {error}") from None
        except cattrs.BaseValidationError as error:
            raise TestError("; ".join(cattrs.transform_error(error, format_exception=_say))) from None

    def command(self, verb: str = "run") -> str:
        """One command line that runs this very test; what is at its default is left out, but for what people ask."""
        words = ["fallacy", verb]
        for field in attrs.fields(Test):
            value = getattr(self, field.name)
            if value != field.default or field.name in SPOKEN:
                words += [f"--{field.name.replace('_', '-')}", written(value)]
        return shlex.join(words)


def written(value: Any) -> str:
    """A setting's value as the command line has it."""
    if isinstance(value, tuple):
        return ",".join(value) or "none"
    return str(value).removesuffix(".0")


def _say(error: BaseException, _type: type | None) -> str:
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        return f"no such setting: {', '.join(sorted(error.extra_fields))}"
    return str(error)


_converter = cattrs.Converter(forbid_extra_keys=True)
