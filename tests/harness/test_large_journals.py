"""Large journals are judged from arrays; what is said of them is what is said of small ones."""

from __future__ import annotations

import json

import msgspec
import pytest
from click.testing import CliRunner

from checkers.synthetic import Shape, events
from checkers.verdict import UNVERIFIED, VERIFIED
from harness.cli import large
from harness.cli.check import command
from harness.workloads.workload import AuditError
from histories import Event, EventType


def journal_of(path, level, data):
    """A journal of transactions that are legal at a level, with a fault in the middle."""
    given = list(events(Shape(level=level, data=data, transactions=150, processes=6, keys=3, seed=4)))
    fault = Event(index=0, time=0, type=EventType.INFO, process="nemesis", f="kill", value=["n1"])
    given.insert(len(given) // 2, fault)
    lines = [msgspec.json.encode(msgspec.structs.replace(event, index=n)) for n, event in enumerate(given)]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def checked(path, *words):
    return CliRunner().invoke(command, [str(path), *words], standalone_mode=False, catch_exceptions=False)


@pytest.mark.parametrize("data", ["list-append", "rw-register"])
@pytest.mark.parametrize("level", ["strict-serializable", "snapshot-isolation"])
@pytest.mark.parametrize("workload", [(), ("--workload",)])
def test_the_verdict_does_not_hang_on_the_size(tmp_path, monkeypatch, level, data, workload):
    path = journal_of(tmp_path / "history.jsonl", level, data)
    workload = (*workload, data) if workload else ()
    small = checked(path, "--json", *workload)
    monkeypatch.setattr(large, "LARGE_BYTES", 1)
    of_arrays = checked(path, "--json", *workload)
    assert of_arrays.return_value == small.return_value
    one, other = json.loads(small.stdout), json.loads(of_arrays.stdout)
    assert other["statistics"].pop("memory at most, MB") > 0
    one.pop("statistics"), other.pop("statistics")
    assert other == one


def test_the_text_tells_what_it_took_and_shows_the_operations(tmp_path, monkeypatch):
    path = journal_of(tmp_path / "history.jsonl", "read-committed", "rw-register")
    small = checked(path).stdout
    monkeypatch.setattr(large, "LARGE_BYTES", 1)
    done = checked(path)
    assert "150 transactions read in" in done.stderr
    assert "MB of memory at most" in done.stderr
    assert done.stdout == small
    assert "Claim violated" in done.stdout


def test_every_verdict_is_audited(tmp_path, monkeypatch):
    path = journal_of(tmp_path / "history.jsonl", "strict-serializable", "list-append")
    monkeypatch.setattr(large, "LARGE_BYTES", 1)
    done = checked(path, "--json")
    statistics = json.loads(done.stdout)["statistics"]
    assert (statistics[VERIFIED], statistics[UNVERIFIED]) == (1, 0)
    assert "audited in" in done.stderr


def test_a_verdict_that_its_evidence_does_not_bear_out_is_not_told(tmp_path, monkeypatch):
    path = journal_of(tmp_path / "history.jsonl", "strict-serializable", "list-append")
    monkeypatch.setattr(large, "LARGE_BYTES", 1)
    monkeypatch.setattr(large, "audit", lambda *_: ["strict-serializable: it is not"])
    with pytest.raises(AuditError, match="it is not"):
        checked(path)


def test_a_journal_of_other_operations_is_read_as_ever(tmp_path, monkeypatch):
    path = tmp_path / "history.jsonl"
    path.write_text(
        '{"index":0,"time":0,"type":"invoke","process":0,"f":"write","key":1,"value":2}\n'
        '{"index":1,"time":1,"type":"ok","process":0,"f":"write","key":1,"value":2}\n'
    )
    monkeypatch.setattr(large, "LARGE_BYTES", 1)
    assert "Claim held" in checked(path).stdout
