"""Drawing an acyclic graph in layers, after Sugiyama, Tagawa and Toda (1981).

Arrows point downwards. Those that others imply are left out; those that span several layers bend around what
is between; the order within a layer is improved by barycentres, and positions by least squares under the
distances that the widths require. Everything is decided by the order of the input, so a graph has one drawing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise

import attrs

SWEEPS = 24
PULLS = 80
BEND_WIDTH = 12.0  # what a long arrow takes in the layers that it passes


@attrs.frozen(kw_only=True)
class Drawing:
    """Where each node is: `places` gives (x of its middle, layer); `routes` the points that each arrow passes."""

    places: Mapping[str, tuple[float, int]]
    routes: tuple[tuple[tuple[float, int], ...], ...]
    arrows: tuple[tuple[str, str], ...]
    layers: int


def drawing_of(nodes: Sequence[str], arrows: Iterable[tuple[str, str]], width: float, gap: float) -> Drawing:
    """Lay out nodes of one width, `gap` apart; `ValueError` for a circle or an arrow to a stranger."""
    kept = reduced(nodes, arrows)
    layer = _layers(nodes, kept)
    depth = max(layer.values(), default=-1) + 1
    chains = {arrow: _chain(arrow, layer) for arrow in kept}
    rows: list[list[str]] = [[node for node in nodes if layer[node] == level] for level in range(depth)]
    down: dict[str, list[str]] = {}
    for chain in chains.values():
        for level, bend in enumerate(chain[1:-1], start=layer[chain[0]] + 1):
            rows[level].append(bend)
        for upper, lower in pairwise(chain):
            down.setdefault(upper, []).append(lower)
    up: dict[str, list[str]] = {}
    for upper, lowers in down.items():
        for lower in lowers:
            up.setdefault(lower, []).append(upper)
    widths = {name: width + gap if name in layer else BEND_WIDTH for row in rows for name in row}
    rows = _ordered(rows, up, down)
    x = _positioned(rows, _pulls(nodes, kept, chains), widths)
    level_of = {name: level for level, row in enumerate(rows) for name in row}
    return Drawing(
        places={node: (x[node], layer[node]) for node in nodes},
        routes=tuple(tuple((x[name], level_of[name]) for name in chains[arrow]) for arrow in kept),
        arrows=tuple(kept),
        layers=depth,
    )


def reduced(nodes: Sequence[str], arrows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The arrows that no path of other arrows implies."""
    distinct = list(dict.fromkeys(arrows))
    children: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in distinct:
        if source not in children or target not in children:
            raise ValueError(f"expected arrows among the nodes, found {source!r} -> {target!r}")
        children[source].append(target)
    below: dict[str, frozenset[str]] = {}
    for node in _bottom_up(nodes, children):
        below[node] = frozenset(children[node]).union(*(below[child] for child in children[node]))
    return [
        (source, target)
        for source, target in distinct
        if not any(target in below[other] for other in children[source] if other != target)
    ]


def _bottom_up(nodes: Sequence[str], children: Mapping[str, Sequence[str]]) -> list[str]:
    done: dict[str, None] = {}
    path: dict[str, None] = {}

    def visit(node: str) -> None:
        if node in path:
            raise ValueError(f"expected no circle among the arrows, found one through {node!r}")
        if node not in done:
            path[node] = None
            for child in children[node]:
                visit(child)
            del path[node]
            done[node] = None

    for node in nodes:
        visit(node)
    return list(done)


def _layers(nodes: Sequence[str], arrows: Sequence[tuple[str, str]]) -> dict[str, int]:
    """As low as the longest way to the bottom allows, then up where that shortens the arrows."""
    children = {node: [t for s, t in arrows if s == node] for node in nodes}
    parents = {node: [s for s, t in arrows if t == node] for node in nodes}

    @cache
    def height(node: str) -> int:
        return 1 + max((height(child) for child in children[node]), default=-1)

    top = max((height(node) for node in nodes), default=0)
    layer = {node: top - height(node) for node in nodes}
    for _ in nodes:
        for node in nodes:
            if len(parents[node]) > len(children[node]):
                layer[node] = max(layer[parent] for parent in parents[node]) + 1
    return layer


def _chain(arrow: tuple[str, str], layer: Mapping[str, int]) -> list[str]:
    source, target = arrow
    return [source, *(f"{source}\0{target}\0{k}" for k in range(layer[source] + 1, layer[target])), target]


def _ordered(rows: list[list[str]], up: Mapping[str, list[str]], down: Mapping[str, list[str]]) -> list[list[str]]:
    best, least = rows, _crossings(rows, down)
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        rows = [list(row) for row in rows]
        levels = range(1, len(rows)) if downwards else range(len(rows) - 2, -1, -1)
        for level in levels:
            beside = rows[level - 1] if downwards else rows[level + 1]
            place = {name: position for position, name in enumerate(beside)}
            near = up if downwards else down
            current = {name: position for position, name in enumerate(rows[level])}
            rows[level].sort(
                key=lambda name: (_mean([place[n] for n in near.get(name, [])], current[name]), current[name])
            )
        crossings = _crossings(rows, down)
        if crossings < least:
            best, least = rows, crossings
    return best


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default


def _crossings(rows: Sequence[Sequence[str]], down: Mapping[str, list[str]]) -> int:
    total = 0
    for upper, lower in pairwise(rows):
        place = {name: position for position, name in enumerate(lower)}
        ends = [sorted(place[n] for n in down.get(name, [])) for name in upper]
        flat = [end for group in ends for end in group]
        total += sum(a > b for i, a in enumerate(flat) for b in flat[i + 1 :])
    return total


def _pulls(
    nodes: Sequence[str], arrows: Sequence[tuple[str, str]], chains: Mapping[tuple[str, str], Sequence[str]]
) -> dict[str, list[str]]:
    """What each place wants to be near: nodes to the other ends of their arrows, a bend to what is below it."""
    near: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in arrows:
        near[source].append(target)
        near[target].append(source)
    for chain in chains.values():
        near.update({bend: [below] for bend, below in pairwise(chain[1:])})
    return near


def _positioned(
    rows: Sequence[Sequence[str]], near: Mapping[str, Sequence[str]], widths: Mapping[str, float]
) -> dict[str, float]:
    x: dict[str, float] = {}
    for row in rows:
        left = -sum(widths[name] for name in row) / 2
        for name in row:
            x[name] = left + widths[name] / 2
            left += widths[name]
    for sweep in range(PULLS):
        levels = rows if sweep % 2 == 0 else list(reversed(rows))
        for row in levels:
            wanted = [_mean([x[n] for n in near[name]], x[name]) for name in row]
            x.update(zip(row, spread(wanted, [widths[name] for name in row]), strict=True))
    return x


def spread(wanted: Sequence[float], widths: Sequence[float]) -> list[float]:
    """The places nearest to those wanted (least squares) that keep the order and give everyone his width.

    With the distances taken out this is an isotonic regression: neighbours in the wrong order are pooled.
    """
    offsets, total = [], 0.0
    for width in widths:
        offsets.append(total + width / 2)
        total += width
    pools: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        mean, size = want - offset, 1
        while pools and pools[-1][0] > mean:
            other, others = pools.pop()
            mean, size = (mean * size + other * others) / (size + others), size + others
        pools.append((mean, size))
    places = [mean for mean, size in pools for _ in range(size)]
    return [place + offset for place, offset in zip(places, offsets, strict=True)]
