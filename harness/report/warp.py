"""Time that is stretched where things happen, for pictures in which the order matters more than the distance.

Between two neighbouring events the picture leaves a gap that grows with the logarithm of the time between
them, so operations of a millisecond can be read beside a time-out of seconds, and before still looks before.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

import attrs

GAP_MIN = 1.0  # the width of the smallest gap, in units that are scaled to the picture
GAP_MAX = 4.0
WIDER = 3.0


@attrs.frozen
class Warp:
    """A monotone map from nanoseconds to pixels, linear between the knots and flat outside them."""

    knots_ns: tuple[int, ...]
    pixels: tuple[float, ...]

    def __call__(self, time_ns: float) -> float:
        """The pixel of a moment."""
        right = bisect_right(self.knots_ns, time_ns)
        if right == 0:
            return self.pixels[0]
        if right == len(self.knots_ns):
            return self.pixels[-1]
        start, stop = self.knots_ns[right - 1], self.knots_ns[right]
        left = self.pixels[right - 1]
        return left + (self.pixels[right] - left) * (time_ns - start) / (stop - start)


def warp_of(times_ns: Iterable[int], wide: Sequence[tuple[int, int]], left: float, right: float) -> Warp:
    """A map of these moments onto [left, right]; a single moment lands in the middle.

    Within the spans of `wide` there is more room than elsewhere.
    """
    knots = sorted(set(times_ns))
    if len(knots) < 2:
        return Warp(tuple(knots or [0]), ((left + right) / 2,))
    steps = [later - earlier for earlier, later in pairwise(knots)]
    least, most = min(steps), max(steps)
    spread = math.log(most / least) or 1.0
    gaps = [GAP_MIN + (GAP_MAX - GAP_MIN) * math.log(step / least) / spread for step in steps]
    for position, start in enumerate(knots[:-1]):
        if any(first <= start < last for first, last in wide):
            gaps[position] *= WIDER
    scale = (right - left) / sum(gaps)
    pixels = [left]
    for gap in gaps:
        pixels.append(pixels[-1] + gap * scale)
    return Warp(tuple(knots), tuple(pixels))
