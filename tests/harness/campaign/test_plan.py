import pytest

from harness.campaign.plan import Campaign
from harness.test import Test, TestError
from histories.names import UnknownNameError


def test_a_campaign_survives_its_file():
    campaign = Campaign(systems=("raft",), seeds="5:9", bugs=("all",), settings={"time_limit": 3.0}, until_found=True)
    assert Campaign.from_toml(campaign.to_toml()) == campaign
    assert Campaign.from_toml(campaign.to_toml()).hash == campaign.hash


def test_every_combination_is_there_once_with_the_seeds_last():
    campaign = Campaign(
        systems=("raft",), workloads=("register", "cas-register"), nemeses=("none", "crash+pause"), seeds="0:3"
    )
    trials = campaign.trials()
    assert len(trials) == len(set(trials)) == 2 * 2 * 3
    assert [test.seed for test in trials[:3]] == [0, 1, 2]
    assert {test.nemesis for test in trials} == {(), ("crash", "pause")}


def test_what_a_system_claims_is_what_is_asked_of_it():
    (test,) = Campaign(systems=("raft",), workloads=("register",), seeds="7:8").trials()
    assert test == Test(
        system="raft",
        workload="register",
        claim="linearizable",
        nemesis=("partition", "crash", "pause", "clock"),
        seed=7,
    )


def test_bugs_are_asked_for_in_the_data_in_which_they_show():
    trials = Campaign(systems=("raft",), bugs=("all",), seeds="0:1").trials()
    assert {test.workload for test in trials} == {"register"}
    (first, *_) = Campaign(systems=("lww",), bugs=("mail-only",), seeds="0:1").trials()
    assert first.workload == "convergence"
    assert len({test.bug for test in trials}) == len(trials) >= 5


def test_bugs_are_looked_for_under_the_faults_that_bring_them_out_unless_others_are_named():
    (test,) = Campaign(systems=("raft",), bugs=("lease-read",), seeds="0:1").trials()
    assert test.nemesis == ("partition", "clock")
    (test,) = Campaign(systems=("raft",), bugs=("lease-read",), nemeses=("pause",), seeds="0:1").trials()
    assert test.nemesis == ("pause",)


def test_settings_are_those_of_every_test():
    trials = Campaign(systems=("raft",), seeds="0:2", settings={"time_limit": 2.5, "nodes": 3}).trials()
    assert {(test.time_limit, test.nodes) for test in trials} == {(2.5, 3)}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("sistems = ['raft']", "sistems"),
        ("systems = 'raft", "expected TOML"),
        ("seeds = '9:3'", "--seeds: expected a range such as 0:100"),
        ("seeds = 'many'", "--seeds: expected a range such as 0:100"),
    ],
)
def test_a_file_that_is_no_campaign_is_refused(text, complaint):
    with pytest.raises(TestError, match=complaint):
        Campaign.from_toml(text)


@pytest.mark.parametrize(
    ("campaign", "complaint"),
    [
        (Campaign(systems=("rafft",)), "did you mean raft"),
        (Campaign(systems=("raft",), workloads=("registr",)), "did you mean register"),
        (Campaign(systems=("raft",), bugs=("lease-reed",)), "did you mean lease-read"),
        (Campaign(systems=("raft",), settings={"seed": 3}), "seed is what the campaign varies"),
        (Campaign(systems=("raft",), settings={"rate": -1.0}), "--rate: expected a positive number"),
        (Campaign(systems=("raft",), workloads=()), "there is nothing to run"),
    ],
)
def test_a_campaign_of_what_cannot_be_says_so_before_anything_runs(campaign, complaint):
    with pytest.raises((TestError, UnknownNameError), match=complaint):
        campaign.trials()
