import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.transactions.versions import KEPT_MIN, Versions

COMMITS = st.lists(st.dictionaries(st.integers(0, 4), st.none() | st.integers(1, 9), min_size=1), max_size=40)


def states(commits):
    """What a plain dictionary holds after each commit."""
    state, after = {}, [{}]
    for commit in commits:
        state = {**state, **commit}
        after.append({key: value for key, value in state.items() if value is not None})
    return after


@given(COMMITS)
def test_reading_at_a_number_gives_what_the_commits_up_to_it_have_left(commits):
    versions = Versions()
    for number, commit in enumerate(commits, 1):
        versions.install(commit.items(), number)
    for number, state in enumerate(states(commits)):
        assert [versions.read(key, number) for key in range(5)] == [state.get(key) for key in range(5)]
        assert versions.scan(1, 4, number) == sorted((key, state[key]) for key in state if 1 <= key < 4)


@given(COMMITS, st.integers(0, 10))
def test_whatever_is_removed_nobody_at_the_horizon_or_later_could_see(commits, lag):
    versions, horizon = Versions(), 0
    for number, commit in enumerate(commits, 1):
        horizon = max(0, number - lag)
        versions.install(commit.items(), number, horizon)
    for number, state in list(enumerate(states(commits)))[horizon:]:
        assert [versions.read(key, number) for key in range(5)] == [state.get(key) for key in range(5)]


def test_the_past_of_a_key_that_is_written_over_and_over_stays_short():
    versions = Versions()
    for number in range(1, 1001):
        versions.install([("x", number)], number, horizon=number - 5)
    assert len(versions) <= KEPT_MIN + 1


def test_the_newest_version_is_known_by_its_number():
    versions = Versions()
    versions.install([("x", 1)], 3)
    versions.install([("x", None)], 7)
    assert (versions.newest("x"), versions.newest("y")) == (7, 0)


def test_a_scan_sees_keys_that_came_after_the_last_scan():
    versions = Versions()
    versions.install([(5, "e"), (1, "a")], 1)
    assert versions.scan(0, 9, 1) == [(1, "a"), (5, "e")]
    versions.install([(3, "c")], 2)
    assert versions.scan(0, 9, 2) == [(1, "a"), (3, "c"), (5, "e")]
    assert versions.scan(0, 9, 1) == [(1, "a"), (5, "e")]


@pytest.mark.parametrize("number", [0, 1])
def test_before_its_first_commit_a_key_has_no_value(number):
    versions = Versions()
    versions.install([("x", 1)], 2)
    assert versions.read("x", number) is None
