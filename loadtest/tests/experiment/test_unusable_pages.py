"""
A page of a user's own worker that answers and cannot be used is told with what it lacks.
"""

from __future__ import annotations

import pytest
from fake_steps import carry_out, quick_plan
from fake_system import FakeSystem

from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.results.step_result import StepVerdict

LACKS = "temporal_workflow_completed"
TOLD = "the workers' pages answer and are left out of this step: worker-1: its /metrics page lacks " + LACKS


async def test_what_the_page_of_an_own_worker_lacks_is_a_note(system: FakeSystem) -> None:
    """Whoever serves the page was told to serve one."""
    system.lacks = LACKS

    measured, _ = await carry_out(system, own_worker=False)

    assert measured.worker_whole is None
    result = read_step(measured, quick_plan())
    assert TOLD in result.notes
    assert result.verdict is StepVerdict.VALID


@pytest.mark.parametrize("serves_pages", [True, False])
async def test_nothing_is_told_of_pages_that_are_good_or_not_there(
    system: FakeSystem, serves_pages: bool
) -> None:
    """A worker without a page is told of elsewhere."""
    system.serves_pages = serves_pages

    measured, _ = await carry_out(system, own_worker=False)

    assert not any("are left out" in note for note in measured.notes)
