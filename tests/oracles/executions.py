"""Long histories that an object really had: a client calls, something happens at a moment after, the client is told."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from histories import Operation, Outcome

CALL, ACT, ACT_UNHEARD, RETURN = range(4)


def execution(luck, thing, count, clients, *, info=0.0):
    """`count` operations on an object of `tests.oracles.objects` by so many clients; of some nobody hears back.

    Such an operation takes effect later, or not at all. Its process does nothing more, and a new one takes its place.
    """
    happening = [(luck.random(), CALL, client, 0) for client in range(clients)]
    heapify(happening)
    state, position, next_process = thing.initial, 0, clients
    asked, results, ends = [], {}, {}
    while happening:
        now, kind, process, number = heappop(happening)
        if kind == CALL:
            if len(asked) == count:
                continue
            number = len(asked)
            asked.append((position, process, *thing.choose(luck, number)))
            position += 1
            if luck.random() >= info:
                heappush(happening, (now + luck.random(), ACT, process, number))
                continue
            if luck.random() < 0.5:
                heappush(happening, (now + 10 * luck.random(), ACT_UNHEARD, process, number))
            heappush(happening, (now + luck.random(), CALL, next_process, 0))
            next_process += 1
        elif kind == RETURN:
            ends[number] = position
            position += 1
            heappush(happening, (now + luck.random(), CALL, process, 0))
        else:
            done = thing.act(state, process, *asked[number][2:])
            if done is not None:
                state, results[number] = done
            if kind == ACT:
                heappush(happening, (now + luck.random(), RETURN, process, number))
    return tuple(
        Operation(
            index=index,
            process=process,
            f=f,
            value=value,
            end=ends.get(number),
            outcome=Outcome.INFO if number not in ends else Outcome.OK if number in results else Outcome.FAIL,
            result=results.get(number) if number in ends else None,
        )
        for number, (index, process, f, value) in enumerate(asked)
    )
