"""
Answers of `size` beside what the run's own open windows showed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import synthetic_steps
from histograms import buckets, hdr

from loadtest.analysis.costs.sizing import sized_replicas
from loadtest.plan import Plan, Slo
from loadtest.results.measured_step import Measured
from loadtest.results.sizing_result import Basis

Change = Callable[[Measured], Measured]


def _answer(plan: Plan, change: Change, rate: float = 1.0) -> str:
    """
    What `size` tells of a rate for which one replica does by the model, from steps of which the open ones are changed.
    """
    steps = [change(step) if step.key.kind == "open" else step for step in synthetic_steps.steps(plan)]
    found = sized_replicas(steps, plan, rate)
    assert found.basis is Basis.REFUSED or found.needed is not None
    return found.why if found.needed is None else f"{found.needed.value:.0f}"


def _plan(scenario: str = "repair", *, waits: float | None = 0.15, orders: float | None = None) -> Plan:
    slo = Slo(schedule_to_start_p95_seconds=waits, end_to_end_p95_seconds=orders)
    return synthetic_steps.demo_plan(scenario=scenario, slo=slo)


def _waiting(queue: str, seconds: float) -> Change:
    def change(step: Measured) -> Measured:
        assert step.worker_window is not None
        name = f"worker.{queue}_schedule_to_start"
        histograms = {**step.worker_window.histograms, name: buckets([seconds] * 300)}
        return replace(step, worker_window=replace(step.worker_window, histograms=histograms))

    return change


def _taking(*seconds: float) -> Change:
    def change(step: Measured) -> Measured:
        histograms = {**step.injector.histograms, "end_to_end": hdr(seconds)}
        return replace(step, injector=replace(step.injector, histograms=histograms))

    return change


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.002, "1"), (0.4, "300 of 300 activities waited longer than 0.15 s in step 2-open1-1")],
    ids=["short", "long"],
)
def test_waits_that_the_model_does_not_hold_refuse_its_answer(seconds: float, told: str) -> None:
    """
    As where each task travels for longer than the bound before a worker has it: the model knows of queues alone.
    """
    assert _answer(_plan(), _waiting("activity", seconds)).startswith(told)


@pytest.mark.parametrize(
    ("scenario", "taken", "told"),
    [
        pytest.param("other", [2.0] * 60, "1", id="few late"),
        pytest.param(
            "other", [2.0] * 40, "how the time of such an order spreads no model holds", id="too few"
        ),
        pytest.param("other", [2.0] * 90 + [40.0] * 10, "10 of 100 orders took longer than 6 s", id="late"),
        pytest.param("repair", [2.0] * 40, "1", id="the kit's own"),
        pytest.param("repair", [2.0] * 90 + [40.0] * 10, "10 of 100 orders took longer", id="own, and late"),
    ],
)
def test_orders_that_the_model_does_not_hold_refuse_its_answer(
    scenario: str, taken: list[float], told: str
) -> None:
    """
    Their timers have a mean in the model and no more: no number of replicas shortens them.
    """
    assert _answer(_plan(scenario, waits=None, orders=6.0), _taking(*taken)).startswith(told)


@pytest.mark.parametrize(
    ("replicas", "told"),
    [(4, "workflow tasks waited too long in step 4-open1-1, at 0.45 orders/s a replica"), (1, "1")],
    ids=["with fewer orders a replica than asked", "with more"],
)
def test_late_workflow_tasks_refuse_an_answer_that_gives_a_replica_no_less(replicas: int, told: str) -> None:
    """
    The bound is on both queues, and the model holds one of them.
    """
    late = _waiting("workflow", 0.4)

    found = _answer(_plan(), lambda step: late(step) if step.key.replicas == replicas else step)

    assert found.startswith(told)
