"""
What the injectors are told to do in one step.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from loadtest.plan import Arrivals, Work


def seed_of_order(step_seed: int, number: int) -> int:
    """
    Return the seed from which one order draws: no two numbers, and no two steps' seeds below 2**31, share one.
    """
    return step_seed * 2**32 + number


class StepInstruction(BaseModel):
    """
    What the injectors do together in one step; it travels to the injectors as JSON.

    Attributes:
        step: The step's folder name.
        id_prefix: Start of every order id; unique per run and step.
        scenario: Name, or path of a user's own file.
        task_queue: Where the workflows are started.
        seed: With the arrival's number, of each order's draws.
        schedule_seed: Of the open schedule, so that a schedule can be chosen while the draws stay.
        work: What an order costs.
        arrival_rate: Open loads: starts per second; ``None`` for the closed model.
        in_flight: Closed load: workflows kept open by all injectors together; ``None`` when open.
        arrivals: Shape of the open schedule.
        start_at: Unix time of the warm-up's first instant.
        warm_up_seconds, window_seconds: Arrivals stop at their end, or when the window is ended earlier.
        drain_seconds: How long open workflows are waited for.
        max_in_flight: Beyond it arrivals queue at the injector, for all injectors together.
        end_to_end_bound_seconds: For goodput; ``None`` counts every good close.
        codec: Whether payloads are encrypted; ``None`` where the injector has keys.
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
    codec: bool | None = None
    address: str | None = None
    namespace: str | None = None

    def on_schedule(self, schedule_seed: str) -> StepInstruction:
        """
        Return the same instruction on another schedule.
        """
        return self.model_copy(update={"schedule_seed": schedule_seed})
