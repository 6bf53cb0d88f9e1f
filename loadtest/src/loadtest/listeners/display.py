"""
Draws a sweep's events on a terminal, or prints them as JSON lines or as plain lines.

It draws the events that it gets and measures nothing.
"""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from loadtest.analysis.estimators.number_text import rate_text
from loadtest.experiment.progress import (
    Event,
    NoteSeen,
    PhaseStarted,
    ProblemSeen,
    StepEnded,
    StepStarted,
    SweepStarted,
    Tick,
    to_json_line,
)
from loadtest.plural import counted, plural
from loadtest.report.text_lines import fitted
from loadtest.results.measured_step import Second
from loadtest.results.step_key import StepKey


class Display(Protocol):
    """
    Shows events while it is entered.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def tell(self, event: Event) -> None:
        """
        Show one event.
        """
        ...


class JsonLines:
    """
    One line of JSON for each event, for a Job's log.
    """

    def __init__(self) -> None:
        self._out = sys.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.flush()

    def tell(self, event: Event) -> None:
        """
        Print the event.
        """
        print(to_json_line(event), file=self._out, flush=True)


class Plain:
    """
    A line for each step's start and end, where there is no terminal to draw on.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def tell(self, event: Event) -> None:
        """
        Print the event, unless it is a detail.
        """
        line = one_line(event)
        if line:
            self._console.print(line, highlight=False, markup=False, soft_wrap=True)


def one_line(event: Event) -> str | None:
    """
    Return an event as one line; ``None`` for details.
    """
    match event:
        case SweepStarted():
            beside = (
                f", and up to {event.more} more {plural(event.more, 'step')} "
                f"({_minutes(event.more_seconds)}) where slots stay free"
                if event.more
                else ""
            )
            return f"{event.plan}: {counted(event.steps, 'step')}, about {_minutes(event.seconds)}{beside}; run {event.run}"
        case StepStarted():
            rate = (
                "closed loop" if event.arrival_rate is None else f"{rate_text(event.arrival_rate)} starts/s"
            )
            why = f": {event.why}" if event.key.doubled and event.why else ""
            return f"step {event.number} of {event.steps}: {_cell(event.key)}, {rate}{why}"
        case StepEnded():
            return f"  {event.line}"
        case ProblemSeen():
            return f"  {event.problem}"
        case NoteSeen():
            return f"note: {event.note}"
        case _:
            return None


class Terminal:
    """
    A live view: step n of m, time left, rates, open workflows and schedule-to-start.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._total = 1.0
        self._started = time.monotonic()
        self._step: StepStarted | None = None
        self._step_at = 0.0
        self._phase: PhaseStarted | None = None
        self._phase_at = 0.0
        self._before: Second | None = None
        self._now: Second | None = None
        # Made last, as it draws at once.
        self._live = Live(console=console, refresh_per_second=4, transient=True, get_renderable=self._draw)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def tell(self, event: Event) -> None:
        """
        Take an event into the view; what has ended is printed above the view.
        """
        now = time.monotonic()
        match event:
            case SweepStarted():
                self._total, self._started = max(event.seconds, 1.0), now
            case StepStarted():
                self._step, self._step_at = event, now
                self._before = self._now = None
            case PhaseStarted():
                self._phase, self._phase_at = event, now
            case Tick():
                self._before, self._now = self._now, event.second
            case _:
                pass
        line = one_line(event)
        if line and (not isinstance(event, StepStarted) or event.key.doubled):
            console = self._live.console
            told = "\n".join(fitted(line, console.width))
            console.print(told, highlight=False, markup=False, soft_wrap=True)

    def _draw(self) -> Group | Text:
        if self._step is None:
            return Text("starting server and injectors …", style="dim")
        now = time.monotonic()
        left = max(0.0, self._step.seconds_left - (now - self._step_at))
        rate = self._step.arrival_rate
        load = "closed loop" if rate is None else f"{rate_text(rate)} starts/s"
        head = Text.assemble(
            (f"step {self._step.number} of {self._step.steps}", "bold"),
            f"  {_cell(self._step.key)}, {load}  ",
            (self._phase_text(now), "cyan"),
        )
        bar = Table.grid(padding=(0, 2))
        done = 1 - left / self._total
        bar.add_row(
            ProgressBar(total=1.0, completed=min(max(done, 0.0), 1.0), width=40), f"{_minutes(left)} left"
        )
        return Group(head, bar, self._numbers())

    def _phase_text(self, now: float) -> str:
        if self._phase is None:
            return ""
        if self._phase.seconds is None:
            return self._phase.phase
        most = "at most " if self._phase.at_most else ""
        gone = min(now - self._phase_at, self._phase.seconds)
        return f"{self._phase.phase} {gone:.0f} of {most}{self._phase.seconds:.0f} s"

    def _numbers(self) -> Table:
        grid = Table.grid(padding=(0, 3))
        second = self._now
        wait = second.schedule_to_start_mean_seconds if second else None
        grid.add_row(
            f"offered {self._per_second('offered')}/s",
            f"completed {self._per_second('completed')}/s",
            f"open {_shown(second.in_flight if second else None)}",
            f"activities wait {'–' if wait is None else f'{wait * 1000:.0f} ms'}",
            f"backlog {_shown(second.backlog_activity if second else None)}",
        )
        return grid

    def _per_second(self, name: str) -> str:
        if self._before is None or self._now is None:
            return "–"
        first, last = getattr(self._before, name), getattr(self._now, name)
        seconds = self._now.at - self._before.at
        if first is None or last is None or seconds <= 0:
            return "–"
        return rate_text((last - first) / seconds)


def _shown(value: int | None) -> str:
    return "–" if value is None else str(value)


def _cell(key: StepKey) -> str:
    replicas = counted(key.replicas, "replica")
    return ", ".join(part for part in (key.setting, replicas, key.load_name) if part)


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def choose(progress: str, console: Console) -> Display:
    """
    Return the display for ``--progress``: ``auto`` draws on a terminal and prints plain lines elsewhere.
    """
    if progress == "json":
        return JsonLines()
    if progress == "live" or (progress == "auto" and _can_redraw(console)):
        return Terminal(console)
    return Plain(console)


def _can_redraw(console: Console) -> bool:
    # FORCE_COLOR, which CI sets, makes a terminal of any file; a dumb one, as in an editor, shows a view when it ends.
    return console.file.isatty() and console.is_terminal and not console.is_dumb_terminal
