"""Which model implies which: every history that satisfies the left one satisfies the right one.

Only direct implications are listed; `lattice` closes them. Two models that imply each other have the same histories:
their definitions differ in what a history cannot show.
"""

from __future__ import annotations

from typing import Final

from checkers.models.rows import ITEMS, Data, Implication

OPERATIONS = frozenset({Data.OPERATIONS})


def _converse(stronger: str, weaker: str, by: str, only: frozenset[Data] = frozenset(Data)) -> Implication:
    return Implication(stronger=stronger, weaker=weaker, sources=tuple(by.split(", ")), only=only, converse=True)


def _from(stronger: str, **weaker: str) -> tuple[Implication, ...]:
    """Implications of one model; each keyword is a weaker one, and what says so."""
    return tuple(
        Implication(stronger=stronger, weaker=name.replace("_", "-"), sources=tuple(by.split(", ")))
        for name, by in weaker.items()
    )


_PLAIN = (
    *_from(
        "serializable",
        repeatable_read="Adya 1999",
        update_serializable="Adya 1999",
        snapshot_isolation="Bailis 2013, Cerone 2015",
        view_serializable="Bernstein 1987",
    ),
    _converse("view-serializable", "serializable", "this table"),
    *_from("update-serializable", forward_consistent_view="Adya 1999"),
    *_from(
        "snapshot-isolation",
        forward_consistent_view="Adya 1999",
        parallel_snapshot_isolation="Cerone 2015",
        prefix="Cerone 2015",
    ),
    *_from("forward-consistent-view", consistent_view="Adya 1999"),
    *_from(
        "consistent-view",
        cursor_stability="Adya 1999",
        monotonic_view="Adya 1999",
    ),
    _converse("consistent-view", "forward-consistent-view", "this table"),
    _converse("consistent-view", "parallel-snapshot-isolation", "Crooks 2017, Cerone 2016"),
    *_from(
        "parallel-snapshot-isolation",
        consistent_view="Crooks 2017, Cerone 2016",
        transactional_causal="Cerone 2015",
        update_atomic="Cerone 2015, Liu 2018",
    ),
    *_from("prefix", transactional_causal="Cerone 2015", monotonic_snapshot_read="this table"),
    *_from("transactional-causal", read_atomic="Cerone 2015"),
    *_from("update-atomic", read_atomic="Cerone 2015, Liu 2018", cursor_stability="this table"),
    *_from("read-atomic", monotonic_atomic_view="Cerone 2015, Bailis 2014"),
    *_from("repeatable-read", cursor_stability="Adya 1999", monotonic_atomic_view="Bailis 2013"),
    _converse("repeatable-read", "serializable", "this table", only=ITEMS),
    *_from("monotonic-view", monotonic_atomic_view="this table"),
    *_from("monotonic-snapshot-read", monotonic_atomic_view="this table"),
    *_from("monotonic-atomic-view", read_committed="Bailis 2013"),
    *_from("cursor-stability", read_committed="Adya 1999"),
    *_from("read-committed", read_uncommitted="Adya 1999"),
)

_SESSIONS = (
    *_from(
        "strong-session-serializable",
        serializable="Daudjee 2004",
        strong_session_snapshot_isolation="Biswas 2019, Jepsen",
    ),
    *_from(
        "strong-session-snapshot-isolation",
        snapshot_isolation="Daudjee 2006",
        strong_session_consistent_view="Jepsen",
        strong_session_prefix="Biswas 2019",
    ),
    *_from("strong-session-consistent-view", consistent_view="Jepsen", axiomatic_causal="this table"),
    *_from("strong-session-prefix", prefix="Cerone 2015", axiomatic_causal="Biswas 2019"),
    *_from(
        "axiomatic-causal",
        transactional_causal="Cerone 2015",
        axiomatic_read_atomic="Biswas 2019",
        monotonic_reads="Brzezinski 2004",
        monotonic_writes="Brzezinski 2004",
        read_your_writes="Brzezinski 2004",
        writes_follow_reads="Brzezinski 2004",
    ),
    *_from("axiomatic-read-atomic", read_atomic="Cerone 2015", axiomatic_repeatable_read="dbcop"),
    *_from("axiomatic-repeatable-read", axiomatic_read_committed="dbcop"),
    *_from("axiomatic-read-committed", monotonic_atomic_view="this table", strong_session_read_committed="this table"),
    *_from(
        "strong-session-read-committed",
        read_committed="Kingsbury 2020",
        strong_session_read_uncommitted="Kingsbury 2020",
    ),
    *_from("strong-session-read-uncommitted", read_uncommitted="Kingsbury 2020"),
)

_REAL_TIME = (
    *_from(
        "strict-serializable",
        strong_session_serializable="Daudjee 2004",
        strong_snapshot_isolation="Daudjee 2006",
        linearizable="Herlihy 1990, Bailis 2013",
    ),
    *_from(
        "strong-snapshot-isolation",
        strong_session_snapshot_isolation="Daudjee 2006",
        strong_read_committed="Kingsbury 2020",
    ),
    *_from(
        "strong-read-committed",
        strong_session_read_committed="Kingsbury 2020",
        strong_read_uncommitted="Kingsbury 2020",
    ),
    *_from("strong-read-uncommitted", strong_session_read_uncommitted="Kingsbury 2020"),
)

_SINGLE_OBJECT = (
    *_from("linearizable", sequential="Herlihy 1990", bounded_staleness="Viotti 2016"),
    *_from("sequential", causal="Ahamad 1995", causal_convergence="Perrin 2016"),
    *_from(
        "causal",
        weak_causal="Bouajjani 2017",
        PRAM="Ahamad 1995",
        writes_follow_reads="Brzezinski 2004",
    ),
    *_from(
        "causal-convergence",
        weak_causal="Bouajjani 2017",
        monotonic_reads="this table",
        monotonic_writes="this table",
        read_your_writes="this table",
        writes_follow_reads="this table",
    ),
    *_from("weak-causal", read_your_writes="this table"),
    *_from(
        "PRAM",
        monotonic_reads="Brzezinski 2004",
        monotonic_writes="Brzezinski 2004",
        read_your_writes="Brzezinski 2004",
    ),
    *_from("strong-eventual", eventual="Shapiro 2011"),
    # Where every transaction is one operation, these are other names of the same thing.
    Implication(
        stronger="strong-session-serializable", weaker="sequential", sources=("Lamport 1979",), only=OPERATIONS
    ),
    Implication(stronger="axiomatic-causal", weaker="causal-convergence", sources=("Biswas 2019",), only=OPERATIONS),
)

IMPLICATIONS: Final = (*_PLAIN, *_SESSIONS, *_REAL_TIME, *_SINGLE_OBJECT)
