"""
Carries a run out, whatever the target is: with signals, log and listeners, and a report of all that was measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from loadtest.cli.immediate_exit import INTERRUPTED
from loadtest.cli.machine_errors import machine_error
from loadtest.cli.run_ending import conclude
from loadtest.errors import LoadtestError, TargetError
from loadtest.experiment.progress import Event
from loadtest.listeners.annotations import open_annotations
from loadtest.listeners.broadcast import open_listeners
from loadtest.listeners.display import Display, JsonLines
from loadtest.report.resume_text import resume_command
from loadtest.results.run_folder import Run

log = logging.getLogger(__name__)

Tell = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class StepMetricFlags:
    """
    Where the sweep serves its own metric.

    Attributes:
        port: TCP port; ``None`` serves no metric.
        host: Address to listen on: loopback, or every one in a pod.
    """

    port: int | None = None
    host: str = "127.0.0.1"


def run_and_report(
    run: Run, sweeping: Callable[[Tell], Awaitable[None]], display: Display, watched: StepMetricFlags
) -> int:
    """
    Do what the run's folder lacks, report everything that is there at the end, and return the exit code.

    Args:
        run: Folder and plan of the run.
        sweeping: Runs the sweep over some target; gets a function to which it tells its events.
        display: Shows the events.
        watched: Where the sweep serves its own metric.

    Raises:
        LoadtestError: The error that ended the sweep; a report of what was measured has been made.
    """
    writes_annotations = open_annotations()
    problem: LoadtestError | None = None
    interrupted = False

    async def whole() -> None:
        with _cancelled_by_signals():
            async with open_listeners(
                run.path.name, display, watched.port, watched.host, writes_annotations
            ) as audience:
                await sweeping(audience.tell)
            run.write_manifest(
                replace(
                    run.manifest,
                    finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
                    notes=(*run.manifest.notes, *audience.notes),
                )
            )

    with run_log(run.log_path), display:
        try:
            asyncio.run(whole())
        except LoadtestError as error:
            problem = error
            log.error("%s", error)
        except (OSError, MemoryError, RuntimeError) as error:
            refused = machine_error(error)
            if refused is None:
                raise
            # No disk space, no file descriptors or no permission: what was measured is reported all the same.
            problem = TargetError(refused)
            log.exception("%s", problem)
        except (KeyboardInterrupt, asyncio.CancelledError):
            interrupted = True
            log.warning("interrupted")
    if not run.read_steps():
        if problem is not None:
            raise problem
        print("interrupted before the first step was measured; nothing to report", file=sys.stderr)
        return INTERRUPTED
    try:
        ended = conclude(run, quiet=isinstance(display, JsonLines))
    except KeyboardInterrupt:  # its steps are kept, and resuming makes the report also where none is left
        interrupted = True
    if problem is not None:
        raise problem
    if interrupted:
        return tell_interrupted(run)
    display.tell(ended)
    return ended.exit_code


def tell_interrupted(run: Run) -> int:
    """
    Say how an interrupted run goes on, which also makes the report where no step is left, and return the exit code.
    """
    print(f"interrupted; `{resume_command(run)}` does what is left", file=sys.stderr)
    return INTERRUPTED


@contextlib.contextmanager
def _cancelled_by_signals() -> Iterator[None]:
    """
    Let SIGINT, SIGTERM and the end of the terminal end the sweep in order: first injectors drain, then workers, then
    server.

    A further signal during that ends at once what the program waits for.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # `nohup` asks to go on without a terminal
        numbers.append(signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
            # The loop puts back the defaults, which end the process at once.
            signal.signal(number, before[number])


@contextlib.contextmanager
def run_log(path: Path) -> Iterator[None]:
    """
    Also write the program's log into a file while the body runs.
    """
    handler = _RunLog(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        with contextlib.suppress(
            OSError
        ):  # a full disk: it was told when the first line could not be written
            handler.close()


class _RunLog(logging.FileHandler):
    """
    The log of a run; if it cannot be written, that is said once and ends nothing.
    """

    _is_told = False

    def handleError(self, record: logging.LogRecord) -> None:
        """
        Say why a line could not be written.
        """
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._is_told:
            self._is_told = True
            print(f"{self.baseFilename}: cannot be written: {error.strerror}", file=sys.stderr)
