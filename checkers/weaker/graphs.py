"""Ways and strong components in graphs whose nodes may be anything."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def path(successors: Callable[[Node], Iterable[Node]], first: Node, last: Node) -> list[Node]:
    """The shortest way from one node to another; empty where there is none."""
    came_from = {first: first}
    waiting = deque([first])
    while waiting and last not in came_from:
        node = waiting.popleft()
        for after in successors(node):
            if after not in came_from:
                came_from[after] = node
                waiting.append(after)
    if last not in came_from:
        return []
    way = [last]
    while way[-1] != first:
        way.append(came_from[way[-1]])
    return way[::-1]


def strong_components(nodes: Iterable[Node], successors: Callable[[Node], Iterable[Node]]) -> Iterator[list[Node]]:
    """The strong components of a graph, each after those that it leads to (Tarjan 1972, without recursion)."""
    number: dict[Node, int] = {}
    lowest: dict[Node, int] = {}
    open_nodes: list[Node] = []  # whose component is not complete yet, in the order in which they were found
    places: dict[Node, int] = {}  # of the open nodes
    for root in nodes:
        calls: list[tuple[Node, Iterator[Node]]] = []
        after: Node | None = None if root in number else root
        while calls or after is not None:
            if after is not None:
                number[after] = lowest[after] = len(number)
                places[after] = len(open_nodes)
                open_nodes.append(after)
                calls.append((after, iter(successors(after))))
            node, rest = calls[-1]
            after = next((each for each in _noted(rest, node, number, lowest, places)), None)
            if after is None:
                calls.pop()
                if calls:
                    lowest[calls[-1][0]] = min(lowest[calls[-1][0]], lowest[node])
                if lowest[node] == number[node]:
                    component = open_nodes[places[node] :]
                    del open_nodes[places[node] :]
                    for member in component:
                        del places[member]
                    yield component


def _noted(
    rest: Iterator[Node], node: Node, number: dict[Node, int], lowest: dict[Node, int], places: dict[Node, int]
) -> Iterator[Node]:
    """The successors that have not been found before; of the others that are open it is noted that node leads there."""
    for after in rest:
        if after not in number:
            yield after
        elif after in places:
            lowest[node] = min(lowest[node], number[after])
