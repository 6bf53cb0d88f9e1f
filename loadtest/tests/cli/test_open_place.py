"""
What a plan asks of the place before its first step.
"""

from __future__ import annotations

from loadtest.cli.open_place import first_config
from loadtest.plan import Plan, ServerSetup
from loadtest.target.dev_server import DYNAMIC_CONFIG, with_ours


def test_the_server_starts_with_the_first_cells_configuration() -> None:
    """
    Else it would be started twice before the first step.
    """
    plan = Plan(
        name="p",
        server=ServerSetup(
            dynamic_config={"limit.blobSize.error": 9, "matching.numTaskqueueReadPartitions": 4}
        ),
        factors={"server.matching.numTaskqueueReadPartitions": (1, 8)},
    )

    assert first_config(plan) == {"limit.blobSize.error": 9, "matching.numTaskqueueReadPartitions": 1}


def test_the_whole_configuration_is_ours_and_the_plans() -> None:
    """
    The manifest names what the server was started with, the plan's value where both have a key.
    """
    given = {"history.transferProcessorMaxPollRPS": 5, "frontend.enableX": True}

    assert with_ours(given) == {
        **DYNAMIC_CONFIG,
        "history.transferProcessorMaxPollRPS": "5",
        "frontend.enableX": "true",
    }
