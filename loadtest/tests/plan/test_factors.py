"""
Factors: keys that a plan varies, and the plan of one cell.
"""

from __future__ import annotations

import tomllib

from loadtest.plan import ServerSetup, Work, WorkerSetup, parse_plan


def test_a_cells_plan_has_the_values_of_its_factors_and_no_factors() -> None:
    """Worker, work, codec and the server's dynamic configuration; everything else stays."""
    plan = parse_plan(
        {
            "name": "x",
            "work": {"seconds": 0.2, "spread": "constant"},
            "factors": {
                "worker.activity_slots": [2, 4],
                "work.seconds": [0.1, 1],
                "codec": [False, True],
                "server.matching.numTaskqueueReadPartitions": [1, 4],
            },
        },
        "x.toml",
    )

    cell = plan.with_factors(
        {
            "worker.activity_slots": 2,
            "work.seconds": 1,
            "codec": True,
            "server.matching.numTaskqueueReadPartitions": 4,
        }
    )

    assert cell == plan.model_copy(
        update={
            "factors": {},
            "codec": True,
            "worker": WorkerSetup(activity_slots=2),
            "work": Work(seconds=1, spread="constant"),
            "server": ServerSetup(dynamic_config={"matching.numTaskqueueReadPartitions": 4}),
        }
    )


def test_keys_with_dots_may_stand_without_quotes() -> None:
    """TOML makes tables of them, which mean the same."""
    text = """
    name = "x"
    [factors]
    worker.activity_slots = [2, 4]
    [server.dynamic_config]
    matching.numTaskqueueReadPartitions = 1
    """

    plan = parse_plan(tomllib.loads(text), "x.toml")

    assert plan.factors == {"worker.activity_slots": (2, 4)}
    assert plan.server.dynamic_config == {"matching.numTaskqueueReadPartitions": 1}
