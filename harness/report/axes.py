"""Scales and round numbers for axes."""

from __future__ import annotations

import math

import attrs


@attrs.frozen
class Scale:
    """A map from [low, high] to pixels [start, stop], linear or logarithmic; values outside land on the border."""

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The pixel of a value."""
        low, high = self._measure(self.low), self._measure(self.high)
        share = (self._measure(value) - low) / (high - low) if high > low else 0.5
        return self.start + (self.stop - self.start) * min(max(share, 0.0), 1.0)

    def _measure(self, value: float) -> float:
        return math.log10(max(value, 1e-12)) if self.log else value


def ticks(low: float, high: float, most: int = 8) -> list[float]:
    """Round numbers within [low, high]: multiples of 1, 2 or 5 times a power of ten, at most `most` + 1."""
    if not high > low:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(k * step, 12) for k in range(first, last + 1)]


def decades(low: float, high: float) -> list[float]:
    """The powers of ten within [low, high]."""
    return [10.0**k for k in range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)]
