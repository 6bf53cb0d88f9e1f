"""
Readings of saturated steps as they were recorded, each of a system whose limit was planted.
"""

from __future__ import annotations

from dataclasses import replace

from loadtest.analysis.suspects.suspect_readings import QueueReadings, SuspectReadings
from loadtest.results.resource_use import MachineUse, QueueRateLimit
from loadtest.results.suspect import SuspectName as S

SYSTEM = QueueRateLimit(4000.0, "system", active=False)


def recorded_pressure(
    activity: tuple[float, float, float, float, float, float, float],
    workflow: tuple[float, float, float, float, float, float, float],
    *,
    pollers: tuple[int, int] = (5, 5),
    slots: tuple[float, float] = (100, 100),
    rates: tuple[float, float] = (20, 25),
    cores: tuple[float, float, float] = (0.16, 0.3, 1.2),
    persistence: tuple[float, float] = (0.6, 0.1),
    **more: object,
) -> SuspectReadings:
    """
    Readings as they were recorded: wait p50 and mean, slots used, polls out, poll latency, backlog, execution; times in ms.
    """
    queues = []
    for kind, readings, index in (("activity", activity, 0), ("workflow", workflow, 1)):
        p50, mean, used, out, poll, backlog, execution = readings
        queues.append(
            QueueReadings(
                kind=kind,  # type: ignore[arg-type]  # one of the two
                wait_p50_seconds=p50 / 1e3,
                wait_mean_seconds=mean / 1e3,
                started_per_second=rates[index],
                backlog_tasks=backlog,
                poll_p50_seconds=poll / 1e3,
                slots=slots[index],
                slots_used=used,
                polls_out=out,
                pollers=pollers[index],
                execution_mean_seconds=execution / 1e3,
            )
        )
    worker, server, machine = cores
    pressure = SuspectReadings(
        replicas=1,
        activity=queues[0],
        workflow=queues[1],
        in_flight=20.0,
        rate_limit=SYSTEM,
        sticky_hit_ratio=1.0,
        planned_activity_seconds=0.1,
        worker_cores=worker,
        server_cores=server,
        injector_cores=0.05,
        persistence_mean_seconds=persistence[0] / 1e3,
        shard_wait_mean_seconds=persistence[1] / 1e3,
        machine=MachineUse(2, machine, 0.0),
    )
    return replace(pressure, **more)  # type: ignore[arg-type]  # fields by name


IDLE_WORKFLOWS = (4, 5, 0.2, 5.0, 200, 0, 9)
IDLE_ACTIVITIES = (4, 5, 2.2, 5.0, 200, 0, 105)
PLANTED = {
    "nothing at all": (
        recorded_pressure(
            (38, 90, 4.9, 5.0, 58, 1.7, 126),
            (48, 130, 6.0, 4.9, 10, 1.1, 73),
            cores=(0.24, 0.43, 2.08),
            persistence=(2.2, 23.2),
            rates=(40, 45),
        ),
        {S.MACHINE, S.SERVER},
    ),
    "nothing at all, on a slow machine whose server is slow to start tasks that polls have found": (
        recorded_pressure(
            (107, 128, 9.3, 5.0, 29, 4.9, 107),
            (408, 388, 4.5, 5.0, 0.6, 1.3, 13),
            cores=(0.61, 1.17, 1.95),
            persistence=(2.5, 44.3),
            rates=(44, 51),
            in_flight=40.0,
        ),
        {S.WORKFLOW_POLLERS, S.MACHINE, S.SERVER},
    ),
    "starved injector": (
        recorded_pressure(
            (4, 5, 1.6, 5.0, 371, 0, 106), (4, 5, 0.2, 5.0, 350, 0, 15), in_flight=2.0, rates=(13, 15)
        ),
        {S.ORDERS_IN_FLIGHT},
    ),
    "starved injector on a machine that other programs fill": (
        recorded_pressure(
            (3.5, 6.3, 1.7, 5.0, 359, 0, 164),
            (3.5, 74, 0.3, 4.9, 377, 0, 12),
            in_flight=2.0,
            rates=(5.3, 6.2),
            cores=(0.09, 0.18, 2.64),
            persistence=(14.6, 0.1),
        ),
        {S.ORDERS_IN_FLIGHT},
    ),
    "a machine that the system itself fills, though tasks are taken at once": (
        recorded_pressure(
            (4, 5, 12, 5.0, 150, 0, 140), (4, 5, 1.0, 5.0, 150, 0, 30), rates=(80, 90), cores=(0.7, 1.1, 1.98)
        ),
        {S.MACHINE},
    ),
    "activity slots": (
        recorded_pressure(
            (114, 1000, 1.91, 0.09, 2, 17.6, 105), IDLE_WORKFLOWS, slots=(2, 100), rates=(16, 20)
        ),
        {S.ACTIVITY_SLOTS},
    ),
    "activity slots that are slow to be handed over, beside a cluster on the same machine": (
        recorded_pressure(
            (180, 250, 13.6, 1.1, 2, 12, 290),
            IDLE_WORKFLOWS,
            slots=(16, 400),
            pollers=(20, 20),
            rates=(45, 60),
        ),
        {S.ACTIVITY_SLOTS},
    ),
    "workflow slots": (
        recorded_pressure(
            (3, 4, 1.0, 12, 1528, 0, 103),
            (3298, 3000, 0.5, 1.55, 0.4, 0, 5),
            slots=(100, 2),
            pollers=(12, 12),
            rates=(5.7, 6),
        ),
        {S.WORKFLOW_SLOTS},
    ),
    "activity pollers": (
        recorded_pressure(
            (625, 2000, 1.8, 1.0, 1, 17, 104), (4, 5, 1.1, 12, 1254, 0, 10), pollers=(1, 12), rates=(8, 9)
        ),
        {S.ACTIVITY_POLLERS},
    ),
    "workflow pollers": (
        recorded_pressure((4, 5, 1.8, 12, 808, 0, 103), (1408, 1400, 1.3, 2.0, 0.6, 0, 6), pollers=(12, 2)),
        {S.WORKFLOW_POLLERS},
    ),
    "cache": (
        recorded_pressure(
            (4, 5, 2.4, 5.0, 230, 0, 106),
            (752, 800, 1.1, 0.91, 1, 0, 25),
            sticky_hit_ratio=0.0,
            cores=(0.44, 0.4, 2.02),
        ),
        {S.CACHE},
    ),
    "worker CPU": (
        recorded_pressure(
            (5, 9, 3.6, 5.0, 347, 0, 306), (4, 6, 7.6, 5.0, 292, 0, 429), cores=(0.67, 0.21, 2.04)
        ),
        {S.WORKER_CPU},
    ),
    "queue rate by API": (
        recorded_pressure(
            (796, 900, 2.0, 5.0, 203, 17.3, 108), IDLE_WORKFLOWS, rate_limit=QueueRateLimit(20, "api", True)
        ),
        {S.QUEUE_RATE_API},
    ),
    "queue rate by API, on a server that does not say when it holds": (
        recorded_pressure(
            (796, 900, 2.0, 5.0, 203, 17.3, 108), IDLE_WORKFLOWS, rate_limit=QueueRateLimit(20, "api", False)
        ),
        {S.QUEUE_RATE_API},
    ),
    "queue rate by worker": (
        recorded_pressure(
            (745, 900, 2.1, 5.0, 200, 17.2, 104),
            IDLE_WORKFLOWS,
            rate_limit=QueueRateLimit(20, "worker", True),
        ),
        {S.QUEUE_RATE_WORKER},
    ),
    "worker's own rate": (
        recorded_pressure(
            (44, 900, 2.1, 0.0, 2, 17.6, 102), (3, 4, 0.2, 5.0, 156, 0, 4), cores=(0.17, 0.39, 0.76)
        ),
        {S.WORKER_RATE},
    ),
    "namespace RPS": (
        recorded_pressure(
            (34, 200, 2.2, 5.0, 26, 4.5, 109),
            (470, 500, 1.3, 5.0, 1, 2.1, 29),
            refused_per_second={"RpsLimit": 11.2},
            persistence=(1.1, 5.4),
        ),
        {S.REQUEST_RATE},
    ),
    "persistence QPS": (
        recorded_pressure(
            (3, 4, 1.2, 5.0, 331, 0, 105),
            (4, 5, 0.1, 5.0, 272, 0, 9),
            persistence_refused_per_second={"PersistenceLimit": 7.8},
        ),
        {S.PERSISTENCE_RATE},
    ),
    "history held up without a refusal": (
        recorded_pressure((3, 4, 1.2, 5.0, 331, 0, 105), (4, 5, 0.1, 5.0, 272, 0, 9)),
        {S.BETWEEN_STAGES},
    ),
    "downstream": (
        recorded_pressure(
            (3, 4, 19.3, 5.0, 296, 0, 992),
            (4, 5, 0.3, 5.0, 154, 0, 8),
            planned_activity_seconds=0.0,
            cores=(0.16, 0.3, 2.04),
        ),
        {S.DOWNSTREAM},
    ),
    "downstream beside other programs": (
        recorded_pressure(
            (20, 40, 9.9, 5.0, 333, 0, 730),
            (18, 47, 3.4, 4.9, 185, 0, 271),
            planned_activity_seconds=0.0,
            rates=(9.9, 12.6),
            cores=(0.17, 0.33, 1.87),
            persistence=(3.4, 1.9),
        ),
        {S.DOWNSTREAM},
    ),
    "downstream of a worker whose work is not ours": (
        recorded_pressure(
            (3, 4, 19.3, 5.0, 296, 0, 992), (4, 5, 0.3, 5.0, 154, 0, 8), planned_activity_seconds=None
        ),
        {S.ORDERS_IN_FLIGHT, S.DOWNSTREAM},
    ),
    "blocked loop": (
        recorded_pressure(
            (4, 5, 3.0, 5.0, 200, 0, 300), (4, 6, 6.0, 5.0, 150, 0, 300), cores=(0.2, 0.2, 0.8)
        ),
        {S.BLOCKED_LOOP},
    ),
    "slow database": (
        recorded_pressure(
            (40, 60, 2.0, 5.0, 60, 1, 106), (45, 60, 1.0, 5.0, 60, 0, 20), persistence=(14.0, 1.0)
        ),
        {S.DATABASE},
    ),
    "busy shard": (
        recorded_pressure(
            (40, 60, 2.0, 5.0, 60, 1, 106), (45, 60, 1.0, 5.0, 60, 0, 20), persistence=(0.7, 12.0)
        ),
        {S.SERVER},
    ),
    "stolen CPU": (
        recorded_pressure(
            (40, 60, 2.0, 5.0, 60, 1, 106), (45, 60, 1.0, 5.0, 60, 0, 20), machine=MachineUse(2, 1.2, 0.5)
        ),
        {S.STOLEN_CPU},
    ),
    "injector's CPU": (recorded_pressure(IDLE_ACTIVITIES, IDLE_WORKFLOWS, injector_cores=0.97), {S.INJECTOR}),
    "CPU and slots close together": (
        recorded_pressure(
            (200, 400, 4.0, 0.0, 1, 4, 300),
            (4, 5, 0.3, 5.0, 150, 0, 20),
            slots=(4, 100),
            cores=(0.95, 0.4, 1.5),
        ),
        {S.ACTIVITY_SLOTS, S.WORKER_CPU},
    ),
    "activity slots and workflow slots close together": (
        recorded_pressure(
            (114, 1000, 1.91, 0.09, 2, 17.6, 105),
            (3298, 3000, 0.5, 1.55, 0.4, 0, 5),
            slots=(2, 2),
            rates=(16, 20),
        ),
        {S.ACTIVITY_SLOTS, S.WORKFLOW_SLOTS},
    ),
    "two limits that refuse": (
        recorded_pressure(
            (34, 200, 2.2, 5.0, 26, 4.5, 109),
            (470, 500, 1.3, 5.0, 1, 2.1, 29),
            refused_per_second={"RpsLimit": 11.2},
            persistence_refused_per_second={"PersistenceLimit": 7.8},
        ),
        {S.REQUEST_RATE, S.PERSISTENCE_RATE},
    ),
    "slow database behind a busy shard": (
        recorded_pressure(
            (40, 60, 2.0, 5.0, 60, 1, 106), (45, 60, 1.0, 5.0, 60, 0, 20), persistence=(14.0, 12.0)
        ),
        {S.DATABASE, S.SERVER},
    ),
}
