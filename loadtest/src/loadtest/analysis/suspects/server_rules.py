"""
Suspects on the server's side: what it refuses, what it holds back, and what makes it slow.
"""

from __future__ import annotations

from loadtest.analysis.estimators.number_text import count_text, duration_text
from loadtest.analysis.readings.cpu_and_memory import is_full
from loadtest.analysis.suspects.suspect_builder import found
from loadtest.analysis.suspects.suspect_readings import SuspectReadings, suspect_readings_of
from loadtest.plan import Plan
from loadtest.plural import counted, plural
from loadtest.results.measured_step import Measured
from loadtest.results.suspect import Suspect, SuspectName

# A limit that refuses from time to time is reached by chance; one that limits the system refuses all the time.
FEWEST_REFUSALS_PER_SECOND = 0.5
BUSY_POLL_SECONDS = 0.2
LONG_SHARD_WAIT_SECONDS = 0.003
LONG_PERSISTENCE_SECONDS = 0.010
STOLEN_RATIO = 0.05
_OTHERS_CORES = 0.2
DISTURBED_CORES = 0.5
# No limit: two requests met at the same workflow.
_NO_LIMITS = frozenset({"BusyWorkflow"})
_CAUSES = {
    "RpsLimit": SuspectName.REQUEST_RATE,
    "ConcurrentLimit": SuspectName.LONG_POLLS,
    "PersistenceLimit": SuspectName.PERSISTENCE_RATE,
}


def refusals(readings: SuspectReadings) -> list[Suspect]:
    """
    A limit of the server refuses requests.

    Workers and clients do not show it: they retry, and the loss shows as waits.
    """
    causes = dict(readings.refused_per_second)
    for cause, rate in readings.persistence_refused_per_second.items():
        causes[cause] = max(rate, causes.get(cause, 0.0))
    return [
        found(
            _CAUSES.get(cause, SuspectName.OTHER_REFUSAL),
            1,
            f"the server refused {rate:.1f} requests/s because of {cause}",
        )
        for cause, rate in sorted(causes.items(), key=lambda each: -each[1])
        if cause not in _NO_LIMITS and rate >= FEWEST_REFUSALS_PER_SECOND
    ]


def queue_rate(readings: SuspectReadings) -> list[Suspect]:
    """
    The server holds activities back although polls wait for them.
    """
    limit, queue = readings.rate_limit, readings.activity
    if limit is None:
        return []
    held = (
        queue.backlog_tasks is not None
        and queue.backlog_tasks >= 1
        and queue.poll_p50_seconds is not None
        and queue.poll_p50_seconds >= BUSY_POLL_SECONDS
    )
    # A server before 1.32 never reports that it holds tasks back, and every server has a default limit.
    if not (limit.active and held if limit.source == "system" else limit.active or held):
        return []
    names = {
        "api": SuspectName.QUEUE_RATE_API,
        "worker": SuspectName.QUEUE_RATE_WORKER,
        "system": SuspectName.QUEUE_RATE_SYSTEM,
    }
    waiting = (
        ""
        if queue.backlog_tasks is None
        else f", and {count_text(queue.backlog_tasks)} {plural(queue.backlog_tasks, 'activity waits', 'activities wait')}"
    )
    polls = (
        ""
        if queue.poll_p50_seconds is None
        else f" while polls for them wait {duration_text(queue.poll_p50_seconds)}"
    )
    return [
        found(
            names[limit.source],
            2,
            f"the server hands out at most {limit.per_second:g} activities/s of this queue{waiting}{polls}",
        )
    ]


def machine(readings: SuspectReadings) -> list[Suspect]:
    """
    The machine on which everything runs has no core left, or its host takes cores away.
    """
    use = readings.machine
    if use is None:
        return []
    suspects = []
    if use.stolen_cores >= STOLEN_RATIO * use.cores:
        suspects.append(
            found(
                SuspectName.STOLEN_CPU,
                6,
                f"the host kept {use.stolen_cores:.2f} of {counted(use.cores, 'core')} back",
            )
        )
    if is_full(readings.machine):
        parts = {
            "workers": readings.worker_cores,
            "server": readings.server_cores,
            "injectors": readings.injector_cores,
        }
        told = [f"{name} {'not known' if cores is None else f'{cores:.2f}'}" for name, cores in parts.items()]
        others = other_cores(readings)
        if others is not None and others >= _OTHERS_CORES:
            told.append(f"other programs {others:.2f}")
        suspects.append(
            found(
                SuspectName.MACHINE,
                6,
                f"{use.busy_cores:.2f} of {counted(use.cores, 'core')} are busy ({', '.join(told)})",
            )
        )
    return suspects


def other_cores(readings: SuspectReadings) -> float | None:
    """
    Return the cores that programs other than workers, server and injectors use; ``None`` where a part is not known.
    """
    use, server, worker, injector = (
        readings.machine,
        readings.server_cores,
        readings.worker_cores,
        readings.injector_cores,
    )
    if use is None or server is None or worker is None or injector is None:
        return None
    return max(0.0, use.busy_cores - server - worker - injector)


def is_disturbed(readings: SuspectReadings) -> bool:
    """
    Tell whether other programs take so much of the machine that every time is longer for it.
    """
    return (other_cores(readings) or 0.0) >= DISTURBED_CORES


def server(readings: SuspectReadings) -> list[Suspect]:
    """
    Writes queue up at a shard, or the database is slow.
    """
    shard, database = readings.shard_wait_mean_seconds, readings.persistence_mean_seconds
    suspects = []
    if database is not None and database >= LONG_PERSISTENCE_SECONDS and not is_full(readings.machine):
        suspects.append(
            found(
                SuspectName.DATABASE,
                6,
                f"a request to the database takes {duration_text(database)} in the mean",
            )
        )
    if shard is not None and writes_queue(readings):
        told = "" if database is None else f", and a request to the database takes {duration_text(database)}"
        suspects.append(
            found(
                SuspectName.SERVER,
                6,
                f"a write waits {duration_text(shard)} for its history shard in the mean{told}",
            )
        )
    return suspects


def writes_queue(readings: SuspectReadings) -> bool:
    """
    Tell whether writes wait long for their history shard.
    """
    shard = readings.shard_wait_mean_seconds
    return shard is not None and shard >= LONG_SHARD_WAIT_SECONDS


def why_full(measured: Measured, plan: Plan) -> str | None:
    """
    Say which parts of a step's own system fill its machine.

    Args:
        measured: The step.
        plan: Plan of the step's cell.

    Returns:
        ``None`` for a machine that has a core left, that other programs fill, or whose use is not known, as beside a
        server whose CPU is not seen.
    """
    readings = suspect_readings_of(measured, plan)
    full = [one for one in machine(readings) if one.name is SuspectName.MACHINE]
    if not full or other_cores(readings) is None or is_disturbed(readings):
        return None
    return f"{full[0].evidence}, so the system itself fills it"
