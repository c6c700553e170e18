from __future__ import annotations

import functools
import math
from typing import Any, Final

import attrs

from systems.simulation.simulation import ticks

_QUANTILES: Final = 1024
_LN_2: Final = 0.6931471805599453


def _probability(_: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{attribute.name} is {value}, and must be a probability, from 0 to 1")


def _duration(_: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0 <= value < math.inf:
        raise ValueError(f"{attribute.name} is {value}, and must be a finite number of seconds, 0 or more")


def _positive(_: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not value > 0:
        raise ValueError(f"{attribute.name} is {value}, and must be more than 0")


@attrs.frozen(kw_only=True)
class Link:
    """What a link does to messages, and what a fault adds to that; by itself nothing."""

    delay: float = attrs.field(default=0.0, validator=_duration)  # seconds, the least
    jitter: float = attrs.field(default=0.0, validator=_duration)  # seconds, the mean of what comes on top
    loss: float = attrs.field(default=0.0, validator=_probability)
    duplication: float = attrs.field(default=0.0, validator=_probability)
    corruption: float = attrs.field(default=0.0, validator=_probability)
    bandwidth: float = attrs.field(default=math.inf, validator=_positive)  # bytes a second

    @property
    def only_delays(self) -> bool:
        """Whether every message gets through as it is, though late."""
        return self.loss == self.duplication == self.corruption == 0 and self.bandwidth == math.inf

    def __add__(self, other: Link) -> Link:
        """Both at once."""
        return Link(
            delay=self.delay + other.delay,
            jitter=self.jitter + other.jitter,
            loss=_either(self.loss, other.loss),
            duplication=_either(self.duplication, other.duplication),
            corruption=_either(self.corruption, other.corruption),
            bandwidth=min(self.bandwidth, other.bandwidth),
        )


def _either(p: float, q: float) -> float:
    return 1 - (1 - p) * (1 - q)


@functools.cache
def _exponential() -> tuple[float, ...]:
    """Quantiles of the exponential distribution of mean 1."""
    return tuple(-_ln(1 - (i + 0.5) / _QUANTILES) for i in range(_QUANTILES))


def _ln(x: float) -> float:
    """The logarithm, of arithmetic alone: that of `math` differs from one C library to another."""
    mantissa, exponent = math.frexp(x)
    z = (mantissa - 1) / (mantissa + 1)
    series = 0.0
    for k in range(35, 0, -2):
        series = series * z * z + 1 / k
    return exponent * _LN_2 + 2 * z * series


@functools.lru_cache(maxsize=1024)
def delays(delay: float, jitter: float) -> tuple[float, ...]:
    """1024 times, in seconds, of which one is drawn for each message: `delay`, and an exponential share of `jitter`."""
    return tuple(ticks(delay + jitter * quantile) for quantile in _exponential())


def size_of(message: Any) -> int:
    """About how many bytes a message takes on the wire."""
    if isinstance(message, (str, bytes)):
        return len(message) + 1
    if isinstance(message, tuple):
        return 1 + sum(map(size_of, message))
    if attrs.has(type(message)):
        return 1 + sum(size_of(getattr(message, field.name)) for field in attrs.fields(type(message)))
    return 8
