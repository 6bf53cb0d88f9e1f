"""
What an experiment needs of the world, as Protocols that it owns; the command line plugs the real parts in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from loadtest.plan import Plan
from loadtest.results.history_sample import HistorySample
from loadtest.results.limit_facts import MachineTimes
from loadtest.results.measured_step import InjectorReport, ProcessUse, Replica
from loadtest.results.measured_step import InjectorSecond as InjectorSecond
from loadtest.results.metric_difference import Difference
from loadtest.results.scrape import Backlog as Backlog
from loadtest.results.scrape import Scrape as Scrape
from loadtest.results.step_instruction import StepInstruction
from loadtest.results.worker_facts import WorkerFacts


class Target(Protocol):
    """
    Where the system under test runs.  It scales and lists; it never scrapes and never asks Temporal.
    """

    @property
    def heals(self) -> bool:
        """
        Whether a process that ends is started again by somebody, as a Deployment does with its pods.
        """
        ...

    async def set_up(self, plan: Plan) -> tuple[str, ...]:
        """
        Make server and workers run as a cell's plan says, before its replicas are scaled.

        Returns:
            What was started anew for that, in words.

        Raises:
            TargetError: It did not come up again.
            InputError: This target cannot change such a setting.
        """
        ...

    async def server_pages(self) -> Mapping[str, str]:
        """
        The server's /metrics pages by name, one for each of its processes; empty where there are none to be had.
        """
        ...

    async def scale(self, replicas: int) -> Sequence[Replica]:
        """
        Bring exactly that many replicas up and return them.

        Raises:
            WorkerDiedError: One ended at its start; the text ends with its last log lines.
            TargetError: They did not come up.
        """
        ...

    async def alive(self) -> Sequence[Replica]:
        """
        The replicas that run right now.
        """
        ...

    async def server_starts(self) -> Mapping[str, float]:
        """
        Unix time at which each process of the server and of its database was started, by name; empty where none is known.

        Raises:
            TargetError: They could not be asked for.
        """
        ...

    async def use(self) -> Mapping[str, ProcessUse]:
        """
        CPU seconds since its start and memory now of ``server`` and ``worker``.
        """
        ...

    async def machine_times(self) -> MachineTimes | None:
        """
        CPU time of the one machine on which everything runs; ``None`` where there are several.
        """
        ...

    async def check_alive(self) -> None:
        """
        Look whether every part that should run does.

        Raises:
            WorkerDiedError: A worker ended; the text ends with its last log lines.
            TargetError: The server ended.
        """
        ...


class Injectors(Protocol):
    """
    The load generators, started once and used for every step.
    """

    async def run(
        self, instruction: StepInstruction, each_second: Callable[[InjectorSecond], None]
    ) -> InjectorReport:
        """
        Carry one instruction out, drain, and report.

        Raises:
            InjectorError: An injector broke so that there is no report at all.
        """
        ...

    async def end_window(self, at: float) -> None:
        """
        End the window of the running step at a unix time that is still to come.

        Raises:
            InjectorError: The injectors are gone.
        """
        ...


class Metrics(Protocol):
    """
    Exact differences of worker and server /metrics.
    """

    async def scrape(self, endpoints: Mapping[str, str], role: str) -> Scrape:
        """
        Look at every endpoint (name -> URL) of one role, ``worker`` or ``server``.
        """
        ...

    def difference(self, before: Scrape, after: Scrape, role: str) -> Difference:
        """
        What all endpoints together counted between two looks.

        Raises:
            FamilyAbsentError: A family that is always there is missing; names the endpoint.
            CounterResetError: A counter fell.
        """
        ...

    def gauge(self, scrape: Scrape, name: str) -> float | None:
        """
        Sum of a gauge over all endpoints of one look, or ``None`` where none offers it.
        """
        ...

    def gauge_by(self, scrape: Scrape, name: str) -> Mapping[str, float]:
        """
        A gauge over all endpoints of one look by the label that the catalogue splits it by.
        """
        ...


class Queue(Protocol):
    """
    The task queue under test.
    """

    async def look(self) -> Backlog | None:
        """
        One look, retried once; ``None`` is a gap.
        """
        ...


class Histories(Protocol):
    """
    Histories of sampled workflows, as a cross-check by the server's clock.
    """

    async def sample(self, workflow_ids: Sequence[str]) -> HistorySample:
        """
        Read these histories.
        """
        ...


class AskedWorkers(Protocol):
    """
    What the workers say of themselves: by the heartbeats that the server keeps, or by their own pages.
    """

    async def facts(self, replicas: Sequence[Replica]) -> Sequence[WorkerFacts]:
        """
        What is known of each replica, in their order; what is not known has its reason.

        Raises:
            MeasurementError: The server could not be asked.
        """
        ...

    async def other_queues(self, replicas: Sequence[Replica]) -> Sequence[str]:
        """
        The task queues that these replicas poll beside the one under test; none where nobody knows.

        Raises:
            MeasurementError: The server could not be asked.
        """
        ...

    async def looks(self, replicas: Sequence[Replica]) -> Mapping[str, WorkerFacts | None]:
        """
        A cheap look at how each replica stands now, by identity; ``None`` for one that has answered and no longer does.

        Raises:
            MeasurementError: The server could not be asked.
        """
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """
    The real parts that a sweep drives.
    """

    target: Target
    injectors: Injectors
    metrics: Metrics
    queue: Queue
    histories: Histories
    workers: AskedWorkers
