"""
Valid steps, which the tests change.
"""

from __future__ import annotations

import pytest
import synthetic_steps

from loadtest.analysis import read_step
from loadtest.results.measured_step import Measured
from loadtest.results.step_result import StepResult


@pytest.fixture(scope="module")
def saturate() -> Measured:
    """
    A valid closed step.
    """
    return synthetic_steps.step(2, "saturate")


@pytest.fixture(scope="module")
def steady() -> Measured:
    """
    A valid open step.
    """
    return synthetic_steps.step(2, "open")


@pytest.fixture(scope="module")
def template() -> StepResult:
    """
    A read open step, to be changed.
    """
    return read_step(synthetic_steps.step(1, "open"), synthetic_steps.demo_plan())
