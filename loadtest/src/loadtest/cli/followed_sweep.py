"""
A sweep in the cluster as it is followed from here: its progress until it ends, and its run, which is then brought here.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from loadtest.cli.fetch_verb import bring_run
from loadtest.cli.immediate_exit import INTERRUPTED
from loadtest.cli.machine_errors import machine_error
from loadtest.errors import LoadtestError, MeasurementError, TargetError

if TYPE_CHECKING:
    from loadtest.experiment.progress import SweepEnded
    from loadtest.listeners.display import Display
    from loadtest.target.kubernetes.job_log import JobLog
    from loadtest.target.kubernetes.sweep_job import SweepJob

# Lines of the Job's log that are no progress, kept in case the Job ends without a verdict.
_LAST_LINES = 8


@dataclass(slots=True)
class Followed:
    """
    What a followed sweep has told so far.

    Attributes:
        run: Name of its run; an older kit in the cluster, or a log of which the beginning is gone, does not tell it.
        has_steps: Whether a step of it is kept, so that there is something to bring.
    """

    run: str = "latest"
    has_steps: bool = False


def follow(log: JobLog, display: Display, followed: Followed) -> SweepEnded:
    """
    Show a sweep's progress until it ends, and return how it ended.

    Args:
        log: Log of the Job.
        display: Display of the progress.
        followed: Gets what is told of the run, also where this raises.

    Raises:
        LoadtestError: The sweep ended without a verdict.
    """
    from loadtest.experiment.progress import StepEnded, SweepEnded, SweepStarted, from_json_line

    others: list[str] = []
    ended: SweepEnded | None = None
    with display:
        for line in log.lines():
            event = from_json_line(line)
            if event is None:
                others = [*others[1 - _LAST_LINES :], line]
                continue
            if isinstance(event, SweepStarted):
                followed.run = event.run
            elif isinstance(event, StepEnded):
                followed.has_steps = True
            elif isinstance(event, SweepEnded):
                ended, followed.has_steps = event, True
                followed.run = followed.run if event.run == "latest" else event.run
            display.tell(event)
    code = log.exit_code()
    if ended is None:
        said = "\n".join(line.removeprefix("error: ") for line in others) or "it said nothing"
        # Exit code 3 means that a number could not be measured; any other code, that the sweep did not start.
        kind = MeasurementError if code == MeasurementError.exit_code else TargetError
        raise kind(f"{log.job} ended without a verdict (exit code {code}):\n{said}")
    if code != ended.exit_code:
        raise TargetError(f"{log.job} said exit code {ended.exit_code} and ended with {code}; see its log")
    return ended


@dataclass(frozen=True, slots=True)
class RunHere:
    """
    Where the run of a followed sweep is wanted.

    Attributes:
        sweep: The sweep that was followed.
        output: Folder of all runs here; ``None`` where the run is not brought.
        same: Flags with which `loadtest fetch` finds the same load test.
        told_to: Stream on which the path of its report is told.
    """

    sweep: SweepJob
    output: Path | None
    same: str
    told_to: TextIO

    def after_verdict(self, ended: SweepEnded, followed: Followed) -> int:
        """
        Tell the verdict, bring the run, and return the exit code: the verdict's, but no success without the report.
        """
        if self.output is None:
            sys.stderr.write(f"{ended.verdict}; {self._fetch(followed)} brings the report here\n")
            return ended.exit_code
        sys.stderr.write(f"{ended.verdict}\n")
        try:
            self._bring(followed, self.output)
        except KeyboardInterrupt:
            sys.stderr.write(f"interrupted; {self._fetch(followed)} brings the report here\n")
            return ended.exit_code or INTERRUPTED
        except LoadtestError as error:
            if ended.exit_code == 0:
                raise
            sys.stderr.write(f"error: {error}\n")
        return ended.exit_code

    def after_error(self, error: LoadtestError, followed: Followed) -> LoadtestError:
        """
        Bring what a sweep had measured before it broke, and return its error, which says how to bring what is not here.
        """
        if not followed.has_steps:
            return error
        if self.output is None:
            return type(error)(f"{error}\n{self._fetch(followed)} brings what it measured here")
        try:
            self._bring(followed, self.output)
        except LoadtestError as missing:
            return type(error)(f"{error}\n{missing}")
        return error

    def _bring(self, followed: Followed, output: Path) -> None:
        try:
            bring_run(self.sweep, followed.run, output, self.same, self.told_to)
        except (LoadtestError, OSError, MemoryError, RuntimeError) as error:
            told = str(error) if isinstance(error, LoadtestError) else machine_error(error)
            if told is None:
                raise
            raise TargetError(f"{told}\n{self._fetch(followed)} brings it here") from error

    def _fetch(self, followed: Followed) -> str:
        return f"`loadtest fetch {followed.run}{self.same}`"
