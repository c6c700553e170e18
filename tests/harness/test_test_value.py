import math
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.test import Test, TestError

tests = st.builds(
    Test,
    system=st.sampled_from(["lww", "raft", "path/to file.py:Mine"]),
    bug=st.none() | st.just("a-bug"),
    nemesis=st.lists(st.sampled_from(["partition", "clock", "crash"]), unique=True).map(tuple),
    seed=st.integers(0, (1 << 63) - 1),
    time_limit=st.floats(0.001, 1e6),
    concurrency=st.integers(1, 99).map(str) | st.integers(1, 9).map("{}n".format),
    rate=st.just(math.inf) | st.floats(0.1, 1e6),
)


@given(tests)
def test_toml_gives_the_same_test_back(test):
    assert Test.from_toml(test.to_toml()) == test


@given(tests)
def test_the_printed_command_line_gives_the_same_test_back(test):
    import click

    from harness.cli.run import command

    words = shlex.split(test.command())
    assert words[:2] == ["fallacy", "run"]
    context = command.make_context("run", words[2:])
    given = {name: value for name, value in context.params.items() if name not in {"store", "as_json", "schedule"}}
    assert isinstance(context, click.Context)
    assert Test(**{name: value for name, value in given.items() if value is not None}) == test
    assert {"workload", "nemesis"} <= {name for name, value in given.items() if value is not None}


def test_equal_tests_have_equal_hashes_and_others_do_not():
    assert Test(seed=7).hash == Test(seed=7).hash
    assert Test(seed=7).hash != Test(seed=8).hash


def test_clients_are_counted_by_number_or_by_node():
    assert Test(concurrency="12").clients == 12
    assert Test(concurrency="3n", nodes=5).clients == 15


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"rate": -1.0}, "--rate: expected a positive number, got -1.0"),
        ({"concurrency": "0"}, "--concurrency: expected a count above 0"),
        ({"concurrency": "2m"}, "--concurrency: expected a count above 0"),
        ({"time_limit": math.inf}, "--time-limit: expected a positive number of seconds"),
        ({"nodes": 0}, "--nodes: expected a whole number from 1 to 99"),
        ({"seed": -1}, "--seed: expected a whole number from 0"),
        ({"quiet": math.nan}, "--quiet"),
    ],
)
def test_a_test_that_cannot_be_says_which_setting_is_wrong(wrong, complaint):
    with pytest.raises(TestError, match=complaint):
        Test(**wrong)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("sistem = 'lww'", "no such setting: sistem"),
        ("seed = 'many'", "seed"),
        ("rate = -2.0", "--rate: expected a positive number"),
        ("seed =", "expected TOML"),
    ],
)
def test_a_toml_that_is_no_test_is_refused(text, complaint):
    with pytest.raises(TestError, match=complaint):
        Test.from_toml(text)
