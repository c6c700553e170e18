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


def of_object(luck, thing, *, count_max=7, processes_max=4, mutations=None):
    """A history that a data type really had, and then, mostly, with a result or two of another operation."""
    count = max(luck.randint(1, count_max), luck.randint(1, count_max))
    spans = intervals(luck, count, luck.randint(1, processes_max))
    chosen = [thing.choose(luck, number) for number in range(len(spans))]
    outcomes = [luck.choice(OUTCOMES) for _ in spans]
    moments = []
    for number, (_, call, end) in enumerate(spans):
        if outcomes[number] is Outcome.OK:
            moments.append((luck.uniform(call, end), number))
        elif outcomes[number] is Outcome.INFO and luck.random() < 0.6:
            moments.append((luck.uniform(call, 2 * len(spans)), number))
    state, results = thing.initial, {}
    for _, number in sorted(moments):
        done = thing.act(state, spans[number][0], *chosen[number])
        if done is not None:
            state, results[number] = done
        else:
            results[number] = chosen[number][1]
            if luck.random() < 0.8:
                outcomes[number] = Outcome.FAIL
    telling = [n for n in results if chosen[n][1] is None or results[n] != chosen[n][1]]
    for _ in range(luck.choice((0, 1, 1, 2, 3)) if mutations is None else mutations):
        number = luck.choice(telling) if telling else 0
        alike = [n for n in telling if question(*chosen[n]) == question(*chosen[number])]
        others = [results[n] for n in alike if results[n] != results[number]]
        if others and luck.random() < 0.8:
            results[number] = luck.choice(others)
        else:
            outcomes[luck.randrange(len(spans))] = luck.choice((Outcome.INFO, Outcome.FAIL))
    return tuple(
        Operation(
            index=call,
            process=process,
            f=chosen[number][0],
            value=chosen[number][1],
            result=results.get(number) if outcomes[number] is Outcome.OK else None,
            outcome=outcomes[number],
            end=None if outcomes[number] is Outcome.INFO and luck.random() < 0.3 else end,
        )
        for number, (process, call, end) in enumerate(spans)
    )


def question(f, value):
    """What kind of answer there is to it: a read of the whole tells something else than a read of a part."""
    return f, value is None


def collection(put, take, look):
    """Items put in once each; what is taken is mostly taken once, and mostly was put in by somebody."""

    def fill(luck, count):
        chosen = [luck.choice((put, put, take, take, look)) for _ in range(count)]
        items = [number + 1 for number, f in enumerate(chosen) if f == put]
        luck.shuffle(items)
        untaken = list(items)
        for number, f in enumerate(chosen):
            if f == put:
                yield f, number + 1, number + 1
            elif not items or luck.random() < 0.1:
                yield f, None, None
            elif f == take and untaken and luck.random() < 0.95:
                yield f, None, untaken.pop()
            else:
                yield f, None, luck.choice(items)

    return fill
