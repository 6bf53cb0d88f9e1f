"""
A resource that may limit a system, with the readings that point at it and the setting that would relieve it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SuspectName(StrEnum):
    """
    What can limit a system, as people call it.
    """

    REQUEST_RATE = "requests a second of the namespace"
    LONG_POLLS = "long polls at a time of the namespace"
    PERSISTENCE_RATE = "requests a second to the database"
    OTHER_REFUSAL = "a limit of the server"
    QUEUE_RATE_API = "the task queue's rate limit, set by API"
    QUEUE_RATE_WORKER = "the task queue's rate limit, set by its workers"
    QUEUE_RATE_SYSTEM = "the server's own rate limit of a task queue"
    ACTIVITY_SLOTS = "activity slots"
    WORKFLOW_SLOTS = "workflow task slots"
    ACTIVITY_POLLERS = "activity pollers"
    WORKFLOW_POLLERS = "workflow task pollers"
    SLOT_TUNER = "the tuner of activity slots"
    WORKER_RATE = "the worker's own rate limit of activities"
    CACHE = "the cache of workflows"
    WORKER_CPU = "CPU of the workers"
    BLOCKED_LOOP = "something that blocks the workers' event loop"
    DOWNSTREAM = "what the activities call"
    BETWEEN_STAGES = "the server's history service"
    SERVER = "the server"
    DATABASE = "the database"
    MACHINE = "the machine's cores"
    STOLEN_CPU = "the host that the machine shares"
    ORDERS_IN_FLIGHT = "orders in flight"
    INJECTOR = "the injectors"


@dataclass(frozen=True, slots=True)
class SettingNames:
    """
    One setting with the names under which people find it.

    Attributes:
        plan_key: Key of the setting in a plan, such as ``worker.activity_slots``; null where a plan has none.
        variable: Environment variable of the kit's worker; null where it has none.
        helm_value: Key in the chart's values, such as ``worker.activitySlots``; null where the chart has none.
        elsewhere: Where it is set if it is no setting of the kit, in words.
    """

    plan_key: str | None = None
    variable: str | None = None
    helm_value: str | None = None
    elsewhere: str | None = None

    @property
    def text(self) -> str:
        """
        All names of the setting in one line.
        """
        told = [f"`{self.plan_key}` of the plan"] if self.plan_key else []
        told += [f"`{self.variable}`"] if self.variable else []
        told += [f"Helm `{self.helm_value}`"] if self.helm_value else []
        told += [self.elsewhere] if self.elsewhere else []
        return ", ".join(told)


@dataclass(frozen=True, slots=True)
class Suspect:
    """
    One resource that the readings of a step point at.

    Attributes:
        name: Name of the suspect.
        group: Number of the ranking's question that found it, from 1; suspects of one group are equally likely.
        evidence: The readings, as a clause.
        setting: Setting that would relieve it.
        not_relieved: Why the kit itself cannot relieve it; null where it can.
    """

    name: SuspectName
    group: int
    evidence: str
    setting: SettingNames
    not_relieved: str | None = None
