from systems.transactions.sessions import FORGET_SWEEPS, IDLE_SWEEPS, Session, Sessions
from systems.transactions.steps import Step


class Desk:
    """Sessions, and which of them ended without a word."""

    def __init__(self):
        self.ended, self.waiting = [], []
        self.sessions = Sessions(Session, end=self.ended.append, waits=lambda session: session in self.waiting)

    def take(self, transaction, number, verb="read", client="c"):
        """Whether the step is taken, "answered" without that, or "dropped"."""
        session, wants_answer = self.sessions.take(client, Step(transaction, number, verb))
        return session or ("answered" if wants_answer else "dropped")

    def sweep(self, times):
        for _ in range(times):
            self.sessions.sweep()


def test_the_steps_of_a_transaction_are_taken_in_order_in_one_session():
    desk = Desk()
    sessions = [desk.take(0, number) for number in range(3)]
    assert sessions[0] is sessions[1] is sessions[2]
    assert sessions[0].steps == 3


def test_copies_are_dropped_also_of_transactions_that_are_over():
    desk = Desk()
    first = desk.take(0, 0)
    desk.take(0, 1)
    assert desk.take(0, 0) == desk.take(0, 1) == "dropped"
    first.is_open = False
    assert desk.take(0, 1) == "dropped"
    desk.take(1, 0)
    assert desk.take(0, 0) == desk.take(0, 2) == "dropped"


def test_a_step_of_a_transaction_that_is_not_known_is_answered():
    desk = Desk()
    assert desk.take(4, 2) == "answered"
    desk.take(5, 0).is_open = False
    assert desk.take(5, 1) == "answered"


def test_the_next_transaction_of_a_client_ends_one_that_it_left_open():
    desk = Desk()
    left = desk.take(0, 0)
    other = desk.take(0, 0, client="d")
    desk.take(1, 0)
    assert desk.ended == [left]
    assert (left.is_open, other.is_open, len(desk.sessions)) == (False, True, 2)


def test_who_is_silent_for_long_is_ended_unless_it_waits_for_an_answer():
    desk = Desk()
    silent, patient = desk.take(0, 0, client="silent"), desk.take(0, 0, client="patient")
    desk.waiting.append(patient)
    desk.sweep(IDLE_SWEEPS)
    assert desk.ended == []
    desk.sweep(1)
    assert desk.ended == [silent]
    desk.waiting.clear()
    desk.sessions.answered(patient)
    desk.sweep(IDLE_SWEEPS)
    assert desk.ended == [silent]
    desk.sweep(1)
    assert desk.ended == [silent, patient]


def test_what_is_long_over_is_forgotten():
    desk = Desk()
    desk.take(0, 0).is_open = False
    desk.sweep(FORGET_SWEEPS)
    assert desk.take(0, 0) == "dropped"
    desk.take(1, 0).is_open = False
    desk.sweep(FORGET_SWEEPS + 1)
    assert desk.take(1, 1) == "answered"
