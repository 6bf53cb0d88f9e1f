"""
Whether the open windows of a run bear out the model that tells how many replicas a rate needs.

A window is compared with the model at its own rate and replicas only where it is sure of its answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from loadtest.analysis.costs.replicas_wanted import ReplicaModel
from loadtest.analysis.decisions.late_tasks import count_late, why_not_counted
from loadtest.analysis.decisions.late_workflow_tasks import BUSY_BURST, decide_workflow_queue
from loadtest.analysis.decisions.model_answer import MODEL_RATIO, RATE_RATIO, fewest_counted
from loadtest.analysis.estimators.intervals import share_ends
from loadtest.analysis.estimators.number_text import count_text
from loadtest.analysis.estimators.percentiles import late_of_hdr
from loadtest.analysis.readings.step_load import load_shape
from loadtest.analysis.twin import Measure, SloBound
from loadtest.analysis.twin.work_distribution import knows_orders
from loadtest.plan import Plan
from loadtest.plural import counted
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import histogram_of
from loadtest.results.window_decision import Decided


@dataclass(frozen=True, slots=True)
class _Window:
    """
    The late tasks or orders of one open window.

    Attributes:
        step: The step.
        rate: Its highest rate, in orders per second.
        late, counted: How many were late, of how many.
        together: How many count as one event, as waits come in bursts.
    """

    step: Measured
    rate: float
    late: float
    counted: int
    together: float

    @property
    def ends(self) -> tuple[float, float]:
        """
        The 95 % ends of the late share.
        """
        return share_ends(self.late, self.counted, self.together)


def why_not_borne_out(
    model: ReplicaModel, steps: Sequence[Measured], plan: Plan, bounds: Sequence[SloBound]
) -> str | None:
    """
    Say that a window has many late tasks or orders where the model has hardly any, or that none shows how long orders take of
    which the model does not hold that; ``None`` where neither is so.

    Args:
        model: The model.
        steps: Steps of the setting that may be believed.
        plan: Plan of the setting.
        bounds: The bounds that the replicas are to keep.
    """
    for bound in bounds:
        what = "activities waited" if bound.measure is Measure.WAIT else "orders took"
        shown = list(_windows(steps, plan, bound))
        for window in shown:
            if window.ends[0] > bound.allowed_ratio and _hardly_any(model, window, bound):
                return (
                    f"{count_text(window.late)} of {window.counted} {what} longer than {bound.seconds:g} s in step {window.step.key.folder}, where "
                    "the model has hardly any: it does not hold what makes them late, and more replicas may not help"
                )
        must_show = bound.measure is Measure.END_TO_END and not knows_orders(plan)
        if must_show and not any(window.ends[1] <= bound.allowed_ratio for window in shown):
            return (
                "how the time of such an order spreads no model holds, and no open window shows that few take longer than "
                f"{bound.seconds:g} s; add an open load at a low rate, whose window has "
                f"{counted(fewest_counted(bound, orders_known=False), 'order')}"
            )
    return None


def why_workflow_tasks_wait(steps: Sequence[Measured], plan: Plan, per_replica: float) -> str | None:
    """
    Say that workflow tasks, which the model does not hold, waited too long at no more orders per second and replica; ``None``
    where they did not.

    Args:
        steps: Steps of the setting that may be believed.
        plan: Plan of the setting.
        per_replica: Orders per second and replica of the model's answer.
    """
    for step, rate in _open(steps, plan):
        found = decide_workflow_queue(step, plan)
        if found is None or found.answer is not Decided.MISSED or rate / step.key.replicas > per_replica:
            continue
        return (
            f"workflow tasks waited too long in step {step.key.folder}, at {rate / step.key.replicas:.3g} orders/s a replica: "
            f"{count_text(found.late)} did, where {found.twin_late:.0f} may, and the model holds activities alone; give the workers more "
            "workflow task slots or cores"
        )
    return None


def _hardly_any(model: ReplicaModel, window: _Window, bound: SloBound) -> bool:
    few = replace(bound, allowed_ratio=MODEL_RATIO * bound.allowed_ratio)
    return model.keeps(window.step.key.replicas, RATE_RATIO * window.rate, few)


def _open(steps: Sequence[Measured], plan: Plan) -> Iterator[tuple[Measured, float]]:
    for step in steps:
        shape = load_shape(plan.loads[step.key.load], step.arrival_rate)
        if shape is not None:
            yield step, shape.highest_rate


def _windows(steps: Sequence[Measured], plan: Plan, bound: SloBound) -> Iterator[_Window]:
    for step, rate in _open(steps, plan):
        if bound.measure is Measure.WAIT:
            waits = histogram_of(step.worker_window, "worker.activity_schedule_to_start")
            if waits is not None and why_not_counted(waits, bound.seconds) is None:
                yield _Window(step, rate, count_late(waits, bound.seconds), waits.count, BUSY_BURST)
        elif (encoded := step.injector.histograms.get("end_to_end")) is not None:
            orders, late = late_of_hdr(encoded, bound.seconds)
            yield _Window(step, rate, late, orders, 1.0)
