"""Small random histories: intervals, outcomes and processes at random, results by a mostly plausible guess."""

from __future__ import annotations

from histories import Operation, Outcome

OUTCOMES = (Outcome.OK, Outcome.OK, Outcome.OK, Outcome.OK, Outcome.INFO, Outcome.FAIL)


def intervals(luck, count, processes):
    """`count` operations of some processes as (process, call, return): each process does one thing at a time."""
    free, busy, spans, clock = list(range(processes)), {}, [], 0
    while len(spans) < count or busy:
        if free and len(spans) < count and (not busy or luck.random() < 0.55):
            process = free.pop(luck.randrange(len(free)))
            busy[process] = len(spans)
            spans.append([process, clock, None])
        else:
            process = luck.choice(sorted(busy))
            spans[busy.pop(process)][2] = clock
            free.append(process)
        clock += 1
    return spans


def history(luck, fill, *, count_max=7, processes_max=4, outcomes=OUTCOMES):
    """Operations whose f, value and result `fill(luck, count)` chooses; the result of one that is not ok is dropped."""
    spans = intervals(luck, luck.randint(1, count_max), luck.randint(1, processes_max))
    operations = []
    for (process, call, end), (f, value, result) in zip(spans, fill(luck, len(spans)), strict=True):
        outcome = luck.choice(outcomes)
        operations.append(
            Operation(
                index=call,
                process=process,
                f=f,
                value=value,
                result=result if outcome is Outcome.OK else None,
                outcome=outcome,
                end=None if outcome is Outcome.INFO and luck.random() < 0.3 else end,
            )
        )
    return tuple(operations)


def register(luck, count):
    """Reads, writes and compare-and-sets; what is read or compared with is nearly always written by somebody."""
    fs = luck.choice(
        (("read", "write"), ("read", "write", "cas"), ("read", "cas", "cas"), ("read", "read", "write", "cas"))
    )
    chosen = [luck.choice(fs) for _ in range(count)]
    unique = luck.random() < 0.5
    values = luck.randint(1, 4)
    new = [number + 1 if unique else luck.randint(1, values) for number in range(count)]
    seen = [None, *(value for f, value in zip(chosen, new, strict=True) if f != "read")]
    if luck.random() < 0.1:
        seen.append(99)
    for f, value in zip(chosen, new, strict=True):
        if f == "read":
            yield f, None, luck.choice(seen)
        elif f == "write":
            yield f, value, value
        else:
            asked = [luck.choice(seen), value]
            yield f, asked, asked
