"""
What an experiment needs from outside, as Protocols that it owns; the command line supplies the real parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from loadtest.plan import Plan
from loadtest.results.history_sample import HistorySample
from loadtest.results.injector_report import InjectorReport
from loadtest.results.injector_report import InjectorSecond as InjectorSecond
from loadtest.results.measured_step import ProcessUse, Replica
from loadtest.results.metric_difference import Difference
from loadtest.results.resource_use import MachineTimes
from loadtest.results.scrape import Backlog as Backlog
from loadtest.results.scrape import LeftOrders as LeftOrders
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
        Whether a process that ends is started again without the sweep, as a Deployment does with its pods.
        """
        ...

    async def set_up(self, plan: Plan) -> tuple[str, ...]:
        """
        Make server and workers run with the settings of a cell's plan, before its replicas are scaled.

        Returns:
            What was restarted for that, in words.

        Raises:
            TargetError: A part did not start again.
            InputError: This target cannot change such a setting.
        """
        ...

    async def server_pages(self) -> Mapping[str, str]:
        """
        The server's /metrics pages by name, one for each of its processes; empty where there are none.
        """
        ...

    async def scale(self, replicas: int) -> Sequence[Replica]:
        """
        Start or stop replicas until exactly that many run, and return them.

        Raises:
            WorkerDiedError: A worker ended at its start; the text ends with its last log lines.
            TargetError: The replicas did not start.
        """
        ...

    async def alive(self) -> Sequence[Replica]:
        """
        The replicas that run now.
        """
        ...

    async def server_starts(self) -> Mapping[str, float]:
        """
        Unix time at which each process of the server and of its database was started, by name; empty where it is not
        known.

        Raises:
            TargetError: The target could not be asked.
        """
        ...

    async def use(self) -> Mapping[str, ProcessUse]:
        """
        CPU seconds since its start and memory now, for ``server`` and ``worker``.
        """
        ...

    async def machine_times(self) -> MachineTimes | None:
        """
        CPU time of the one machine on which everything runs; ``None`` where there are several.
        """
        ...

    async def check_alive(self) -> None:
        """
        Check that every part that should run does run.

        Raises:
            WorkerDiedError: A worker ended; the text ends with its last log lines.
            TargetError: The server ended.
        """
        ...


class Injectors(Protocol):
    """
    The load generators; they are started once and used for every step.
    """

    async def add_up_to(self, injectors: int) -> None:
        """
        Start further injectors until that many were started, where the run can start some; those that run stay.

        Raises:
            InjectorError: One did not start.
        """
        ...

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
        End the window of the running step at a Unix time that is still to come.

        Raises:
            InjectorError: The injectors have ended.
        """
        ...


class Metrics(Protocol):
    """
    Exact differences of the /metrics pages of workers and server.
    """

    async def scrape(self, endpoints: Mapping[str, str], role: str) -> Scrape:
        """
        Read every endpoint (name -> URL) of one role, ``worker`` or ``server``.
        """
        ...

    def difference(self, before: Scrape, after: Scrape, role: str) -> Difference:
        """
        Return what all endpoints together counted between two looks.

        Raises:
            FamilyAbsentError: A family that is always there is missing; the error names the endpoint.
            CounterResetError: A counter fell.
        """
        ...

    def gauge(self, scrape: Scrape, name: str) -> float | None:
        """
        Return the sum of a gauge over all endpoints of one look, or ``None`` where no endpoint has it.
        """
        ...

    def gauge_by(self, scrape: Scrape, name: str) -> Mapping[str, float]:
        """
        Return a gauge, summed over all endpoints of one look, by the label that the catalogue splits it by.
        """
        ...


class Queue(Protocol):
    """
    The task queue under test.
    """

    @property
    def unanswered(self) -> str | None:
        """
        Why the last look is a gap; ``None`` where it is none.
        """
        ...

    async def look(self) -> Backlog | None:
        """
        Look once, with one retry; ``None`` is a gap.
        """
        ...

    async def give_new_workflows(self, since: float) -> None:
        """
        Give new workflows to the version of those who have polled since a Unix time, on a server that the run started;
        elsewhere nothing is changed.

        Raises:
            TargetError: The server refuses.
        """
        ...

    async def limit_activities(self, per_second: float | None) -> None:
        """
        Set the rate limit of the queue's activities on a server that the run started; ``None`` takes away what was set
        before.

        Raises:
            TargetError: The server refuses.
        """
        ...


class Orders(Protocol):
    """
    The workflows that runs have started on the task queue under test.
    """

    async def left(self) -> LeftOrders:
        """
        Return how many are open now.

        Raises:
            MeasurementError: The server does not list them.
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
    What the workers report: by the heartbeats that the server keeps, or on their own pages.
    """

    async def facts(self, replicas: Sequence[Replica]) -> Sequence[WorkerFacts]:
        """
        Return what is known of each replica, in the replicas' order; what is not known has its reason.

        Raises:
            MeasurementError: The server could not be asked.
        """
        ...

    async def names(self, replicas: Sequence[Replica]) -> Mapping[str, frozenset[str]]:
        """
        What the workers of each replica call themselves, by the replica's identity; absent where nobody knows.

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
        Take a cheap look at each replica's present state, by identity; ``None`` for a replica that no longer answers.

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
    orders: Orders
    histories: Histories
    workers: AskedWorkers
