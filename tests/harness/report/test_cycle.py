from __future__ import annotations

from itertools import pairwise

import attrs
import pytest

from checkers.transactions import evidence
from checkers.verdict import Anomaly
from harness.report.cycle import Cycle, CycleEdge, CycleNode
from harness.report.cycle_evidence import cycle_of
from harness.report.cycle_figure import cycle_figure, ring, style_of
from histories import History, Operation, Outcome
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


def test_a_cycle_that_nobody_could_take_in_is_left_to_the_prose():
    assert cycle_figure(around(25)) == ""


def test_a_long_transaction_is_cut_in_the_box_and_whole_in_its_title():
    drawn = cycle_figure(around(2, lines=tuple(f"append {k} 1" for k in range(20))))
    assert "… 13 more" in drawn
    assert "append 19 1" in drawn


def txn(index, *micros):
    known = [list(micro) for micro in micros]
    return Operation(index=index, process=index, f="txn", value=known, result=known, outcome=Outcome.OK, end=index + 50)


HISTORY = History(operations=(txn(3, ("append", "x", 1)), txn(5, ("r", "y", None), ("r", "x", [1])), txn(7)))
THERE = evidence.Edge(
    kind=evidence.Kind.WR, before=3, after=5, key="x", at=(evidence.Place(3, 0), evidence.Place(5, 1))
)
BACK = evidence.Edge(kind=evidence.Kind.REALTIME, before=5, after=3)
G1C = evidence.Cycle(edges=(THERE, BACK))


def anomaly_with(proof):
    return Anomaly(type="G1c", operations=(3, 5), explanation="", evidence=proof)


def test_the_evidence_of_a_checker_is_drawn_under_the_names_of_its_explanation():
    cycle = cycle_of(anomaly_with(G1C), HISTORY)
    assert [(node.name, node.index, node.lines) for node in cycle.nodes] == [
        ("T1", 3, ("append x 1",)),
        ("T2", 5, ("r y nil", "r x [1]")),
    ]
    assert [(edge.source, edge.label, edge.target) for edge in cycle.edges] == [
        ("T1", "wr", "T2"),
        ("T2", "realtime", "T1"),
    ]
    assert cycle.edges[0].reason == "append x 1 before r x [1]"


def test_of_a_refutation_the_first_case_is_drawn():
    given = evidence.Ordered(key="x", first=evidence.Place(7, 0), then=evidence.Place(3, 0))
    refutation = evidence.Refutation(cases=(evidence.Case(given=(given,), cycle=G1C),))
    assert [node.name for node in cycle_of(anomaly_with(refutation), HISTORY).nodes] == ["T2", "T3"]


@pytest.mark.parametrize("proof", [None, "stale", evidence.Clash(places=(evidence.Place(3, 0),))])
def test_other_evidence_has_no_cycle(proof):
    assert cycle_of(anomaly_with(proof), HISTORY) is None


def test_a_predicate_edge_says_so_and_keeps_its_style():
    edge = attrs.evolve(THERE, kind=evidence.Kind.RW, predicate=True)
    drawn = cycle_of(anomaly_with(evidence.Cycle(edges=(edge, BACK))), HISTORY)
    assert drawn.edges[0].label == "predicate rw"
    assert style_of(drawn.edges[0]) == "rw"
    assert style_of(drawn.edges[1]) == "order"


def test_edges_join_nodes_and_nodes_have_names_of_their_own():
    with pytest.raises(ValueError, match="expected edges among"):
        Cycle(nodes=(CycleNode(name="T1"),), edges=(CycleEdge(source="T1", target="T9", label="ww"),))
    with pytest.raises(ValueError, match="name of its own"):
        Cycle(nodes=(CycleNode(name="T1"), CycleNode(name="T1")))
