from __future__ import annotations

import pytest

from systems.consensus.leadership import BATCH, Leadership
from systems.consensus.member import Member
from systems.consensus.messages import Appended, Entry, ReadIndex
from systems.consensus.mistakes import EarlyRead
from systems.consensus.timing import HEARTBEAT_TICKS, PATIENCE_TICKS
from systems.simulation.disk import Disk

PEERS = ("n2", "n3", "n4", "n5")


class FakeDoor:
    """Keeps what is sent, and what waits for a sync."""

    name = "n1"
    nodes = ("n1", *PEERS)
    peers = PEERS

    def __init__(self):
        self.disk = Disk()
        self.sent = []
        self.unsynced = []

    def send(self, target, message):
        self.sent.append((target, message))

    def sync(self, then, *args):
        self.unsynced.append((then, args))

    def synced(self):
        waiting, self.unsynced = self.unsynced, []
        for then, args in waiting:
            then(*args)


class FakeMember(Member):
    """Keeps what it was told."""

    def __init__(self):
        super().__init__(FakeDoor(), machine=None)
        self.told = []

    def receive(self, source, message):
        self.told.append((source, message))

    def advance(self, commit):
        self.commit = commit


@pytest.fixture
def member():
    """In term 4, with an entry of term 2 in its log that is not known to be committed."""
    member = FakeMember()
    member.storage.append(Entry(2, "a", 1, "old"))
    member.storage.adopt(4, "n1")
    return member


def lead(member):
    leadership = Leadership(member)
    leadership.append("", 0, None)
    member.door.synced()
    return leadership


def answer(leadership, *peers, upto, number=None, matched=True):
    for peer in peers:
        leadership.on_appended(
            peer, Appended(leadership.term, matched, upto, number or leadership.followers[peer].sent)
        )


def test_an_old_entry_is_not_committed_because_a_majority_has_it(member):
    leadership = lead(member)
    answer(leadership, "n2", "n3", upto=1)
    assert member.commit == 0
    answer(leadership, "n2", "n3", upto=2)
    assert member.commit == 2


def test_nothing_is_committed_before_a_majority_has_it_on_disk(member):
    leadership = Leadership(member)
    leadership.append("", 0, None)
    answer(leadership, "n2", "n3", upto=2)
    assert member.commit == 0, "it is not durable here, and two of five are no majority"
    member.door.synced()
    assert member.commit == 2


def test_a_leader_commits_with_followers_alone(member):
    leadership = Leadership(member)
    leadership.append("", 0, None)
    answer(leadership, "n2", "n3", "n4", upto=2)
    assert member.commit == 2


def answer_last(leadership, peer):
    """What the follower says to the last that was sent to it."""
    append = [message for target, message in leadership.member.door.sent if target == peer][-1]
    answer(leadership, peer, upto=append.previous + len(append.entries), number=append.number)


def read_indices(member):
    return [sent for sent in member.door.sent if isinstance(sent[1], ReadIndex)]


def test_a_read_waits_for_a_majority_that_answers_what_was_sent_after_it_began(member):
    leadership = lead(member)
    for peer in PEERS:
        answer_last(leadership, peer)
    leadership.ask("n5", 7, 3)
    answer_last(leadership, "n2")  # to what was under way before the read, and so is sent another one
    answer_last(leadership, "n3")
    answer_last(leadership, "n2")
    assert not read_indices(member)
    answer_last(leadership, "n3")
    assert read_indices(member) == [("n5", ReadIndex(7, 3, 2))]


@pytest.mark.parametrize(("leadership_type", "upto"), [(Leadership, 2), (EarlyRead.leadership_type, 0)])
def test_a_read_waits_for_what_was_committed_before_the_term(member, leadership_type, upto):
    leadership = leadership_type(member)
    assert leadership.first == 2
    leadership.ask("n5", 7, 3)
    answer_last(leadership, "n2")
    answer_last(leadership, "n3")
    assert member.commit == 0
    assert read_indices(member) == [("n5", ReadIndex(7, 3, upto))]


def test_one_request_is_under_way_to_a_follower_and_the_next_takes_all_that_came_meanwhile(member):
    leadership = lead(member)
    for number in range(3):
        leadership.append("a", 2 + number, number)
    to_n2 = [message for target, message in member.door.sent if target == "n2"]
    assert [len(message.entries) for message in to_n2] == [1]
    answer(leadership, "n2", upto=2)
    to_n2 = [message for target, message in member.door.sent if target == "n2"]
    assert [len(message.entries) for message in to_n2] == [1, 3]


def test_only_the_answer_to_what_is_under_way_lets_the_next_go(member):
    leadership = lead(member)
    leadership.append("a", 2, 0)
    first = leadership.followers["n2"].sent
    answer(leadership, "n2", upto=2, number=first)
    leadership.append("a", 3, 0)
    before = len(member.door.sent)
    answer(leadership, "n2", upto=2, number=first)
    assert len(member.door.sent) == before, "that was a copy"
    answer(leadership, "n2", upto=3)
    assert member.door.sent[-1][1].entries[0].sequence == 3


def test_one_sync_is_under_way_and_the_next_covers_all_that_came_meanwhile(member):
    leadership = Leadership(member)
    for number in range(3):
        leadership.append("a", 2 + number, number)
    assert len(member.door.unsynced) == 1
    member.door.synced()
    assert leadership.durable == 2
    assert len(member.door.unsynced) == 1
    member.door.synced()
    assert leadership.durable == 4


def test_a_follower_that_lacks_much_gets_it_in_parts(member):
    for number in range(BATCH):
        member.storage.append(Entry(4, "a", 2 + number, number))
    leadership = lead(member)
    answer(leadership, "n2", upto=0, matched=False)
    last = member.door.sent[-1][1]
    assert (last.previous, len(last.entries)) == (0, BATCH)
    answer(leadership, "n2", upto=BATCH)
    last = member.door.sent[-1][1]
    assert (last.previous, len(last.entries)) == (BATCH, 2)


def test_an_answer_that_comes_late_takes_nothing_back(member):
    leadership = lead(member)
    answer(leadership, "n2", upto=2)
    answer(leadership, "n2", upto=0, matched=False)
    answer(leadership, "n2", upto=1)
    follower = leadership.followers["n2"]
    assert (follower.match, follower.next) == (2, 3)


def test_what_was_lost_is_sent_again(member):
    leadership = lead(member)
    member.door.sent.clear()
    member.ticks += HEARTBEAT_TICKS - 1
    leadership.tick()
    assert not member.door.sent
    member.ticks += 1
    leadership.tick()
    assert [(target, len(message.entries)) for target, message in member.door.sent] == [(peer, 1) for peer in PEERS]


def test_a_leader_knows_whether_a_majority_answers(member):
    leadership = lead(member)
    member.ticks += PATIENCE_TICKS - 1
    answer(leadership, "n2", "n3", upto=1)
    assert leadership.hears_majority
    member.ticks += PATIENCE_TICKS - 1
    assert leadership.hears_majority
    member.ticks += 1
    assert not leadership.hears_majority
