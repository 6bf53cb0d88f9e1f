"""
Processes that belong to this one.
"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from loadtest import child
from loadtest.child import end_all, spawn
from loadtest.errors import TargetError

pytestmark = pytest.mark.process

ENV = dict(os.environ)


async def _until(fact: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not fact():  # noqa: ASYNC110 - facts about other processes have no event to wait for
            await asyncio.sleep(0.02)


async def _until_logged(log: Path, text: str) -> None:
    await _until(lambda: log.exists() and text in log.read_text())


def _gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


async def test_a_child_has_a_session_of_its_own_and_logs_both_outputs(tmp_path: Path) -> None:
    """
    A child leads its own session, and what it prints on either output is in its log.
    """
    script = "import os, sys; print('session', os.getsid(0) == os.getpid()); print('err', file=sys.stderr)"

    child = await spawn([sys.executable, "-c", script], ENV, tmp_path / "deep" / "log.txt")
    code = await child.wait()

    assert code == 0
    assert not child.running
    assert {"session True", "err"} == set(child.log_tail().splitlines())
    assert child.log_tail(1).count("\n") == 0


async def test_the_frames_below_an_error_do_not_hide_it(tmp_path: Path) -> None:
    """
    Python's SDK writes fifty of them below the reason, in two lines each, and these were all that a message told.
    """
    frames = "".join(f"{n:4}: core::worker{n}\\n             at ./src/lib.rs:{n}:12\\n" for n in range(50))
    script = (
        f"print('Failed creating worker\\n\\nCaused by:\\n    no such key\\n\\nStack backtrace:\\n{frames}')"
    )

    child = await spawn([sys.executable, "-c", script], ENV, tmp_path / "log.txt")
    await child.wait()

    assert child.log_tail(8).split() == ["Failed", "creating", "worker", "Caused", "by:", "no", "such", "key"]


async def test_a_child_that_ignores_sigterm_is_killed_after_its_grace(tmp_path: Path) -> None:
    """
    A child that ignores SIGTERM is killed when its grace is over, and so is what it started.
    """
    script = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print('child', p.pid, flush=True); time.sleep(600)"
    )
    log = tmp_path / "log.txt"
    child = await spawn([sys.executable, "-c", script], ENV, log)
    await _until_logged(log, "child ")
    grandchild = int(child.log_tail().split()[1])

    code = await child.terminate(0.2)

    assert code == -signal.SIGKILL
    await _until(lambda: _gone(grandchild))


async def test_use_counts_what_a_child_burns(tmp_path: Path) -> None:
    """
    CPU seconds are those of the child, give or take a tick, and an ended child has none to show.
    """
    script = "import time\nwhile time.process_time() < 0.5: pass\nprint('burnt', flush=True); time.sleep(600)"
    log = tmp_path / "log.txt"
    child = await spawn([sys.executable, "-c", script], ENV, log)
    await _until_logged(log, "burnt")

    use = child.use()
    await child.terminate(5)

    assert use is not None
    assert 0.4 <= use.cpu_seconds < 2
    assert use.rss_bytes > 1_000_000
    assert child.use() is None


# A worker that tells its process id, by itself and behind a launcher.
IDLE = "import os, time; print('works', os.getpid(), flush=True); time.sleep(600)"
BEHIND_A_LAUNCHER = ["sh", "-c", '"$0" -c "$1"; exit 3', sys.executable, IDLE]


@pytest.mark.parametrize(
    ("command", "before"),
    [
        pytest.param([sys.executable, "-c", IDLE], "", id="by-itself"),
        pytest.param(BEHIND_A_LAUNCHER, "", id="behind-a-launcher"),
        pytest.param(
            BEHIND_A_LAUNCHER, "child._LIBC = None", id="where-the-kernel-does-not-see-to-it-as-on-macos"
        ),
    ],
)
async def test_a_child_dies_with_a_parent_that_is_killed(
    tmp_path: Path, command: list[str], before: str
) -> None:
    """
    SIGKILL of the parent leaves no child behind, nor what the child has started.
    """
    log = tmp_path / "child.txt"
    script = (
        "import asyncio, os, sys; from pathlib import Path; from loadtest import child\n"
        f"{before}\n"
        "async def main():\n"
        "    await child.spawn(sys.argv[2:], dict(os.environ), Path(sys.argv[1]))\n"
        "    print('spawned', flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())"
    )
    parent_log = tmp_path / "parent.txt"
    parent = await spawn([sys.executable, "-c", script, str(log), *command], ENV, parent_log)
    # The guard learns of the group when the child has begun, which on a busy machine may already work then.
    await _until_logged(parent_log, "spawned")
    await _until_logged(log, "works ")
    worker = int(log.read_text().split()[1])
    assert not _gone(worker)

    os.kill(parent.pid, signal.SIGKILL)  # the parent alone, not its session
    await parent.wait()

    await _until(lambda: _gone(worker))


LAUNCHER = """
"$0" -c '
import signal, sys, time
def drain(*_):
    time.sleep(0.3)
    print("drained", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, drain)
print("works", flush=True)
time.sleep(600)
'"""


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(LAUNCHER + "\nexit 3", id="the-launcher-waits"),
        pytest.param(LAUNCHER + " &\nexit 0", id="the-launcher-has-ended"),
    ],
)
async def test_the_program_behind_a_launcher_drains(tmp_path: Path, script: str) -> None:
    """SIGTERM reaches the whole group, and the group is waited for: the launcher passes nothing on."""
    child = await spawn(["sh", "-c", script, sys.executable], os.environ, tmp_path / "log")
    await _until_logged(tmp_path / "log", "works")

    assert child.running
    assert child.use() is not None
    await child.terminate(30)

    assert "drained" in child.log_tail()
    assert not child.running


# As npm does: it passes SIGTERM on and ends after its worker, which takes a second signal as an order to leave at once.
PASSING_ON = """
import signal, subprocess, sys, time
worker = subprocess.Popen([sys.executable, "-c", '''
import signal, sys, time
def drain(*_):
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    time.sleep(0.5)
    print("drained", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, drain)
print("works", flush=True)
time.sleep(600)
'''])
def pass_on(number, _):
    time.sleep(0.2)
    worker.send_signal(number)
signal.signal(signal.SIGTERM, pass_on)
sys.exit(worker.wait())
"""


async def test_a_worker_behind_a_launcher_that_passes_signals_on_gets_one(tmp_path: Path) -> None:
    """Node ends at once on the second, with all that it was doing."""
    child = await spawn([sys.executable, "-c", PASSING_ON], ENV, tmp_path / "log")
    await _until_logged(tmp_path / "log", "works")

    code = await child.terminate(30)

    assert code == 0
    assert "drained" in child.log_tail()


async def test_an_interrupted_end_waits_for_every_child(tmp_path: Path) -> None:
    """Each is killed then, and none ends after asyncio's loop, which would say that it is closed."""
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('works', flush=True); time.sleep(600)"
    logs = [tmp_path / "first", tmp_path / "second"]
    children = [await spawn([sys.executable, "-c", stubborn], ENV, log) for log in logs]
    for log in logs:
        await _until_logged(log, "works")

    ending = asyncio.create_task(end_all(children, 60))
    await asyncio.sleep(0.1)
    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await ending

    assert [child.returncode for child in children] == [-signal.SIGKILL] * 2


async def test_a_program_that_cannot_be_started_is_told_in_one_line(tmp_path: Path) -> None:
    """So is a log that cannot be written; neither is a traceback."""
    program = tmp_path / "program"
    program.write_text("no program", encoding="utf-8")
    program.chmod(0o755)

    with pytest.raises(TargetError, match=r"program: cannot be started: Exec format error$"):
        await spawn([str(program)], ENV, tmp_path / "log")
    with pytest.raises(TargetError, match=r"program/log: cannot be written: File exists$"):
        await spawn(["true"], ENV, program / "log")


async def test_a_guard_that_cannot_be_started_is_not_told_as_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    It is Python itself that a user without rights may not start again, and the program is blameless.
    """

    def closed() -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "/closed/python")

    monkeypatch.setattr(child, "start_guard", closed)

    with pytest.raises(TargetError, match=r"^/closed/python: cannot be started: Permission denied$"):
        await spawn([sys.executable, "-c", "pass"], ENV, tmp_path / "log.txt")
