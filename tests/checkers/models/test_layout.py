from __future__ import annotations

from checkers.models import MODELS, dot, layout, strictly_weaker


def test_every_arrow_goes_down():
    drawn = layout()
    assert set(drawn.ranks) == set(drawn.models) == set(MODELS)
    assert all(drawn.ranks[stronger] < drawn.ranks[weaker] for stronger, weaker in drawn.arrows)


def test_arrows_say_all_and_none_follows_from_others():
    arrows = set(layout().arrows)
    reached = {name: {name} for name in MODELS}
    for _ in MODELS:
        for stronger, weaker in arrows:
            reached[stronger] |= reached[weaker]
    assert {name: seen - {name} for name, seen in reached.items()} == {name: strictly_weaker(name) for name in MODELS}
    for stronger, weaker in arrows:
        others = {low for high, low in arrows if high == stronger and low != weaker}
        assert not any(weaker in strictly_weaker(other) for other in others)


def test_the_strongest_stands_at_the_top_and_nothing_floats():
    drawn = layout()
    assert drawn.models[0] == "strict-serializable"
    assert drawn.ranks["strong-eventual"] + 1 == drawn.ranks["eventual"]


def test_the_picture_in_dot_has_all_models_and_arrows():
    text = dot()
    assert text.startswith("digraph")
    assert '"serializable" -> "snapshot-isolation";' in text
    assert '"linearizable" [shape=ellipse];' in text
    assert text.count("->") == len(layout().arrows)
