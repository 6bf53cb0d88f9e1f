"""
How often the steps of a run are judged, however many of them there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
import synthetic_steps
from closed_steps import closed_step

from loadtest.analysis import analyse
from loadtest.analysis.costs.sizing_steps import believable_steps
from loadtest.analysis.judged_steps import step_verdict
from loadtest.analysis.saturation.cell_capacity import CellCapacity
from loadtest.plan import Plan
from loadtest.results.measured_step import Measured
from loadtest.results.step_key import StepKey
from loadtest.results.step_result import StepVerdict

PLAN = synthetic_steps.demo_plan(replicas=(1, 2), repetitions=2)


@pytest.fixture(scope="module")
def steps() -> list[Measured]:
    """
    A run of eight steps, and the second ones of two of its four closed loads.
    """
    return [
        *synthetic_steps.steps(PLAN),
        closed_step(PLAN, doubled=True),
        closed_step(PLAN, replicas=2, repetition=2, doubled=True),
    ]


def _analyse(steps: list[Measured]) -> object:
    return analyse(steps, PLAN, synthetic_steps.manifest())


def _believe(steps: list[Measured]) -> object:
    return believable_steps(steps, PLAN)


@pytest.mark.parametrize("read", [_analyse, _believe], ids=["report", "size"])
def test_each_step_of_a_run_is_judged_once(
    read: Callable[[list[Measured]], object], steps: list[Measured], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A closed step's verdict is handed down to the open steps of its cell and to the other step of its load."""
    judged: Counter[StepKey] = Counter()
    judge = step_verdict.judge

    def counting(
        measured: Measured, plan: Plan, capacity: CellCapacity | None = None
    ) -> tuple[StepVerdict, tuple[str, ...]]:
        judged[measured.key] += 1
        return judge(measured, plan, capacity)

    monkeypatch.setattr(step_verdict, "judge", counting)

    read(steps)

    assert judged == Counter(step.key for step in steps)
