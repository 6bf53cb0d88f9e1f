"""
The quantities by which two settings are compared, each as one positive number of a block, and why a block cannot be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from loadtest.analysis.decisions.late_tasks import count_late, why_not_counted
from loadtest.analysis.readings.work_done import workflows_per_second
from loadtest.analysis.rules.disturbances import disturbed_window
from loadtest.analysis.rules.enough_closes import too_few_closes
from loadtest.analysis.rules.validity import RULES, uneven_halves
from loadtest.analysis.saturation.cell_capacity import edges_of
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import histogram_of
from loadtest.results.step_key import plan_of_cell
from loadtest.results.step_result import StepResult

WAIT_OFFSET_SECONDS = 0.01
"""
What is added to a mean wait before its logarithm is taken, so that waits of a few milliseconds do not weigh.
"""

FEWEST_EVENTS = 10
"""
So many late tasks one of two settings must have: with none in either their shares are alike, whatever they are in the long run.
"""

_LOOP_MADE = "a closed load makes its waits itself; those of an open one can be compared"

# Whether one window was level, has enough closes and was not disturbed: a comparison takes its error from the rounds
# instead.
_OF_ONE_WINDOW = (disturbed_window, too_few_closes, uneven_halves)


def block_problems(measured: Measured, plan: Plan) -> tuple[str, ...]:
    """
    Return why a block cannot be compared; empty where it can.

    Args:
        measured: The block.
        plan: Plan of the run; the block's own setting is laid over it to check how its workers had to run.
    """
    cell = plan_of_cell(plan, measured.key)
    return tuple(problem for rule in RULES if rule not in _OF_ONE_WINDOW for problem in rule(measured, cell))


@dataclass(frozen=True, slots=True)
class Quantity:
    """
    One quantity of a block.

    Attributes:
        name: Name of the quantity as users write it.
        unit: Unit of the quantity's values.
        more_is_better: Whether a higher value is better.
        of: Returns the value of a block, or why there is none.
        events: Returns the events of a block that a share is counted from; ``None`` for what is no share.
        per_order: Whether orders are counted in the value, so that it is no finer than the window's edges cut them.
    """

    name: str
    unit: str
    more_is_better: bool
    of: Callable[[Measured, StepResult, Plan], float | str]
    events: Callable[[Measured, Plan], float] | None = None
    per_order: bool = False

    def edge_ratio(self, measured: Measured) -> float:
        """
        Return the standard deviation that the edges of a block's window make of its value, as a share of it.
        """
        return edges_of(measured) if self.per_order and measured.arrival_rate is None else 0.0


def _throughput(measured: Measured, result: StepResult, plan: Plan) -> float | str:
    del result, plan
    if measured.arrival_rate is not None:
        return "an open load sets the rate itself; that of a closed one can be compared"
    found = workflows_per_second(measured)
    return found if found > 0 else "nothing was completed"


def _wait(measured: Measured, result: StepResult, plan: Plan) -> float | str:
    del plan
    if measured.arrival_rate is None:
        return _LOOP_MADE
    mean = result.schedule_to_start_seconds.activity.mean.value
    waits = histogram_of(measured.worker_window, "worker.activity_schedule_to_start")
    if mean is None and waits is not None and waits.count:
        mean = waits.sum / waits.count
    return "the waits were not seen" if mean is None else mean + WAIT_OFFSET_SECONDS


def _late(measured: Measured, result: StepResult, plan: Plan) -> float | str:
    del result
    bound = plan.slo.schedule_to_start_p95_seconds
    if measured.arrival_rate is None:
        return _LOOP_MADE
    if bound is None:
        return "the plan bounds no waits"
    waits = histogram_of(measured.worker_window, "worker.activity_schedule_to_start")
    if waits is None or not waits.count:
        return "the waits were not seen"
    if (unknown := why_not_counted(waits, bound)) is not None:
        return unknown
    # Half a task is added to the late ones and half to the others, so that a block without a late task has a logarithm.
    return (count_late(waits, bound) + 0.5) / (waits.count + 1)


def _late_tasks(measured: Measured, plan: Plan) -> float:
    bound = plan.slo.schedule_to_start_p95_seconds
    waits = histogram_of(measured.worker_window, "worker.activity_schedule_to_start")
    return 0.0 if bound is None or waits is None else count_late(waits, bound)


def _end_to_end(measured: Measured, result: StepResult, plan: Plan) -> float | str:
    del plan
    if measured.arrival_rate is None:
        return _LOOP_MADE
    return result.end_to_end_seconds.p50 or "too few orders closed"


def _reading(key: str) -> Callable[[Measured, StepResult, Plan], float | str]:
    """
    Take a quantity from the reading of that key, or the reason why the reading is null.
    """

    def of(measured: Measured, result: StepResult, plan: Plan) -> float | str:
        del measured, plan
        found: float | None = attrgetter(key)(result)
        return found or result.why.get(key, "it was not seen")

    return of


QUANTITIES: Mapping[str, Quantity] = {
    quantity.name: quantity
    for quantity in (
        Quantity("throughput", "orders/s", True, _throughput, per_order=True),
        Quantity("late", "share of tasks, + 1/2 task", False, _late, _late_tasks),
        Quantity("wait", "s, mean + 10 ms", False, _wait),
        Quantity("end-to-end", "s, p50", False, _end_to_end),
        Quantity(
            "worker-cpu", "s an order", False, _reading("cpu_seconds_per_workflow.worker"), per_order=True
        ),
        Quantity(
            "server-cpu", "s an order", False, _reading("cpu_seconds_per_workflow.server"), per_order=True
        ),
        Quantity("worker-memory", "bytes", False, _reading("rss_bytes.worker")),
        Quantity("actions", "an order", False, _reading("actions_per_workflow")),
        Quantity("state-transitions", "an order", False, _reading("state_transitions_per_workflow")),
    )
}
