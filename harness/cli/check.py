"""`fallacy check`: histories from anywhere."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import rich_click as click

from checkers.budget import Budget
from checkers.models import Data
from checkers.verdict import Classification, Status
from harness.cli.exits import BY_STATUS, Exit
from harness.cli.large import data_of, excerpt, judged, large_journal
from harness.cli.options import Names, json_option
from harness.cli.printing import print_json, print_verdict
from harness.report import lattice_of_models, verdict_document
from harness.store import RunFolder
from harness.telling import info_of_history
from harness.test import Test, TestError
from harness.workloads import workload
from harness.workloads.inference import infer
from harness.workloads.workload import Workload
from histories import History
from histories.formats import detect, read_histories, read_history
from histories.transactions import TransactionColumns

WORST_FIRST = (Status.VIOLATED, Status.UNKNOWN, Status.NOT_TESTABLE, Status.HOLDS)


@attrs.frozen(kw_only=True)
class Question:
    """What is asked of every file."""

    format: str
    name: str | None
    workload: str | None
    models: tuple[str, ...]
    seconds: float | None


@click.command("check")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--format", "format_name", default="auto", show_default=True, help="see `fallacy list formats`")
@click.option("--name", help="the one to judge, of a file that holds several histories (default: all)")
@click.option("--workload", help="what the clients did (default: told from the operations, or from the run's test)")
@click.option("--model", "models", type=Names(), default=(), metavar="A,B", help="the models that must hold")
@click.option("--seconds", type=float, help="stop searching after so long, and say unknown")
@json_option
def command(
    files: tuple[str, ...],
    format_name: str,
    name: str | None,
    workload: str | None,
    models: tuple[str, ...],
    seconds: float | None,
    *,
    as_json: bool,
) -> int:
    """Judge each FILE: a history of any format, or the folder of a run (also of one that was killed).

    The exit status is that of the worst: 1 where a model is violated, else 2 where one is unknown, else 0.
    """
    if seconds is not None and not seconds > 0:
        raise TestError(f"--seconds: expected a positive number of seconds, got {seconds}")
    question = Question(format=format_name, name=name, workload=workload, models=models, seconds=seconds)
    statuses, documents = [], []
    for file in files:
        for status, document in _judge_all(Path(file), question, tell=not as_json):
            statuses.append(status)
            documents.append({"file": file, **document})
    if as_json:
        print_json(documents[0] if len(documents) == 1 else documents)
    return BY_STATUS[min(statuses, key=WORST_FIRST.index)] if statuses else Exit.UNKNOWN


def _judge_all(path: Path, question: Question, *, tell: bool) -> Iterator[tuple[Status, dict[str, Any]]]:
    """Judge the history of a file, or each of those that it holds."""
    source = RunFolder(path).history if path.is_dir() else path
    told = question.workload or _workload_of_run(path)
    columns = large_journal(source, question.format) if told in (None, *Data) else None
    if tell:
        taken = detect(source) if question.format == "auto" else question.format
        click.echo(f"{path}: {taken}", err=True)
    if columns is not None:
        histories: Mapping[str, History] = {"": History()}
    elif question.name is not None:
        histories = {question.name: read_history(source, question.format, name=question.name)}
    else:
        histories = read_histories(source, question.format)
    for name, history in histories.items():
        status, document = _judge(path, source, attrs.evolve(question, name=name or None), history, columns, tell=tell)
        yield status, {"history": name, **document} if name else document


def _judge(
    path: Path, source: Path, question: Question, history: History, columns: TransactionColumns | None, *, tell: bool
) -> tuple[Status, dict[str, Any]]:
    told = question.workload or _workload_of_run(path)
    work = workload(told or (data_of(columns).value if columns is not None else infer(history, str(path))))
    asked = question.models or (work.claim,)
    _testable(work, asked)
    budget = Budget(seconds=question.seconds)
    if columns is not None:
        classification = judged(columns, Data(work.data), budget)
        history = excerpt(source, columns, classification)
    else:
        classification = work.judge(history, budget)
    claim = _worst(classification, asked)
    repeat = _command(path, question, work)
    title = path.name if question.name is None else f"{path.name}, {question.name}"
    info = info_of_history(history, classification, title=title, workload=work.name, claim=claim, command=repeat)
    if tell:
        print_verdict(info, history, classification)
    return info.validity, verdict_document(info, history, classification, lattice=lattice_of_models())


def _workload_of_run(path: Path) -> str | None:
    test = RunFolder(path if path.is_dir() else path.parent).test
    return Test.from_toml(test.read_text(encoding="utf-8")).workload if test.is_file() else None


def _testable(work: Workload, models: tuple[str, ...]) -> None:
    for model in models:
        if model not in work.models:
            raise TestError(f"--model: {work.name} cannot test {model!r}, only {', '.join(work.models)}")


def _worst(classification: Classification, models: tuple[str, ...]) -> str:
    return min(models, key=lambda model: WORST_FIRST.index(classification.status(model)))


def _command(path: Path, question: Question, work: Workload) -> str:
    words = ["fallacy", "check", str(path), "--workload", work.name]
    words += ["--format", question.format] if question.format != "auto" else []
    words += ["--name", question.name] if question.name is not None else []
    words += ["--model", ",".join(question.models)] if question.models else []
    return shlex.join(words)
