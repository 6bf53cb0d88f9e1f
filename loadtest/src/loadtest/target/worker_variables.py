"""
The plan's worker settings as the environment variables that the kit's ``main`` reads.
"""

from __future__ import annotations

from loadtest.plan import WorkerSetup

# Shorter than any step, so that the server knows the slots of the workers that a step uses.
HEARTBEAT_SECONDS = 5


def plan_variables(setup: WorkerSetup, *, own_worker: bool) -> dict[str, str]:
    """
    Return ``REPAIRSHOP_*`` variables; a user's program keeps its own slots where the plan names none.

    Args:
        setup: Worker settings of the plan.
        own_worker: Whether it is the kit's own worker, which gets the kit's slots where the plan names none.
    """
    values = setup.model_dump()
    values["activity_slots"] = setup.slots if own_worker else setup.activity_slots
    return {
        "REPAIRSHOP_WORKER_HEARTBEAT_SECONDS": str(HEARTBEAT_SECONDS),
        **{
            f"REPAIRSHOP_{name.upper()}": str(value).lower()
            for name, value in values.items()
            if value is not None
        },
    }
