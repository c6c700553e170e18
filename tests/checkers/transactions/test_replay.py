"""Certificates, right and wrong ones, are judged by their replay as by the definitions."""

from __future__ import annotations

from collections import Counter
from itertools import permutations, product
from random import Random

import attrs
import msgspec
import numpy as np
import pytest

from checkers.models import ANOMALIES, EXAMPLES, Data
from checkers.transactions import check_transactions
from checkers.transactions.audit import audit
from checkers.transactions.certificates import Certificate
from checkers.transactions.conditions import CONDITIONS, Condition, Rule
from checkers.transactions.evidence import Place
from checkers.transactions.ledger import Ledger
from checkers.transactions.replay import Replay
from checkers.verdict import Status
from histories import History
from histories.transactions import TransactionColumns
from tests.micro import history, named
from tests.oracles.random_transactions import random_history
from tests.oracles.replay import STARTING, accepts

FEW = 60
PARTS = 8  # that run side by side
EACH = 12  # changes of each certificate
WORKLOADS = (Data.LIST_APPEND, Data.RW_REGISTER, Data.PREDICATE)


def replay_of(past):
    columns = TransactionColumns.of(past)
    return Replay(columns=columns, ledger=Ledger(columns=columns))


@attrs.frozen(eq=False)
class Claim:
    """A certificate, the condition that it is to show, and the history that it is about."""

    history: History
    condition: Condition
    certificate: Certificate

    def accepted(self):
        demands = frozenset({self.condition.internal})
        return replay_of(self.history).problem(self.certificate, demands) is None

    def right(self):
        return accepts(self.history, self.certificate, self.condition.internal)

    def with_(self, **changes):
        return attrs.evolve(self, certificate=attrs.evolve(self.certificate, **changes))


def claims(past):
    """What a classification says holds, each with what shows it."""
    for model, finding in check_transactions(past).models.items():
        if finding.status is Status.HOLDS and finding.certificate and model in CONDITIONS:
            condition = CONDITIONS[model]
            if (condition.rule, condition.order) == (finding.certificate.rule, finding.certificate.order):
                yield Claim(past, condition, finding.certificate)


# Changes: each makes another claim, that may be right all the same


def swapped(claim, luck):
    commits = claim.certificate.commits.copy()
    one, other = luck.randrange(len(commits)), luck.randrange(len(commits))
    commits[[one, other]] = commits[[other, one]]
    return claim.with_(commits=commits)


def dropped(claim, luck):
    commits, starts = claim.certificate.commits, claim.certificate.starts
    at = luck.randrange(len(commits))
    return claim.with_(commits=np.delete(commits, at), starts=None if starts is None else np.delete(starts, at))


def added(claim, luck):
    """One that failed, may have committed, or is there twice, or is nobody at all."""
    commits, starts = claim.certificate.commits, claim.certificate.starts
    at, who = luck.randrange(len(commits) + 1), luck.choice([*(one.index for one in claim.history), 99])
    starts = None if starts is None else np.insert(starts, at, at)
    return claim.with_(commits=np.insert(commits, at, who), starts=starts)


def started(claim, luck):
    starts, count = claim.certificate.starts, len(claim.certificate.commits)
    starts = np.arange(count) if starts is None else starts.copy()
    at = luck.randrange(count)
    starts[at] = luck.randrange(at + 1) if luck.random() < 0.9 else at + 1
    return claim.with_(starts=starts)


def applied(claim, luck):
    """The same commits for another condition."""
    condition = luck.choice(list(CONDITIONS.values()))
    starts = claim.certificate.starts if condition.rule in STARTING or luck.random() < 0.1 else None
    claim = attrs.evolve(claim, condition=condition)
    return claim.with_(rule=condition.rule, order=condition.order, starts=starts)


def found(claim, luck):
    """Something else that a read found, or nothing."""
    told, operations = dict(claim.certificate.found), claim.history.operations
    operation = luck.choice(operations)
    place = Place(operation.index, luck.randrange(len(operation.value))), luck.randrange(3)
    where = luck.choice([*told] or [place]) if luck.random() < 0.7 else place
    if luck.random() < 0.3:
        told.pop(where, None)
    else:
        told[where] = luck.choice(operations).index
    return claim.with_(found=told)


def reread(claim, luck):
    """A read showed something else."""
    reads = [
        (operation, at)
        for operation in claim.history
        if operation.ok
        for at, (kind, _, _) in enumerate(operation.result)
        if kind in ("r", "rp")
    ]
    if not reads:
        return claim
    operation, at = luck.choice(reads)
    result = [list(micro) for micro in operation.result]
    result[at][2] = _shown(claim.history, *result[at], luck)
    changed = msgspec.structs.replace(operation, result=result)
    operations = tuple(changed if each is operation else each for each in claim.history)
    return attrs.evolve(claim, history=attrs.evolve(claim.history, operations=operations))


def _shown(past, kind, key, value, luck):
    micros = [micro for operation in past for micro in operation.value]
    if kind == "rp":
        rows = [[row, written] for kind, row, written in micros if kind in ("w", "insert")]
        return [
            *luck.sample(value, luck.randrange(len(value) + 1)),
            *luck.sample(rows, min(len(rows), luck.randrange(2))),
        ]
    written = [each for kind, row, each in micros if row == key and kind in ("w", "insert", "append")]
    if any(kind == "append" for kind, _, _ in micros):
        return luck.sample(written, luck.randrange(len(written) + 1))
    return luck.choice([None, *written, 99])


CHANGES = (swapped, dropped, added, started, applied, applied, applied, found, reread)


def variants(data, seeds):
    """Claims about random histories as they come, and changed at random."""
    for seed in seeds:
        luck = Random(seed)
        for claim in claims(random_history(luck, data)):
            yield claim
            for _ in range(EACH):
                changed = claim
                for change in luck.choices(CHANGES, k=1 + luck.randrange(2)):
                    changed = change(changed, luck) if len(changed.certificate.commits) else changed
                yield changed


def disagreements(data, seeds):
    return [claim for claim in variants(data, seeds) if claim.accepted() != claim.right()]


@pytest.mark.parametrize("data", WORKLOADS)
def test_certificates_are_judged_as_by_the_definitions(data):
    assert disagreements(data, range(FEW)) == []


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("data", WORKLOADS)
def test_and_so_for_many_of_each_workload(data, part, pytestconfig):
    most = FEW + pytestconfig.getoption("histories")
    assert disagreements(data, range(FEW + part, most, PARTS)) == []


def test_right_and_wrong_ones_are_there_for_each_rule():
    judged = Counter((claim.certificate.rule, claim.right()) for claim in variants(Data.RW_REGISTER, range(FEW)))
    assert all(judged[rule, right] for rule in Rule for right in (True, False)), judged


# Textbook


def attempts(history, condition):
    """A claim for every order of the committed transactions, and for every start where the rule speaks of starts."""
    for commits in permutations(operation.index for operation in history if operation.ok):
        starts = product(*(range(place + 1) for place in range(len(commits)))) if condition.rule in STARTING else [None]
        for each in starts:
            certificate = Certificate(
                rule=condition.rule,
                order=condition.order,
                commits=np.array(commits),
                starts=None if each is None else np.array(each),
            )
            yield Claim(history, condition, certificate)


@pytest.mark.parametrize("rule", Rule)
def test_the_example_of_the_anomaly_that_breaks_a_rule_has_no_certificate_of_it(rule):
    past = history(EXAMPLES[ANOMALIES[rule.value].example].text)
    assert not any(claim.accepted() for claim in attempts(past, Condition(rule=rule)))


SERIAL = "T1: w(x,1) w(y,1)\n---\nT2: r(x,1) w(x,2)\n---\nT3: r(x,2) w(x,3) r(y,1) w(y,2)"


@pytest.mark.parametrize("rule", Rule)
def test_what_was_done_one_after_another_has_a_certificate_of_every_rule_in_that_order_only(rule):
    past = history(SERIAL)
    accepted = [claim for claim in attempts(past, Condition(rule=rule)) if claim.accepted()]
    assert {tuple(claim.certificate.commits) for claim in accepted} == {tuple(one.index for one in past)}


TEXTS = {
    "of an element twice": ("a(x,1)\nr(x,[1 1])", Rule.WRITES),
    "of what nobody wrote": ("w(x,1)\nr(x,2)", Rule.WRITES),
    "of a row that was not asked for": ("i(1,5)\nrp(=6,[1=5])", Rule.COMMITTED),
    "of a row twice": ("i(1,5)\nrp(all,[1=5 1=5])", Rule.SERIAL),
    "of what its transaction writes later": ("r(x,1) w(x,1)", Rule.COMMITTED),
    "of what its transaction appends later": ("r(x,[1]) a(x,1)", Rule.CURSOR),
    "of what was rolled back": ("w(x,1) fail\nr(x,1)", Rule.COMMITTED),
    "of what was written over": ("w(x,1) w(x,2)\nr(x,1)", Rule.COMMITTED),
    "of a part of what was appended": ("a(x,1) a(x,2)\nr(x,[1])", Rule.READS),
    "of lists in two orders": ("r(x,[1 2])\nr(x,[2 1])\na(x,1)\na(x,2)", Rule.PREFIX),
}


@pytest.mark.parametrize("name", TEXTS)
def test_no_certificate_explains_a_read(name):
    text, rule = TEXTS[name]
    assert not any(claim.accepted() for claim in attempts(history(text), Condition(rule=rule)))


def test_a_list_tells_that_nobody_appended_between_what_its_reader_saw_and_appended():
    past, names = named("T1: a(x,1)\nT2: a(x,2) r(x,[1 2])\nT3: a(x,3)")
    accepted = [claim for claim in attempts(past, Condition(rule=Rule.PREFIX)) if claim.accepted()]
    orders = {tuple(claim.certificate.commits) for claim in accepted}
    assert orders == {(names["T1"], names["T2"], names["T3"])}


def test_a_deletion_is_no_write_of_another_row():
    past = history("T1: r(1,nil) d(0)\nT2: r(1,99)")
    assert not any(claim.accepted() for claim in attempts(past, Condition(rule=Rule.WRITES)))


@pytest.mark.parametrize("text", ["w(x,1)\n---\nr(x,nil)", "a(x,1)\n---\nr(x,nil)", "i(1,5)\n---\nd(2) r(1,nil)"])
def test_a_transaction_of_whose_reads_nobody_learnt_may_have_read_anything(text):
    first, last = history(text)
    silent = History(operations=(first, msgspec.structs.replace(last, result=None)))
    found = check_transactions(silent)
    assert found.status("strict-serializable") is Status.HOLDS
    assert audit(silent, found) == []
