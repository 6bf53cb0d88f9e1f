"""
Suspects on the workers' side: tasks that they do not fetch, and tasks that take them long.
"""

from __future__ import annotations

from loadtest.analysis.estimators.number_text import count_text, duration_text
from loadtest.analysis.readings.cpu_and_memory import is_full
from loadtest.analysis.saturation.saturation_limit import FULL_SLOTS_RATIO
from loadtest.analysis.suspects.server_rules import is_disturbed, other_cores, writes_queue
from loadtest.analysis.suspects.suspect_builder import found
from loadtest.analysis.suspects.suspect_readings import QueueReadings, SuspectReadings
from loadtest.analysis.suspects.worker_cores import cores_each, cores_told, full_cpu, used_ratio
from loadtest.plural import counted, plural
from loadtest.results.step_result_parts import Limit
from loadtest.results.suspect import Suspect, SuspectName

LONG_WAIT_SECONDS = 0.030
LONG_MEAN_WAIT_SECONDS = 0.100
AT_ONCE_SECONDS = 0.005
# For a moment between two tasks, longer on a busy machine, a slot is neither in use nor held by a poll.
_SLOTS_SLACK, _SLOTS_SLACK_RATIO = 0.5, 0.15
ALL_POLLERS_RATIO = 0.75
NO_POLLERS_RATIO = 0.35
FEWEST_HITS_RATIO = 0.5
LONG_TASK_SECONDS = 0.050
# Of the cores that a worker's code can use.
BUSY_WORKER_RATIO = 0.6
LONGER_RATIO, LONGER_SECONDS = 1.5, 0.020
FAR_LONGER_RATIO, FAR_LONGER_SECONDS = 4.0, 0.100
ACCOUNTED_RATIO, HARDLY_ACCOUNTED_RATIO = 0.6, 0.4
FULL_INJECTOR_CORES = 0.9
LITTLE_RATIO = 0.25
# With these limits twice the orders in flight left slots free while tasks waited: so the slots are not too few.
_SLOTS_STAY_FREE = frozenset({Limit.HAND_OVER, Limit.LOOP})


def waits_long(queue: QueueReadings) -> bool:
    """
    Tell whether tasks of a kind wait.
    """
    p50, mean = queue.wait_p50_seconds, queue.wait_mean_seconds
    return (p50 is not None and p50 >= LONG_WAIT_SECONDS) or (
        mean is not None and mean >= LONG_MEAN_WAIT_SECONDS
    )


def fetching(readings: SuspectReadings) -> list[Suspect]:
    """
    Tasks of a kind wait although a poll is answered at once: the workers do not fetch them.

    Activity slots are no suspect where twice the orders in flight did not fill them.
    """
    suspects = []
    for queue in (readings.activity, readings.workflow):
        if not waits_long(queue):
            continue
        poll = queue.poll_p50_seconds
        at_once = poll is not None and poll <= AT_ONCE_SECONDS
        told = f"{_waiting(queue)}{' and polls are answered at once' if at_once else ''}"
        taken = _hardly_a_slot_is_free(queue, at_once=at_once)
        if taken and not (queue.kind == "activity" and readings.closed_load_limit in _SLOTS_STAY_FREE):
            suspects.append(_slots(queue, told, _group_of_slots(queue, readings)))
        if at_once and not suspects:
            suspects += _polls(queue, readings, told, asks=taken)
    if suspects:
        suspects += full_cpu(readings, 3)
    return suspects


def executing(readings: SuspectReadings) -> list[Suspect]:
    """
    Something executes long: all of it, or the activities alone at little CPU.
    """
    used, task = used_ratio(readings), readings.workflow.execution_mean_seconds
    full = full_cpu(readings, 4)
    if full:
        return full
    if task is not None and task >= LONG_TASK_SECONDS and used is not None:
        told = f"a workflow task takes {duration_text(task)} of the worker's time in the mean, and each worker uses {cores_told(readings)}"
        if used >= BUSY_WORKER_RATIO:
            return [found(SuspectName.WORKER_CPU, 4, told)]
        if readings.runs_on_one_core and not is_full(readings.machine) and not is_disturbed(readings):
            return [found(SuspectName.BLOCKED_LOOP, 4, told)]
    if _activities_are_slow(readings):
        return [found(SuspectName.DOWNSTREAM, 4, _activities(readings))]
    return []


def between(readings: SuspectReadings) -> list[Suspect]:
    """
    Nothing waits and nothing executes long: there are too few orders, or they are delayed between the stages.
    """
    cores, limit = readings.injector_cores, readings.injector_core_limit
    usable = readings.injectors * min(1.0, limit or 1.0)
    if cores is not None and cores >= FULL_INJECTOR_CORES * usable:
        told = f"{counted(readings.injectors, 'injector process uses', 'injector processes use')} {cores:.2f} cores"
        if usable < readings.injectors:
            told += f" of the {limit:g} that each may use"
        return [found(SuspectName.INJECTOR, 5, told)]
    if waits_long(readings.activity) or waits_long(readings.workflow) or not readings.in_flight:
        return []
    ratio = accounted(readings)
    if ratio is None:
        return []
    orders = count_text(readings.in_flight)
    suspects = []
    # On a full machine every stage is slow, and more orders would only wait.
    group = 7 if is_full(readings.machine) else 5
    orders_group = 5 if _gets_cores_at_once(readings) else group
    waiting = sum(readings.waiting_ratio.values())
    if ratio + waiting >= HARDLY_ACCOUNTED_RATIO and readings.is_closed:
        # Twice as many orders were the relief of this suspect, and completed no more.
        if readings.closed_load_limit is not Limit.HAND_OVER:
            are = plural(readings.in_flight, "order is", "orders are")
            busy = f"all {orders} {are} being worked on"
            told = (
                busy
                if ratio >= HARDLY_ACCOUNTED_RATIO
                else f"{orders} {are} open and {_waiting_for(readings)}"
            )
            suspects.append(
                found(
                    SuspectName.ORDERS_IN_FLIGHT, orders_group, f"{told}, no task waits, and slots are free"
                )
            )
        if readings.planned_activity_seconds is None and ratio >= HARDLY_ACCOUNTED_RATIO:
            # One load alone does not tell whether the activities always take so long.
            suspects.append(found(SuspectName.DOWNSTREAM, orders_group, _activities(readings)))
    if ratio + waiting < ACCOUNTED_RATIO:
        suspects.append(
            found(
                SuspectName.BETWEEN_STAGES,
                group,
                f"{orders} {plural(readings.in_flight, 'order is', 'orders are')} open, and only {percent(ratio)} of them are in a slot or in a queue",
            )
        )
    return suspects


def _waiting_for(readings: SuspectReadings) -> str:
    """
    Say for what orders wait, and for which part of their time.
    """
    told = [f"{percent(ratio)} of their time for {what}" for what, ratio in readings.waiting_ratio.items()]
    return f"wait {' and '.join(told)}"


def _gets_cores_at_once(readings: SuspectReadings) -> bool:
    """
    Tell whether other programs fill the machine but tasks are still taken at once, so that the system gets the cores it
    asks for.
    """
    waits = [queue.wait_p50_seconds for queue in (readings.activity, readings.workflow)]
    others, use = other_cores(readings), readings.machine
    if others is None or use is None:
        return False
    is_little = use.busy_cores - others <= LITTLE_RATIO * use.cores
    return is_little and all(wait is not None and wait <= AT_ONCE_SECONDS for wait in waits)


def accounted(readings: SuspectReadings) -> float | None:
    """
    Return the share of the open orders that are in a slot or a queue, ``None`` where a part is not known.
    """
    parts = [
        readings.activity.slots_used,
        readings.workflow.slots_used,
        readings.activity.waiting,
        readings.workflow.waiting,
    ]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or not readings.in_flight:
        return None
    return sum(known) / readings.in_flight


def percent(ratio: float) -> str:
    """
    Write a share in percent.
    """
    return f"{100 * ratio:.0f} %"


def _hardly_a_slot_is_free(queue: QueueReadings, *, at_once: bool) -> bool:
    """
    Tell whether hardly a slot is free: the slots are in use, or a poll that is answered at once holds them.
    """
    slots, used = queue.slots, queue.slots_used
    if not slots or used is None:
        return False
    taken = used + (queue.polls_out or 0.0)
    return used >= FULL_SLOTS_RATIO * slots or (at_once and taken >= slots - _slack(slots))


def _group_of_slots(queue: QueueReadings, readings: SuspectReadings) -> int:
    # On a full machine a slot is also free while its next task is on its way: then either may be the limit.
    may_be_slow = readings.closed_load_limit is Limit.UNTRIED and is_full(readings.machine)
    return 6 if queue.kind == "activity" and may_be_slow else 3


def _slots(queue: QueueReadings, told: str, group: int) -> Suspect:
    slots, used = queue.slots or 0.0, queue.slots_used or 0.0
    taken = min(used + (queue.polls_out or 0.0), slots)
    name = SuspectName.ACTIVITY_SLOTS if queue.kind == "activity" else SuspectName.WORKFLOW_SLOTS
    held = "in use" if used >= slots - _slack(slots) else "in use or held by a poll"
    return found(name, group, f"{count_text(taken)} of {count_text(slots)} {held} while {told}")


def _slack(slots: float) -> float:
    return max(_SLOTS_SLACK, _SLOTS_SLACK_RATIO * slots)


def _polls(queue: QueueReadings, readings: SuspectReadings, told: str, *, asks: bool) -> list[Suspect]:
    """
    Return what the outstanding polls point at; a worker that polls with all its free slots is not the one that holds
    back.
    """
    out, most = queue.polls_out, queue.pollers
    if out is None or not most:
        return []
    free = ""
    if queue.slots is not None and queue.slots_used is not None:
        unused = queue.slots - queue.slots_used
        free = f"{count_text(unused)} {plural(unused, 'slot is', 'slots are')} free, "
    if out >= ALL_POLLERS_RATIO * most:
        name = SuspectName.ACTIVITY_POLLERS if queue.kind == "activity" else SuspectName.WORKFLOW_POLLERS
        # A poll is also out while a slow server starts the task that it found: then either may be the limit.
        group = 6 if is_full(readings.machine) or writes_queue(readings) else 3
        return [
            found(
                name,
                group,
                f"{free}{count_text(out)} of {most} {plural(most, 'poll is', 'polls are')} out all the time, {told}",
            )
        ]
    if out > NO_POLLERS_RATIO * most or asks:
        return []
    held = f"{free}{count_text(out)} of {most} {plural(most, 'poll is', 'polls are')} out, {told}"
    hits = readings.sticky_hit_ratio
    if queue.kind == "workflow":
        if hits is None or hits >= FEWEST_HITS_RATIO:
            return []
        return [
            found(SuspectName.CACHE, 3, f"{percent(hits)} of the tasks found their workflow in it; {held}")
        ]
    if queue.is_tuned:
        # What it gives out may all be in use, and then the worker asks for nothing either.
        used = "" if queue.slots_used is None else f"{count_text(queue.slots_used)} in use, "
        return [found(SuspectName.SLOT_TUNER, 3, f"it gives out no more slots: {used}{held}")]
    # Slots whose use was not seen may be full.
    if queue.slots_used is None or (used_ratio(readings) or cores_each(readings) or 0.0) >= BUSY_WORKER_RATIO:
        return []
    return [found(SuspectName.WORKER_RATE, 3, f"the worker does not ask: {held}")]


def _waiting(queue: QueueReadings) -> str:
    tasks = "activities" if queue.kind == "activity" else "workflow tasks"
    if queue.waiting is not None and queue.waiting >= 1:
        return f"{count_text(queue.waiting)} {tasks} wait"
    return f"{tasks} wait {duration_text(queue.wait_p50_seconds or queue.wait_mean_seconds or 0.0)}"


def _activities_are_slow(readings: SuspectReadings) -> bool:
    planned, took = readings.planned_activity_seconds, readings.activity.execution_mean_seconds
    if planned is None or took is None:
        return False
    # Where cores are short, everything takes longer.
    if is_full(readings.machine) or is_disturbed(readings):
        return took >= FAR_LONGER_RATIO * planned + FAR_LONGER_SECONDS
    return took >= LONGER_RATIO * planned + LONGER_SECONDS


def _activities(readings: SuspectReadings) -> str:
    took, cores = readings.activity.execution_mean_seconds, readings.worker_cores
    planned = readings.planned_activity_seconds
    told = "activities execute" if took is None else f"an activity executes {duration_text(took)}"
    told += "" if planned is None else f" instead of {duration_text(planned)}"
    return told + ("" if cores is None else f" at {cores:.2f} worker cores in all")
