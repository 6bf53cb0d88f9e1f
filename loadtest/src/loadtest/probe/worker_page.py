"""
What an SDK's own /metrics page tells of a worker, whatever prefix, suffix and case the SDK uses.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from loadtest.catalogue.shop_metrics import SHOP_METRICS
from loadtest.errors import MeasurementError
from loadtest.plural import counted
from loadtest.probe.exposition import Sample, is_same_value, labels_of, sample
from loadtest.results.worker_facts import WorkerFacts

_AVAILABLE, _USED = "worker_task_slots_available", "worker_task_slots_used"
_POLLERS, _RECEIVED, _STARTED = "num_pollers", "activity_task_received", "worker_start"
_ACTIVITY_WAITS = "activity_schedule_to_start_latency"
_WORKFLOW_WAITS = "workflow_task_schedule_to_start_latency"
_FAMILIES = (_AVAILABLE, _USED, _POLLERS, _RECEIVED, _STARTED)
_OF_MAIN = frozenset(metric.name for metric in SHOP_METRICS)
_HISTOGRAMS = (_ACTIVITY_WAITS, _WORKFLOW_WAITS)
_NO_ACTIVITIES = "its page shows no activity slots; it may have no activities"
NO_PAGE = (
    "its slots are not known: it serves no page of SDK metrics at METRICS_PORT and the server has no heartbeat of it "
    "with numbers; serve the page, or let the SDK send heartbeats (the second comes after an interval, 60 s by default)"
)


def facts_from_page(
    replica: str, text: str, task_queue: str, at: float, namespace: str = "default"
) -> WorkerFacts:
    """
    Read slots, pollers and eager activities from a page.

    Args:
        replica: Identity of the replica whose page it is.
        text: Text of the page, of any SDK: ``temporal_worker_task_slots_available``, with another prefix, or with a
            suffix.
        task_queue: Task queue whose series count; series that name no queue count too.
        at: Unix time of the look.
        namespace: Namespace whose series count; a process may have workers in several, on queues of the same name.

    Returns:
        The facts; all of them ``None`` with a reason if the page holds none of the families. Workers of one process and one
        task queue write their slots to the same series, so that a page of several tells no slots.
    """
    by_family: dict[str, list[tuple[Mapping[str, str], float]]] = {
        family: [] for family in (*_FAMILIES, *_HISTOGRAMS)
    }
    shows_main = False
    for line in _samples(replica, text):
        shows_main = shows_main or line.name in _OF_MAIN
        family = _family(line.name)
        labels = labels_of(line.identity)
        ours = is_same_value(labels.get("task_queue", task_queue), task_queue) and is_same_value(
            labels.get("namespace", namespace), namespace
        )
        if family is not None and ours:
            by_family[family].append((labels, line.value))
    found = WorkerFacts(replica, shows_main=shows_main, why=NO_PAGE)
    if not by_family[_AVAILABLE]:
        return found
    if (several := _most_started(by_family[_STARTED])) > 1:
        by_family[_AVAILABLE], by_family[_USED] = [], []
    activity, workflow = ("worker_type", "activity"), ("worker_type", "workflow")
    # Older SDKs of Go show free slots alone: of those in use nothing is known then.
    none_used = 0 if by_family[_USED] else None
    used = _sum(by_family[_USED], activity), _sum(by_family[_USED], workflow)
    free = _sum(by_family[_AVAILABLE], activity), _sum(by_family[_AVAILABLE], workflow)
    return replace(
        found,
        source="page",
        at=at,
        activity_slots=_total(free[0], used[0]),
        activity_slots_used=used[0] if used[0] is not None else none_used if free[0] is not None else None,
        workflow_slots=_total(free[1], used[1]),
        workflow_slots_used=used[1] if used[1] is not None else none_used if free[1] is not None else None,
        activity_pollers=_sum(by_family[_POLLERS], ("poller_type", "activity")),
        workflow_pollers=_sum(by_family[_POLLERS], ("poller_type", "workflow")),
        activities_taken=_sum(by_family[_ACTIVITY_WAITS]),
        workflow_tasks_taken=_sum(by_family[_WORKFLOW_WAITS]),
        eager=_eager(by_family[_RECEIVED]),
        shares_page=several > 1,
        why=_of_several(several) if several > 1 else None if free[0] is not None else _NO_ACTIVITIES,
    )


def _most_started(lines: Iterable[tuple[Mapping[str, str], float]]) -> int:
    """
    Return how many workers that may take activities the process has started; the SDKs of Go and Java count the parts of
    each worker on their own.
    """
    kinds = [
        value
        for labels, value in lines
        if "worker_type" not in labels or _is_of_kind(labels, "worker_type", "activity")
    ]
    return round(max(kinds, default=0.0))


def _of_several(workers: int) -> str:
    return (
        f"its process has started {counted(workers, 'worker')} of the task queue, and its page tells the slots of one; let the SDK send "
        "heartbeats every 5 s, which tell of each"
    )


def _samples(replica: str, text: str) -> Iterable[Sample]:
    for line in text.splitlines():
        try:
            read = sample(replica, line)
        except MeasurementError:
            continue  # a line of another library that breaks the format says nothing of slots
        # Micrometer writes NaN for a gauge whose object has gone.
        if read is not None and math.isfinite(read.value):
            yield read


def _family(name: str) -> str | None:
    if name.endswith("_count"):
        return next((family for family in _HISTOGRAMS if family in name), None)
    bare = name.removesuffix("_total")
    return next((family for family in _FAMILIES if bare == family or bare.endswith(f"_{family}")), None)


def _sum(lines: Iterable[tuple[Mapping[str, str], float]], kind: tuple[str, str] | None = None) -> int | None:
    """
    Add the values whose label names the kind, such as ``ActivityWorker``, ``activity_task`` or
    ``sticky_workflow_task``; all values where no kind is given.
    """
    values = [value for labels, value in lines if kind is None or _is_of_kind(labels, *kind)]
    return round(sum(values)) if values else None


def _is_of_kind(labels: Mapping[str, str], label: str, word: str) -> bool:
    told = labels.get(label, "").lower()
    return word in told and "local" not in told


def _total(free: int | None, used: int | None) -> int | None:
    return None if free is None else free + (used or 0)


def _eager(lines: Iterable[tuple[Mapping[str, str], float]]) -> bool | None:
    taken = [(labels.get("eager"), value) for labels, value in lines if "eager" in labels and value > 0]
    return any(eager == "true" for eager, _ in taken) if taken else None
