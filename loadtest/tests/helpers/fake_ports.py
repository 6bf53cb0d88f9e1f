"""
The ports of an experiment, faked over one faked system.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fake_injectors import FakeInjectors
from fake_server_answers import FakeHistories, FakeOrders, FakeQueue
from fake_system import ACTIVITIES, END_TO_END_SECONDS, FakeSystem
from fake_workers import FakeWorkers
from histograms import buckets

from loadtest.errors import (
    CounterResetError,
    FamilyAbsentError,
    MeasurementError,
    TargetError,
    WorkerDiedError,
)
from loadtest.experiment.ports import Ports
from loadtest.plan import Plan
from loadtest.results.measured_step import ProcessUse, Replica
from loadtest.results.metric_difference import Difference
from loadtest.results.resource_use import MachineTimes
from loadtest.results.scrape import Scrape

SERVER = "http://server/metrics"


def fake_ports(system: FakeSystem) -> Ports:
    """
    Return the ports of a faked system.
    """
    return Ports(
        FakeTarget(system),
        FakeInjectors(system),
        FakeMetrics(system),
        FakeQueue(system),
        FakeOrders(system),
        FakeHistories(system),
        FakeWorkers(system),
    )


@dataclass
class FakeTarget:
    """
    Runs replicas that are nothing but their identities.
    """

    system: FakeSystem

    @property
    def heals(self) -> bool:
        """As the system is told."""
        return self.system.heals

    async def set_up(self, plan: Plan) -> tuple[str, ...]:
        """A cell of another server setting starts the server anew."""
        known = self.system.set_up
        known.append(plan)
        changed = len(known) > 1 and known[-2].server != plan.server
        return ("the server",) if changed else ()

    async def server_pages(self) -> Mapping[str, str]:
        """One page."""
        return {"server": SERVER}

    async def scale(self, replicas: int) -> Sequence[Replica]:
        """At once."""
        system = self.system
        if system.is_past(system.dies_at):
            raise WorkerDiedError("worker-1 ended with code 1: out of memory")
        system.scaled.append(replicas)
        system.replicas = tuple(
            Replica(
                f"worker-{n}",
                f"http://worker-{n}/metrics" if system.serves_pages else None,
                100 + n,
                system.clock.now(),
            )
            for n in range(1, replicas + 1)
        )
        return system.replicas

    async def alive(self) -> Sequence[Replica]:
        """The replicas, the first one perhaps another process."""
        system = self.system
        if system.is_past(system.dies_at):
            return ()
        if system.is_away("target"):
            raise TargetError("connection refused")
        if system.is_past(system.replaced_at):
            first = system.replicas[0]
            return (
                Replica(first.identity, first.metrics_url, 999, first.started_at + 50),
                *system.replicas[1:],
            )
        return system.replicas

    async def server_starts(self) -> Mapping[str, float]:
        """The database beside the server, perhaps started anew."""
        if self.system.is_away("starts"):
            raise TargetError("pods is forbidden")
        return {"database": 2.0 if self.system.is_past(self.system.database_restarts_at) else 1.0}

    async def use(self) -> Mapping[str, ProcessUse]:
        """A tenth of a core each."""
        if self.system.is_away("target"):
            raise TargetError("connection refused")
        cpu = self.system.clock.now() % 1e6 / 10
        return {"worker": ProcessUse(cpu, 100 << 20), "server": ProcessUse(cpu, 300 << 20)}

    async def machine_times(self) -> MachineTimes:
        """One of two cores is busy with the step."""
        system = self.system
        if system.is_away("target"):
            raise TargetError("connection refused")
        now, others = system.clock.now(), system.others_cores * system.passed(system.crowded)
        own = now % 1e6
        return MachineTimes(now, 2, own + others, system.passed(system.robbed), own, others)

    async def check_alive(self) -> None:
        """Sound, unless all has ended."""
        if self.system.is_past(self.system.dies_at):
            raise WorkerDiedError("worker-1 ended with code 1: out of memory")


@dataclass
class FakeMetrics:
    """
    Pages that hold the number of closed workflows, shared evenly by the replicas, and when their process was born.
    """

    system: FakeSystem

    async def scrape(self, endpoints: Mapping[str, str], role: str) -> Scrape:
        """Read the system's counts at this moment."""
        system, now = self.system, self.system.clock.now()
        if system.is_away(role):
            raise MeasurementError(f"{next(iter(endpoints))}: /metrics cannot be read: connection refused")
        if role == "worker" and system.lacks is not None:
            raise FamilyAbsentError(f"worker-1: its /metrics page lacks {system.lacks}")
        every = [each.identity for each in system.replicas] if role == "worker" else list(endpoints)
        return Scrape(now, {n: self._page(every.index(n), len(every), role) for n in endpoints}, 0.005)

    def _page(self, index: int, of: int, role: str) -> str:
        system, closed = self.system, self.system.closed(self.system.clock.now())
        began = system.replaced_at if role == "worker" else system.server_restarts_at
        is_new = index == 0 and system.is_past(began)
        counted = 0 if is_new else closed // of + (index < closed % of)
        refused = 10 * system.passed(system.refuses)
        return json.dumps({"closed": counted, "late": system.late_share, "refused": refused})

    def difference(self, before: Scrape, after: Scrape, role: str) -> Difference:
        """Subtract page by page."""
        closed = 0
        for name, text in after.pages.items():
            rise = json.loads(text)["closed"] - json.loads(before.pages[name])["closed"]
            if rise < 0:
                raise CounterResetError(f"{name}: a counter fell, so its process is another one")
            closed += rise
        started = ACTIVITIES * closed
        late = round(started * json.loads(next(iter(after.pages.values())))["late"])
        waits = buckets([2.0] * late + [0.004] * (started - late))
        served = "workflow_completed" if role == "worker" else "workflow_closed"
        looks = [
            [json.loads(text)["refused"] for text in scrape.pages.values()] for scrape in (before, after)
        ]
        refused = round(sum(looks[1]) - sum(looks[0]))
        activities = "activity_finished" if role == "worker" else "activity_completed"
        return Difference(
            after.at - before.at,
            {f"{role}.{served}": closed, f"{role}.{activities}": started},
            {
                f"{role}.activity_schedule_to_start": waits,
                f"{role}.workflow_schedule_to_start": buckets([0.003] * closed),
                f"{role}.workflow_endtoend": buckets([END_TO_END_SECONDS] * closed),
            },
            {"server.resource_exhausted": {"RpsLimit": refused}} if role == "server" else {},
        )

    def gauge(self, scrape: Scrape, name: str) -> float | None:
        """Ten slots, in use as the system says."""
        used = self.system.slots_used()
        each = {"worker.slots_used": used, "worker.slots_available": 10 - used}.get(name)
        return None if each is None else each * len(scrape.pages)

    def gauge_by(self, scrape: Scrape, name: str) -> Mapping[str, float]:
        """Five polls for activities."""
        return {"activity_task": 5.0 * len(scrape.pages)} if name == "worker.pollers" else {}
