from __future__ import annotations

from collections import Counter
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from systems.simulation.luck import BITS, Luck, key_of, mix

ids = st.lists(st.one_of(st.integers(), st.text(max_size=5)), max_size=4)


def chi_square(pairs, bins=16):
    """How far the pairs of 10-bit numbers are from independent and uniform; about bins**2 when they are."""
    counts = Counter((a * bins >> 10, b * bins >> 10) for a, b in pairs)
    expected = len(pairs) / bins**2
    return sum((counts[i, j] - expected) ** 2 / expected for i in range(bins) for j in range(bins))


LIMIT = 256 + 5 * (2 * 256) ** 0.5  # five standard deviations above the mean
KEYS = [mix(0, i) for i in range(20_000)]


def test_luck_is_the_same_on_every_machine():
    luck = Luck.of(42, "n1", 7, -1, 2**200)
    assert luck.key == 0x6E5AF21F5169DF5
    assert luck.integer(1000) == 431
    assert luck.uniform(0, 1) == 0.4310752226314557
    assert luck.shuffled("abcd") == ["d", "b", "c", "a"]


def test_every_bit_of_both_hangs_on_every_bit():
    for bit in range(BITS):
        flips = Counter()
        for key in KEYS[:500]:
            for difference in (mix(key, 3) ^ mix(key ^ 1 << bit, 3), mix(key, 3) ^ mix(key, 3 ^ 1 << bit)):
                flips.update(i for i in range(BITS) if difference >> i & 1)
        assert min(flips[i] for i in range(BITS)) > 400
        assert max(flips[i] for i in range(BITS)) < 600


@pytest.mark.parametrize("shift", [0, 10, 30, 50])
def test_what_is_caused_is_independent_of_its_siblings_its_cause_and_its_other_draws(shift):
    def part(key, at=shift):
        return key >> at & 1023

    siblings = [(part(mix(key, 1)), part(mix(key, 2))) for key in KEYS]
    causes = [(part(key), part(mix(key, 1))) for key in KEYS]
    neighbours = [(part(a), part(b)) for a, b in pairwise(KEYS)]
    draws = [(part(key), part(key, (shift + 20) % 60)) for key in KEYS]
    seeds = [(part(Luck.of(i).key), part(Luck.of(i + 1).key)) for i in range(5_000)]
    for pairs in (siblings, causes, neighbours, draws, seeds):
        assert chi_square(pairs) < LIMIT


@given(ids, ids)
def test_other_ids_are_other_luck(some, others):
    assert (key_of(0, *some) == key_of(0, *others)) == (some == others)


def test_names_that_look_alike_are_not_the_same():
    keys = {key_of(0, *names) for names in [(), (0,), (0, 0), ("0",), ("",), ("a", "b"), ("ab",), ("b", "a"), (2**60,)]}
    assert len(keys) == 9


def test_luck_is_a_value():
    assert Luck.of(1, "a") == Luck.of(1, "a") != Luck.of(2, "a")
    assert len({Luck.of(1, "a"), Luck.of(1, "a"), Luck.of(1, "b")}) == 2
    assert Luck.of(1).child("a", 2) == Luck.of(1, "a", 2)
    assert repr(Luck(255)) == "Luck(0x0000000000000ff)"


def test_draws_stay_in_their_range_and_reach_all_of_it():
    lucks = [Luck.of(0, i) for i in range(2_000)]
    assert {luck.integer(7) for luck in lucks} == set(range(7))
    assert {luck.pick("abc") for luck in lucks} == set("abc")
    assert {tuple(luck.shuffled("abc")) for luck in lucks} == set(permutations("abc"))
    numbers = [luck.uniform(-1, 3) for luck in lucks]
    assert -1 <= min(numbers) < -0.99
    assert 2.99 < max(numbers) < 3
    assert 440 < sum(luck.coin(0.25) for luck in lucks) < 560
    assert not any(luck.coin(0) for luck in lucks)
    assert all(luck.coin(1) for luck in lucks)


def test_what_cannot_be_drawn_is_said():
    with pytest.raises(ValueError, match="one of 0 integers"):
        Luck.of(0).integer(0)
    with pytest.raises(ValueError, match="pick from nothing"):
        Luck.of(0).pick([])
