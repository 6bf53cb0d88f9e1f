"""
What people ask of the shop from a terminal.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from processes import Server, StartWorker, wait_until

from repairshop.cli import shop_cli

pytestmark = pytest.mark.server
PROGRAM = Path(sys.executable).parent / "repairshop"


class Told(NamedTuple):
    """
    What a command line ended with.
    """

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Told]


@pytest.fixture
def run(server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """
    Runs a command line of the program against the tests' server, in this process.
    """
    for name in [name for name in os.environ if name.startswith(("TEMPORAL_", "REPAIRSHOP_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TEMPORAL_ADDRESS", server.address)
    monkeypatch.setenv("COLUMNS", "120")

    def run(*arguments: str, **environ: str) -> Told:
        with pytest.MonkeyPatch.context() as variables:
            for name, value in environ.items():
                variables.setenv(name, value)
            code = shop_cli.run(list(arguments))
        told = capsys.readouterr()
        return Told(code, told.out, told.err)

    return run


def test_an_order_is_started_approved_and_found_in_the_books(
    run: Run, start_worker: StartWorker, task_queue: str, tmp_path: Path
) -> None:
    """
    Somebody who knows the verbs alone takes an order through.
    """
    ledger = f"sqlite://{tmp_path}/ledger.db"
    start_worker(ledger=ledger).wait_ready()

    order = run("start", "--task-queue", task_queue, "--price-cents", "9900", "--item", "lens").stdout.strip()
    wait_until(lambda: "waiting for the client" in run("status", order).stdout, "the quote is open")
    wrong = run("approve", order, "1")
    approved = run("approve", order)
    wait_until(lambda: "settled" in run("status", order).stdout, "the order is settled")
    again = run("start", "--task-queue", task_queue, "--order-id", order)
    shown = run("ledger", "show", order, "--ledger", ledger)
    books = run("ledger", "check", REPAIRSHOP_LEDGER=ledger)

    assert (wrong.returncode, wrong.stderr) == (
        1,
        "error: WrongAmount: amount 1: the quote is 9900 cents; approve that amount\n",
    )
    assert approved.stdout == "approved 9900 cents\n"
    assert again.returncode == 1
    assert "there is such an order already" in again.stderr
    assert "charge                   round 0  1 x  9900" in shown.stdout
    assert books.returncode == 0, books.stdout
    assert "1 settled, 0 withdrawn" in books.stdout


def test_an_order_is_cancelled(run: Run, start_worker: StartWorker, task_queue: str, tmp_path: Path) -> None:
    """
    A cancelled order tells what was undone.
    """
    start_worker(ledger=f"sqlite://{tmp_path}/ledger.db").wait_ready()
    order = run("start", "--task-queue", task_queue).stdout.strip()
    wait_until(lambda: "waiting for the client" in run("status", order).stdout, "the quote is open")

    run("cancel", order, "--reason", "moved away")
    wait_until(lambda: "cancelled\n" in run("status", order).stdout, "the order is cancelled")

    assert "undone      withdraw_registration" in run("status", order).stdout


def test_a_version_is_made_current(run: Run, start_worker: StartWorker, task_queue: str) -> None:
    """
    A version that polls is promoted, and then says that it takes new orders.
    """
    worker = start_worker(
        environ={"TEMPORAL_DEPLOYMENT_NAME": task_queue, "TEMPORAL_WORKER_BUILD_ID": "build-7"}
    )
    assert worker.base

    before = run("version", "show", "build-7", "--deployment", task_queue)
    promoted = run("version", "promote", "build-7", "--deployment", task_queue)
    after = run("version", "show", "build-7", TEMPORAL_DEPLOYMENT_NAME=task_queue)

    assert before.returncode == 1
    assert promoted.stdout == f"version build-7 of {task_queue} is current\n"
    assert (after.returncode, after.stdout) == (0, f"version build-7 of {task_queue} takes new orders\n"), (
        after.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["status", "nobody"], 1, "there is no such order, or it has ended"),
        (["start", "--kind", "stolen"], 2, "'stolen' is not one of"),
        (["ledger", "check"], 2, "--ledger none: nothing is kept there"),
        (["ledger", "check", "--ledger", "sqlite:///nowhere/x.db"], 2, "no such file as /nowhere/x.db"),
        (["start", "--seconds", "nan"], 2, "'--seconds': Input should be greater than"),
        (["start", "--deadline-seconds", "inf"], 2, "inf s: no clock can be set so"),
        (["start", "--warranty-seconds", "1e13"], 2, "no clock can be set so"),
        (["start", "--order-id", "x" * 201], 2, "an order's id has at most 200 characters"),
        (["claim", "x", "broken", "--claim-id", "x" * 200], 2, "an order's id has at most 200 characters"),
        (["start", "--device", "a", "--device=b"], 2, "--device a --device b: this option takes one value"),
    ],
    ids=[
        "order",
        "kind",
        "no ledger",
        "no file",
        "nan",
        "infinity",
        "ages",
        "long id",
        "long claim",
        "twice",
    ],
)
def test_what_cannot_be_had_is_told_in_one_line(run: Run, arguments: list[str], code: int, told: str) -> None:
    """
    No traceback for input: one line that names it and says what to do.
    """
    ended = run(*arguments)

    assert (ended.returncode, ended.stdout) == (code, "")
    assert ended.stderr.startswith("error: ")
    assert ended.stderr.count("\n") == 1
    assert told in ended.stderr


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        ("DELETE FROM effects WHERE order_id = 'b' AND step = 'register'", "1 lost: b"),
        (
            "INSERT INTO effects (order_id, step, round, value, at) VALUES ('b', 'settle', 1, 'closed', 9)",
            "1 doubled: b",
        ),
        ("DELETE FROM effects WHERE order_id = 'b' AND step = 'settle'", "1 left open: b"),
    ],
    ids=["lost", "doubled", "left open"],
)
def test_a_damaged_ledger_is_found_out(run: Run, tmp_path: Path, damage: str, named: str) -> None:
    """
    The check counts an order lost, doubled or left open in books that were damaged by hand.
    """
    from repairshop.ledger import Delivery, open_ledger

    url = f"sqlite://{tmp_path}/books.db"

    async def keep() -> None:
        ledger = await open_ledger(url)
        for order in "abc":
            for step in ("register", "assign_technician", "settle"):
                await ledger.record(Delivery(order, step, 0), "x")
        await ledger.close()

    asyncio.run(keep())
    before = run("ledger", "check", "--ledger", url)

    with sqlite3.connect(tmp_path / "books.db") as database:
        database.execute(damage)
    after = run("ledger", "check", "--ledger", url)

    assert (before.returncode, after.returncode) == (0, 1)
    assert named in after.stdout
    assert sum(line.startswith("0 ") for line in after.stdout.splitlines()) == 2


def test_an_order_that_left_no_trace_is_lost(run: Run, tmp_path: Path) -> None:
    """
    An order that somebody started and the ledger never saw is counted as lost.
    """
    sqlite3.connect(tmp_path / "books.db").close()
    started = tmp_path / "started.txt"
    started.write_text("x1\nx2\n")

    told = run("ledger", "check", "--ledger", f"sqlite://{tmp_path}/books.db", "--started", str(started))

    assert told.returncode == 1
    assert "2 lost: x1, x2" in told.stdout


def test_books_that_cannot_be_read_are_told_in_one_line(run: Run, tmp_path: Path) -> None:
    """
    A database of another program, and a file of started orders that is no text.
    """
    with sqlite3.connect(tmp_path / "other.db") as database:
        database.execute("CREATE TABLE effects (step, value)")
        database.execute("CREATE TABLE deliveries (order_id)")
    binary = tmp_path / "started"
    binary.write_bytes(b"\xff\xfe")

    other = run("ledger", "check", "--ledger", f"sqlite://{tmp_path}/other.db")
    started = run("ledger", "check", "--ledger", f"sqlite://{tmp_path}/other.db", "--started", str(binary))

    assert (other.returncode, other.stderr.count("\n")) == (1, 1), other.stderr
    assert "other.db: cannot be read: no such column" in other.stderr
    assert (started.returncode, started.stderr.count("\n")) == (2, 1), started.stderr
    assert "is not text" in started.stderr


def test_the_program_ends_as_its_verb_does(server: Server) -> None:
    """
    The process has the verb's exit code, and its lines.
    """
    told = subprocess.run(
        [PROGRAM, "status", "nobody"],
        env={**os.environ, "TEMPORAL_ADDRESS": server.address},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (1, "", 1)
    assert "there is no such order, or it has ended" in told.stderr


def test_the_story_of_an_order_is_told_to_its_end() -> None:
    """
    ``make order`` needs nothing that runs, tells of a rework, and ends with the books.
    """
    told = subprocess.run(
        [PROGRAM, "story"], env={**os.environ, "COLUMNS": "120"}, capture_output=True, text=True, timeout=120
    )

    assert (told.returncode, told.stderr) == (0, "")
    for sentence in (
        "Rosa Diaz's camera is registered",
        "Rosa Diaz answers: approve quote",
        "back to the bench",
        "finds all in order",
        "Rosa Diaz pays 120.00",
        "the warranty begins",
        "the order ends: settled",
        "each step counted once",
    ):
        assert sentence in told.stdout
    order = [told.stdout.index(text) for text in ("approve quote", "back to the bench", "pays", "order ends")]
    assert order == sorted(order)
