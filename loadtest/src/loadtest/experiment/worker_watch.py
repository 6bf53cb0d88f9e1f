"""
Looks at the workers of a step while it runs: which of them live but do not work, and how many slots are in use.

A look without an answer of the server is a gap; it never ends the step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from loadtest.analysis.rules.silent_replicas import PollingLook, polling_look, why_silent
from loadtest.errors import MeasurementError
from loadtest.experiment.clock import Clock
from loadtest.experiment.ports import AskedWorkers
from loadtest.experiment.sampled_worker_pages import MOST_PAGES
from loadtest.results.measured_step import Replica
from loadtest.results.problem import Problem, ProblemCause
from loadtest.results.worker_facts import WorkerFacts, activity_slots_used

LOOK_SECONDS = 2.0


@dataclass(slots=True)
class WorkerWatch:
    """
    Watches the replicas of one step.

    With many replicas each look takes the next few in turn, so that it stays as cheap as with a few.

    Attributes:
        workers: Tells the state of each replica.
        replicas: Replicas that must work.
        wants_activities: False where the workers have no activities.
        tell: Gets each silent replica as soon as it is seen.
        clock: Clock of the experiment.
        window_start: Unix time from which slots in use count; ``None`` before the window.
        silent: Problems of silent replicas that were told, by identity.
        slots_used: Activity slots in use over all replicas, one number for each look of the window.
        gaps: What could not be seen, in words.
    """

    workers: AskedWorkers
    replicas: Sequence[Replica]
    wants_activities: bool
    tell: Callable[[Problem], None]
    clock: Clock
    window_start: float | None = None
    silent: dict[str, Problem] = field(default_factory=dict)
    slots_used: list[float] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    _seen: dict[str, list[tuple[float, PollingLook | None]]] = field(default_factory=dict)
    _next: int = 0

    async def run(self) -> None:
        """
        Look every two seconds until cancelled.
        """
        due = self.clock.now()
        while True:
            due = max(due + LOOK_SECONDS, self.clock.now())
            await self.clock.sleep(due - self.clock.now())
            began = self.clock.now()
            try:
                looks = await self.workers.looks(self._turn())
            except MeasurementError as error:
                self.gaps.append(f"a look at the workers failed: {error}")
                continue
            self._judge(looks, began)
            self._count(looks)

    @property
    def mean_slots_used(self) -> float | None:
        """
        Mean of the activity slots in use over the window's looks, ``None`` where no look could tell.
        """
        return sum(self.slots_used) / len(self.slots_used) if self.slots_used else None

    def end_window(self) -> None:
        """
        Stop counting slots in use.
        """
        self.window_start = None

    def _turn(self) -> Sequence[Replica]:
        if len(self.replicas) <= MOST_PAGES:
            return self.replicas
        taken = [self.replicas[(self._next + number) % len(self.replicas)] for number in range(MOST_PAGES)]
        self._next = (self._next + MOST_PAGES) % len(self.replicas)
        return taken

    def _judge(self, looks: Mapping[str, WorkerFacts | None], began: float) -> None:
        for identity, facts in looks.items():
            seen = self._seen.setdefault(identity, [])
            # A heartbeat is listed until the next one and tells nothing of the time since.
            at = began if facts is None or facts.at is None else facts.at
            if not seen or at > seen[-1][0]:
                seen.append((at, None if facts is None else polling_look(facts)))
            reason = why_silent(identity, seen, self.wants_activities)
            if reason is None:
                continue
            problem = Problem(ProblemCause.REPLICA_SILENT, reason, identity)
            if identity not in self.silent:
                self.tell(problem)
            self.silent[identity] = problem

    def _count(self, looks: Mapping[str, WorkerFacts | None]) -> None:
        start = self.window_start
        told = [facts for facts in looks.values() if facts is not None]
        if start is None or len(told) < len(looks) or any((facts.at or 0.0) < start for facts in told):
            return
        used = activity_slots_used(told)
        if used is not None:
            self.slots_used.append(used * len(self.replicas) / len(told))
