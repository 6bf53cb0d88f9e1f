"""
A step whose workers are of a version that gets no workflow.
"""

from __future__ import annotations

import pytest
from fake_steps import carry_out
from fake_system import FakeSystem

from loadtest.errors import TargetError


async def test_workers_of_a_version_that_gets_nothing_end_the_step_with_that(system: FakeSystem) -> None:
    """A longer drain, which open workflows are told to want, would change nothing."""
    system.idle = "new workflows go to version b2 of bakery"

    with pytest.raises(TargetError, match="no workflow was taken: new workflows go to version b2"):
        await carry_out(system)
