from __future__ import annotations

from itertools import pairwise

import pytest

from harness.report import Cycle, CycleEdge, CycleNode
from harness.report.cycle_figure import cycle_figure, ring
from tests.harness.report.samples import parsed


def around(count, lines=("r x 1", "append x 2")):
    names = [f"T{k}" for k in range(1, count + 1)]
    return Cycle(
        nodes=tuple(CycleNode(name=name, lines=lines, index=k) for k, name in enumerate(names)),
        edges=tuple(
            CycleEdge(source=name, target=names[(k + 1) % count], label=("ww", "wr", "rw")[k % 3], reason=f"reason {k}")
            for k, name in enumerate(names)
        ),
    )


@pytest.mark.parametrize("count", range(1, 30))
@pytest.mark.parametrize("columns", [2, 3, 4])
def test_a_ring_has_a_cell_for_each_and_neighbours_are_near(count, columns):
    cells = ring(count, columns)
    assert len(set(cells)) == len(cells) == count
    for (x, y), (next_x, next_y) in pairwise(cells):
        assert abs(x - next_x) <= 1
        assert abs(y - next_y) <= 1


@pytest.mark.parametrize("count", [2, 3, 4, 7, 12])
def test_every_transaction_and_every_labelled_edge_is_drawn_inside_the_picture(count):
    root = parsed(cycle_figure(around(count)))
    words = [text.text for text in root.iter("text")]
    assert [word for word in words if word.startswith("T")] == [f"T{k}" for k in range(1, count + 1)]
    assert sorted(word for word in words if word in {"ww", "wr", "rw"}) == sorted(e.label for e in around(count).edges)
    width, height = (float(root.get(side)) for side in ("width", "height"))
    for box in root.iter("rect"):
        assert float(box.get("x")) >= 0
        assert float(box.get("x")) + float(box.get("width")) <= width
        assert float(box.get("y")) >= 0
        assert float(box.get("y")) + float(box.get("height")) <= height


def test_two_arrows_between_the_same_transactions_go_different_ways():
    root = parsed(cycle_figure(around(2)))
    there, back = (path.get("d") for path in root.iter("path"))
    assert there.split("Q")[1].split()[1] != back.split("Q")[1].split()[1]


def test_a_long_transaction_is_cut_in_the_box_and_whole_in_its_title():
    drawn = cycle_figure(around(2, lines=tuple(f"append {k} 1" for k in range(20))))
    assert "… 13 more" in drawn
    assert "append 19 1" in drawn


def test_edges_join_nodes_and_nodes_have_names_of_their_own():
    with pytest.raises(ValueError, match="expected edges among"):
        Cycle(nodes=(CycleNode(name="T1"),), edges=(CycleEdge(source="T1", target="T9", label="ww"),))
    with pytest.raises(ValueError, match="name of its own"):
        Cycle(nodes=(CycleNode(name="T1"), CycleNode(name="T1")))
