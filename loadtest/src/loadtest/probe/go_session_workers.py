"""
Which workers serve sessions of the Go SDK, so that their activity slots are not known.

Such a worker has three pools of slots: for the task queue's activities, for those of sessions, and for the beginnings of
sessions.  Its heartbeat and its page have one number for all three: that of the pool which a task entered or left last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from temporalio.client import Client

from loadtest.probe.task_queue import DescribedQueue
from loadtest.results.measured_step import Replica
from loadtest.results.worker_facts import WorkerFacts

# The SDK's own name for the queue on which sessions begin.
_CREATION_SUFFIX = "__internal_session_creation"
_WHY = (
    "its slots are not known: it serves sessions (EnableSessionWorker), and the Go SDK tells of the slots for activities, for "
    "those of sessions and for new sessions as one number, that of the last task; a closed load goes by the plan's "
    "worker.activity_slots"
)


def may_serve_sessions(facts: WorkerFacts) -> bool:
    """
    Tell whether a worker may be one of the Go SDK; a page does not tell its SDK.
    """
    if facts.sdk is None:
        return facts.source == "page" and not facts.shows_main
    return facts.sdk.startswith("temporal-go")


async def polls_for_sessions(client: Client, task_queue: str) -> Mapping[str, float]:
    """
    Return the Unix time of the last poll of each worker that waits for sessions of a task queue, by its identity.
    """
    look = await DescribedQueue(client, f"{task_queue}{_CREATION_SUFFIX}").look()
    return {} if look is None else look.activity_pollers


def serves_sessions(replica: Replica, facts: WorkerFacts, polls: Mapping[str, float]) -> bool:
    """
    Tell whether a replica's worker polled for sessions since its start; of a worker whose identity is not known any
    such poll tells.
    """
    mine = polls.values() if facts.identity is None else (polls.get(facts.identity, 0.0),)
    return any(replica.ran_at(at) for at in mine)


def without_slots(facts: WorkerFacts) -> WorkerFacts:
    """
    Return what is known of a worker that serves sessions.
    """
    return replace(
        facts,
        serves_sessions=True,
        activity_slots=None,
        activity_slots_used=None,
        activity_pollers=None,
        why=_WHY,
    )
