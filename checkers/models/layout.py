"""The lattice as a picture wants it: models in ranks, stronger above weaker, and the arrows that are not implied."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from checkers.models.lattice import MODELS, by_strength, downward_implications, strictly_weaker
from checkers.models.rows import Data


@attrs.frozen(kw_only=True)
class Layout:
    """Models with their ranks (0 is the strongest), strongest first, and arrows as (stronger, weaker).

    Arrows are those that hold for every kind of data and do not follow from others. Of two models with the same
    histories the one that the tables call stronger stands above.
    """

    ranks: Mapping[str, int]
    arrows: tuple[tuple[str, str], ...]

    @property
    def models(self) -> tuple[str, ...]:
        """All models, by rank."""
        return tuple(sorted(self.ranks, key=lambda name: self.ranks[name]))


def layout() -> Layout:
    """The whole lattice."""
    arrows = tuple(
        (stronger, weaker)
        for stronger, weaker in downward_implications()
        if not any(weaker in strictly_weaker(other) for other in strictly_weaker(stronger))
    )
    ranks = dict.fromkeys(by_strength(MODELS), 0)
    for name in ranks:
        for stronger, weaker in arrows:
            if stronger == name:
                ranks[weaker] = max(ranks[weaker], ranks[name] + 1)
    implied = {weaker for _, weaker in arrows}
    for name in ranks:
        if name not in implied:  # no higher than it needs to be
            ranks[name] = min(ranks[weaker] for stronger, weaker in arrows if stronger == name) - 1
    return Layout(ranks=ranks, arrows=arrows)


def dot() -> str:
    """The lattice in the language of Graphviz; models of single objects are round."""
    drawn = layout()
    lines = ["digraph models {", "  rankdir=TB;", "  node [shape=box, fontname=Helvetica];"]
    for rank in range(max(drawn.ranks.values()) + 1):
        names = " ".join(f'"{name}";' for name in drawn.models if drawn.ranks[name] == rank)
        lines.append(f"  {{ rank=same; {names} }}")
    lines += [f'  "{name}" [shape=ellipse];' for name in drawn.models if MODELS[name].data == {Data.OPERATIONS}]
    lines += [f'  "{stronger}" -> "{weaker}";' for stronger, weaker in drawn.arrows]
    return "\n".join([*lines, "}"]) + "\n"
