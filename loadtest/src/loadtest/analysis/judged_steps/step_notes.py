"""
Notes for the reader on how a step was counted; they make nothing invalid.
"""

from __future__ import annotations

from loadtest.analysis.readings import workflow_counts
from loadtest.analysis.readings.history_notes import (
    activities_elsewhere,
    children_elsewhere,
    nexus_note,
    queues_elsewhere,
    work_left_behind,
)
from loadtest.analysis.readings.work_done import WorkDone, work
from loadtest.analysis.readings.work_of_others import foreign_activities, work_of_others
from loadtest.analysis.readings.workers_as_planned import unknown_slots, unplanned_eager
from loadtest.analysis.rules.disturbances import disturbance_notes
from loadtest.plan import Plan
from loadtest.plural import counted
from loadtest.results.measured_step import Measured


def restarts_told(measured: Measured) -> str | None:
    """
    Say what was restarted before a step, as its settings are others than those of the step before it.
    """
    if not measured.restarted:
        return None
    return f"{' and '.join(measured.restarted)} restarted before this step for its settings"


def step_notes(measured: Measured, plan: Plan) -> list[str]:
    """
    Return the notes of one step, one sentence each.
    """
    notes = [told] if (told := restarts_told(measured)) else []
    if measured.worker_window is None:
        several = any(worker.processes > 1 for worker in measured.workers)
        notes.append(
            (
                "a replica is several processes, of which a page tells one: "
                if several
                else "the workers offer no metrics of ours: "
            )
            + (
                "throughput, waits and counts are the server's, the cache is not known"
                if measured.server_window is not None
                else "throughput and counts are the injectors', as no page of the server was read either; waits and the cache "
                "are not known"
            )
        )
    if workflow_counts.is_closed(measured) and measured.worker_halves is None:
        notes.append(
            "not judged: whether the window was level, as its halves are counted on pages of all workers alone"
        )
    notes += [f"not known: {reason}" for reason in unknown_slots(measured.workers)]
    notes += unplanned_eager(measured.workers, plan)
    notes += [
        f"{counted(count, 'start')} failed ({failure.name}), the first with: {words}"
        for failure, words in measured.injector.words.items()
        if words and (count := measured.injector.whole.failed.get(failure, 0))
    ]
    done = work(measured)
    declared = measured.activities_per_workflow
    if done is not None and declared and abs(done.per_workflow / declared - 1) > 0.005:
        notes.append(
            f"a workflow took {done.per_workflow:.2f} activity attempts in the mean{_why_other(measured, done, declared)}; throughput is "
            "counted with the former"
        )
    started = workflow_counts.started_types(
        measured, workflow_counts.SERVER_CLOSED
    ) or workflow_counts.started_types(measured, workflow_counts.WORKER_CLOSED)
    if started is not None:
        notes.append(
            f"workflows of other types closed beside {' and '.join(started)}: they are left out of the counts"
        )
    notes += [
        told
        for told in (
            activities_elsewhere(measured),
            children_elsewhere(measured),
            nexus_note(measured),
            work_left_behind(measured),
            work_of_others(measured),
        )
        if told is not None
    ]
    if done is None and declared != 0:
        why = (
            "nobody counted activities"
            if foreign_activities(measured) is None
            else "activities of others are counted among theirs"
        )
        notes.append(f"throughput is counted in workflow closes, which come in waves, as {why}")
    if measured.injector.awaited_every > 1:
        notes.append(
            f"every {measured.injector.awaited_every}th result was awaited: end to end and Little's ratio are of a sample"
        )
    return [*notes, *disturbance_notes(measured)]


def _why_other(measured: Measured, done: WorkDone, declared: int) -> str:
    """
    Say against a scenario's number of activities what a larger mean includes: retries, as far as nothing else is known to
    be in it.
    """
    if done.per_workflow < declared:
        return f" and the scenario says {declared}"
    others = [
        told
        for told, is_in in (
            (
                "of other task queues, as the server counts those of its whole namespace",
                done.counter == workflow_counts.SERVER_ACTIVITIES and queues_elsewhere(measured),
            ),
            ("of orders that did not end", measured.injector.open_at_end),
            (
                "of workflows behind their Nexus operations, where those are on this task queue",
                _has_nexus(measured),
            ),
        )
        if is_in
    ]
    if not others:
        return f", {declared} without retries and rework"
    return f", with those {' and '.join(others)}, and the scenario says {declared}"


def _has_nexus(measured: Measured) -> bool:
    return measured.histories is not None and measured.histories.nexus_operations > 0
