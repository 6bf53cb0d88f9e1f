"""
How the shop's programs end: with their own exit code, and with nothing left behind.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from processes import PATIENCE_SECONDS, wait_until

from repairshop.ledger import open_ledger

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("begun_on_a_terminal")]
PROGRAM = str(Path(sys.executable).parent / "repairshop")


async def _make(url: str) -> None:
    await (await open_ledger(url)).close()


def test_a_reader_that_has_left_is_no_disorder_in_the_books(tmp_path: Path) -> None:
    """``repairshop ledger check | head``: 1 says that orders are lost."""
    url = f"sqlite://{tmp_path}/ledger.db"
    asyncio.run(_make(url))
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run(
        [PROGRAM, "ledger", "check", "--ledger", url], stdout=writer, stderr=subprocess.PIPE, text=True
    )

    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_worker_does_what_its_libraries_left_for_the_exit() -> None:
    """The interpreter is not torn down, so nobody else would, such as to send what was buffered."""
    ending = "import atexit; from repairshop import process_exit; atexit.register(print, 'sent'); process_exit.leave(3)"

    done = subprocess.run([sys.executable, "-c", ending], capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (3, "sent\n")


@pytest.mark.server
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_story_that_a_signal_ends_leaves_no_folder(tmp_path: Path, number: int) -> None:
    """By itself such a signal ends a process at once, and its temporary folder stays."""
    with subprocess.Popen(
        [PROGRAM, "story"],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        wait_until(lambda: [*tmp_path.glob("*/server.log")], "the server is begun")

        process.send_signal(number)
        _, error = process.communicate(timeout=PATIENCE_SECONDS)

    assert (process.returncode, error) == (130, "")
    assert list(tmp_path.iterdir()) == []
