"""
What the injectors are told to do in one step.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from loadtest.plan import Arrivals, Work


def seed_of_order(step_seed: int, number: int) -> int:
    """
    Return the seed from which one order draws; it differs for all numbers, and for all steps' seeds below 2**31.
    """
    return step_seed * 2**32 + number


class StepInstruction(BaseModel):
    """
    What the injectors do together in one step; it travels to the injectors as JSON.

    Attributes:
        step: Name of the step's folder.
        id_prefix: Start of every order id; unique per run, step, and start of the run.
        scenario: Name, or path of a user's own file.
        task_queue: Task queue where the workflows are started.
        seed: Seed of the step; with the arrival's number it gives the seed of each order's draws.
        schedule_seed: Seed of the open schedule, which is separate so that a schedule can be chosen without changing
            the draws.
        work: Work of an order.
        arrival_rate: Starts per second of an open load; ``None`` for the closed model.
        in_flight: Workflows that all injectors together keep open under a closed load; ``None`` when open.
        arrivals: Shape of the open schedule.
        start_at: Unix time of the warm-up's first instant.
        warm_up_seconds, window_seconds: Lengths of warm-up and window; arrivals stop at the window's end, or earlier if
            the window is ended earlier.
        drain_seconds: Longest time to wait for open workflows.
        max_in_flight: Most workflows open over all injectors; further arrivals queue at the injectors.
        end_to_end_bound_seconds: Bound on the end-to-end latency for goodput; ``None`` counts every good close.
        injectors: Number of injectors that share the step; ``None`` shares it among all that are ready.
        codec: Whether payloads are encrypted; ``None`` leaves it to whether the injector has keys.
        address, namespace:
            Of the server under test, so that an injector that is connected elsewhere refuses; ``None`` until
            Locust's starter has put them in.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: str
    id_prefix: str
    scenario: str
    task_queue: str
    seed: int
    schedule_seed: str
    work: Work
    arrival_rate: float | None
    in_flight: int | None
    arrivals: Arrivals
    start_at: float
    warm_up_seconds: float
    window_seconds: float
    drain_seconds: float
    max_in_flight: int
    end_to_end_bound_seconds: float | None
    injectors: int | None = None
    codec: bool | None = None
    address: str | None = None
    namespace: str | None = None

    def on_schedule(self, schedule_seed: str) -> StepInstruction:
        """
        Return the same instruction on another schedule.
        """
        return self.model_copy(update={"schedule_seed": schedule_seed})
