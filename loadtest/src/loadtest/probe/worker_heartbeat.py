"""
What a worker process reports in the heartbeats that a server keeps.

A replica may be more than one worker: a process may have one for workflows and one for activities, and a launcher may
start several processes. Their numbers are added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from temporalio.api.enums.v1 import WorkerStatus
from temporalio.api.worker.v1 import WorkerHeartbeat, WorkerListInfo, WorkerSlotsInfo

from loadtest.results.measured_step import CLOCK_SLACK_SECONDS, Replica
from loadtest.results.worker_facts import WorkerFacts

# The worker of a heartbeat that is older than this many intervals has died.
_STALE_INTERVALS = 1.5
_LONGEST_INTERVAL_SECONDS = 60.0
_RUNNING = (WorkerStatus.WORKER_STATUS_RUNNING, WorkerStatus.WORKER_STATUS_UNSPECIFIED)


def facts_from_heartbeats(replica: str, beats: Sequence[WorkerHeartbeat], now: float) -> WorkerFacts | None:
    """
    Read the heartbeats of one replica; ``None`` if they tell nothing of a worker that works now.

    Slots in use and free slots add up to all slots only with a fixed supplier; a resource-based one has no number of
    slots.
    The first heartbeat of a worker holds only zeros.

    Args:
        replica: Identity of the replica.
        beats: The newest heartbeat of each worker of the replica, as the server keeps it.
        now: Unix time.
    """
    told = [beat for beat in beats if not is_first(beat) and is_alive(beat, now)]
    if not told:
        return None
    newest = max(told, key=_sent_at)
    activity = _offered(beat.activity_task_slots_info for beat in told)
    workflow = _offered(beat.workflow_task_slots_info for beat in told)
    supplier = _supplier(activity)
    return WorkerFacts(
        replica=replica,
        source="heartbeat",
        at=min(map(_sent_at, told)),
        identity=newest.worker_identity,
        sdk=sdk_of(newest),
        activity_slots=_slots(activity),
        activity_slots_used=_used(activity),
        workflow_slots=_slots(workflow),
        workflow_slots_used=_used(workflow),
        activity_pollers=sum(beat.activity_poller_info.current_pollers for beat in told),
        workflow_pollers=sum(
            beat.workflow_poller_info.current_pollers + beat.workflow_sticky_poller_info.current_pollers
            for beat in told
        ),
        activities_taken=_taken(activity),
        workflow_tasks_taken=_taken(workflow),
        slot_supplier=supplier,
        activity_polls_scale=any(beat.activity_poller_info.is_autoscaling for beat in told),
        workflow_polls_scale=any(beat.workflow_poller_info.is_autoscaling for beat in told),
        cached_workflows=sum(beat.current_sticky_cache_size for beat in told),
        shares_page=len(activity) > len({process_of(beat) for beat in told}),
        why=None
        if supplier == "Fixed"
        else f"its activity slots have no fixed number ({supplier or 'none'})",
    )


def is_alive(beat: WorkerHeartbeat, now: float) -> bool:
    """
    Tell whether a heartbeat is of a worker that works now; a killed worker stays listed for minutes.
    """
    longest = _STALE_INTERVALS * (_interval(beat) or _LONGEST_INTERVAL_SECONDS)
    return beat.status in _RUNNING and now - _sent_at(beat) <= longest + CLOCK_SLACK_SECONDS


def is_first(beat: WorkerHeartbeat) -> bool:
    """
    Tell whether a heartbeat is the first of its worker, which holds no numbers.
    """
    return _interval(beat) == 0


def sdk_of(beat: WorkerHeartbeat) -> str | None:
    """
    Return name and version of the SDK that sent a heartbeat.
    """
    return f"{beat.sdk_name} {beat.sdk_version}".strip() or None


def newest_start(beats: Iterable[WorkerHeartbeat]) -> float | None:
    """
    Return the Unix time of the last start among workers; ``None`` where none tells its own.
    """
    return max(map(_started_at, beats), default=0.0) or None


def process_of(beat: WorkerHeartbeat) -> tuple[str, str]:
    """
    Return the process that sent a heartbeat, by its host and its id there.
    """
    return beat.host_info.host_name, beat.host_info.process_id


def is_of(replica: Replica, beat: WorkerHeartbeat, group_of: Callable[[int], int | None]) -> bool:
    """
    Tell whether a heartbeat belongs to a replica: by identity, by the process group on this machine, or by a pod's host
    name.

    A restarted container of a pod has the same host name as the one before it, whose last heartbeat stays listed for a
    while.
    """
    process = ListedProcess(beat.worker_identity, *process_of(beat), _started_at(beat))
    return process.is_of(replica, group_of)


def listed_by(beat: WorkerHeartbeat) -> WorkerListInfo:
    """
    Return the entry that a server from 1.31 on would have in its list, of a heartbeat in the list of an older one.
    """
    return WorkerListInfo(
        worker_instance_key=beat.worker_instance_key,
        worker_identity=beat.worker_identity,
        task_queue=beat.task_queue,
        start_time=beat.start_time,
        host_name=beat.host_info.host_name,
        process_id=beat.host_info.process_id,
    )


@dataclass(frozen=True, slots=True)
class ListedProcess:
    """
    A worker's process as the server knows it.

    Attributes:
        identity: What it calls itself.
        host, process: Its host's name and its id there.
        started_at: Unix time of its start; 0 where it is not told.
    """

    identity: str
    host: str
    process: str
    started_at: float

    @classmethod
    def of_list(cls, listed: WorkerListInfo) -> ListedProcess:
        """
        Return the process of a worker in the server's list.
        """
        started = listed.start_time.ToNanoseconds() / 1e9
        return cls(listed.worker_identity, listed.host_name, listed.process_id, started)

    def is_of(self, replica: Replica, group_of: Callable[[int], int | None]) -> bool:
        """
        Tell whether it is a replica's.
        """
        if self.started_at and not replica.ran_at(self.started_at):
            return False
        if self.identity == replica.identity:
            return True
        if replica.pid is not None:
            return self.process.isdecimal() and group_of(int(self.process)) == replica.pid
        return replica.is_host(self.host)


def _started_at(beat: WorkerHeartbeat) -> float:
    return beat.start_time.ToNanoseconds() / 1e9


def _sent_at(beat: WorkerHeartbeat) -> float:
    return beat.heartbeat_time.ToNanoseconds() / 1e9


def _interval(beat: WorkerHeartbeat) -> float:
    return beat.elapsed_since_last_heartbeat.ToTimedelta().total_seconds()


def _offered(infos: Iterable[WorkerSlotsInfo]) -> list[WorkerSlotsInfo]:
    """
    Leave out the slots of workers that take no such tasks, unless there are no others.
    """
    every = list(infos)
    offered = [
        info
        for info in every
        if info.slot_supplier_kind not in ("", "Fixed")
        or info.current_available_slots + info.current_used_slots > 0
    ]
    return offered or every[:1]


def _supplier(infos: Sequence[WorkerSlotsInfo]) -> str | None:
    return (
        " and ".join(sorted({info.slot_supplier_kind for info in infos if info.slot_supplier_kind})) or None
    )


def _slots(infos: Sequence[WorkerSlotsInfo]) -> int | None:
    if _supplier(infos) != "Fixed":
        return None
    return sum(info.current_available_slots + info.current_used_slots for info in infos)


def _used(infos: Sequence[WorkerSlotsInfo]) -> int | None:
    return sum(info.current_used_slots for info in infos) if _supplier(infos) else None


def _taken(infos: Sequence[WorkerSlotsInfo]) -> int:
    return sum(info.total_processed_tasks + info.current_used_slots for info in infos)
