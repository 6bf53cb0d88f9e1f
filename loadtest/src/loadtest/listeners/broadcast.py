"""
Passes a sweep's events on to its listeners: the display, the sweep's own metric, and Grafana's annotations.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from loadtest.experiment.progress import Event, PhaseStarted, StepEnded, StepStarted
from loadtest.listeners.annotations import Annotations
from loadtest.listeners.display import Display
from loadtest.listeners.step_info import StepInfo
from loadtest.results.step_key import StepKey


class Listeners:
    """
    Passes each event to every listener; an error of Grafana is a note, and never ends the sweep.

    Attributes:
        notes: Events that could not be passed on, in words.
    """

    def __init__(
        self, run: str, display: Display, step_info: StepInfo | None, annotations: Annotations | None
    ) -> None:
        """
        Args:
            run: Name of the run.
            display: Shows events to whoever started the sweep.
            step_info: Metric of the sweep's own process, if it is served.
            annotations: Grafana, if one is named.
        """
        self._run = run
        self._display = display
        self._step_info = step_info
        self._annotations = annotations
        self._writing: set[asyncio.Task[str | None]] = set()
        self._key: StepKey | None = None
        self._began_at = 0.0
        self.notes: list[str] = []

    def tell(self, event: Event) -> None:
        """
        Pass an event on.
        """
        self._display.tell(event)
        match event:
            case StepStarted():
                self._key, self._began_at = event.key, time.time()
                self._annotate_start(event.key)
            case PhaseStarted() if self._step_info is not None and self._key is not None:
                self._step_info.tell(self._key, event.phase)
            case StepEnded():
                self._annotate_end(event)
                if self._step_info is not None:
                    self._step_info.clear()
            case _:
                pass

    async def settle(self) -> None:
        """
        Wait until every listener has got the last event.
        """
        if self._writing:
            await asyncio.wait(self._writing)

    def _annotate_start(self, key: StepKey) -> None:
        if self._annotations is not None:
            self._write(asyncio.create_task(self._annotations.step_started(self._run, key, self._began_at)))

    def _annotate_end(self, event: StepEnded) -> None:
        if self._annotations is not None:
            writing = self._annotations.step_ended(
                self._run, event.key, self._began_at, time.time(), event.verdict, event.line
            )
            self._write(asyncio.create_task(writing))

    def _write(self, task: asyncio.Task[str | None]) -> None:
        self._writing.add(task)
        task.add_done_callback(self._written)

    def _written(self, task: asyncio.Task[str | None]) -> None:
        self._writing.discard(task)
        if not task.cancelled() and (note := task.result()) is not None:
            self.notes.append(note)


@contextlib.asynccontextmanager
async def open_listeners(
    run: str, display: Display, metrics_port: int | None, metrics_host: str, annotations: Annotations | None
) -> AsyncIterator[Listeners]:
    """
    Open the listeners of a run, and close them at the end.

    Args:
        run: Name of the run.
        display: Shows events.
        metrics_port: TCP port on which the sweep serves its own metric; ``None`` serves none.
        metrics_host: Address to listen on: loopback, or every one in a pod.
        annotations: Grafana, if one is named.

    Raises:
        InputError: The port is in use.
    """
    step_info = StepInfo(run, metrics_port, metrics_host) if metrics_port is not None else None
    audience = Listeners(run, display, step_info, annotations)
    try:
        yield audience
        await audience.settle()
    finally:
        if step_info is not None:
            step_info.close()
