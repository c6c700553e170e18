import itertools
from collections import Counter

from harness.generators import (
    Completion,
    Context,
    Each,
    Generator,
    Invocation,
    Later,
    Limit,
    Nothing,
    Stagger,
    Then,
    Until,
    on_each_thread,
    simulate,
)
from histories import Outcome
from systems.simulation.luck import Luck


def numbers():
    return Each(lambda number, _: Invocation(f="write", value=number))


def values(planned):
    return [plan.invocation.value for plan in planned]


def test_each_operation_takes_its_latency_and_threads_work_side_by_side():
    planned = simulate(Limit(numbers(), 6), threads=2, latency=1.0)
    assert [(plan.begin, plan.thread) for plan in planned] == list(itertools.product((0.0, 1.0, 2.0), (0, 1)))
    assert values(planned) == [0, 1, 2, 3, 4, 5]


def test_a_generator_is_a_value_and_asking_it_twice_gives_the_same_answer():
    generator = Stagger(numbers(), rate=10)
    context = Context(now=0.0, thread=0, threads=1, luck=Luck.of(1))
    assert generator.next(context) == generator.next(context)


def test_nothing_is_nothing():
    assert simulate(Nothing(), threads=3) == ()


def test_stagger_keeps_its_rate_and_is_uneven():
    planned = simulate(Stagger(numbers(), rate=100), threads=20, most=2000)
    begins = [plan.begin for plan in planned]
    assert 18 < begins[-1] < 22
    gaps = {round(b - a, 6) for a, b in itertools.pairwise(begins)}
    assert len(gaps) > 1000


def test_stagger_does_not_make_up_for_time_lost():
    planned = simulate(Stagger(numbers(), rate=1000), threads=1, latency=1.0, most=5)
    assert all(b.begin - a.begin >= 1.0 for a, b in itertools.pairwise(planned))


def test_until_ends_in_time():
    planned = simulate(Until(Stagger(numbers(), rate=10), 2.0), threads=4)
    assert planned
    assert all(plan.begin < 2.0 for plan in planned)


def test_then_goes_on_to_the_next_part():
    planned = simulate(Then((Limit(numbers(), 2), Limit(numbers(), 3))), threads=1)
    assert values(planned) == [0, 1, 0, 1, 2]


def test_a_script_gives_each_thread_its_own_steps():
    script = on_each_thread(lambda thread: (Invocation(f="read", key=(thread, n)) for n in range(3)), threads=2)
    keys = Counter(plan.invocation.key for plan in simulate(script, threads=2))
    assert keys == Counter((thread, n) for thread in range(2) for n in range(3))


class Countdown(Generator):
    """Reads until it has been told of enough completions."""

    def __init__(self, left):
        self.left = left

    def next(self, context):
        return (Invocation(f="read") if self.left > 0 else None), self

    def update(self, completion):
        assert completion.outcome is Outcome.OK
        return Countdown(self.left - 1)


def test_completions_reach_a_generator_through_every_combinator():
    wrapped = Until(Stagger(Limit(Then((Countdown(3),)), 100), rate=100), 100.0)
    assert len(simulate(wrapped, threads=1)) == 3


class Patient(Generator):
    def next(self, context):
        return (Later(at=5.0) if context.now < 5 else Invocation(f="read")), self


def test_later_is_asked_again_at_that_time():
    planned = simulate(Limit(Patient(), 1), threads=1)
    assert planned[0].begin == 5.0


def test_one_thread_more_or_less_leaves_the_luck_of_the_others():
    def lucky(number, context):
        return Invocation(f="write", value=context.luck.integer(1 << 30))

    def of_thread_0(threads):
        planned = simulate(Each(lucky), threads=threads, most=10 * threads)
        return [plan.invocation.value for plan in planned if plan.thread == 0]

    assert of_thread_0(1)[:5] == of_thread_0(7)[:5]


def test_a_completion_says_who_and_what():
    told = Completion(thread=1, f="read", key=2, outcome=Outcome.OK, result=3)
    assert Nothing().update(told) == Nothing()
