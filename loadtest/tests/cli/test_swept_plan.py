"""
Plans that are in order and that a sweep cannot carry out.
"""

from __future__ import annotations

import pytest

from loadtest.cli.swept_plan import swept_plan
from loadtest.errors import InputError
from loadtest.plan import Open, Plan, Saturate


def test_several_closed_loads_are_refused_by_their_places() -> None:
    """
    What replicas carry would be read from all of them as if they were repetitions of one.
    """
    plan = Plan(name="p", loads=(Saturate(), Open(arrival_rate=1), Saturate(in_flight_per_slot=0.5)))

    with pytest.raises(
        InputError, match=r"^plan: loads\.0 and loads\.2 are of kind saturate, .* leave the others out"
    ):
        swept_plan(plan)


def test_one_closed_load_is_swept_with_any_number_of_open_ones() -> None:
    """
    As the plans of this kit have them.
    """
    plan = Plan(name="p", loads=(Saturate(), Open(arrival_rate=1), Open(arrival_rate=2)))

    assert swept_plan(plan) is plan
