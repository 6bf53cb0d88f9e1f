"""
What `loadtest capacity` is asked: a plan with one closed and one open load, and its question.
"""

from __future__ import annotations

import math

from loadtest.analysis.capacity_search import MOST_PROBES
from loadtest.cli.question_plan import parse_asked
from loadtest.design.capacity import longest_probe_seconds
from loadtest.errors import InputError
from loadtest.plan import ArrivalKind, LoadKind, Plan, Saturate
from loadtest.plan.loads import MOST_ARRIVAL_RATE
from loadtest.results.question import CapacityQuestion

_SHORTEST_PROBE_SECONDS = 20.0
# Keys of the plan that is made -> the flag whose value they have.
_FLAGS = {"loads.1.max_window_seconds": "--window", "budget_seconds": "--budget"}


def searching_plan(
    plan: Plan, *, rate: float | None, window_seconds: float | None, budget_seconds: float | None
) -> tuple[Plan, CapacityQuestion]:
    """
    Return the plan of a search for capacities and what it asks.

    Args:
        plan: As the user gave it; its factors stay at their first values.
        rate: At which the headroom is asked.
        window_seconds: Longest window of a probe; ``None`` goes by the replica count.
        budget_seconds: Of all windows; ``None`` leaves the plan's.

    Raises:
        InputError: The plan asks no bound on waits, or a flag has a value that cannot be.
    """
    if plan.slo.schedule_to_start_p95_seconds is None:
        raise InputError(
            "slo.schedule_to_start_p95_seconds: the plan asks no bound on the waits, at which a capacity could be found; "
            "write --set slo.schedule_to_start_p95_seconds=0.15"
        )
    if rate is not None and not (math.isfinite(rate) and rate > 0):
        raise InputError(f"--rate {rate:g}: must be greater than 0, and finite")
    if rate is not None and rate > MOST_ARRIVAL_RATE:
        raise InputError(f"--rate {rate:g}: must be at most {MOST_ARRIVAL_RATE:,} starts per second")
    if window_seconds is not None and window_seconds < _SHORTEST_PROBE_SECONDS:
        raise InputError(
            f"--window {window_seconds:g}: nothing is decided before {_SHORTEST_PROBE_SECONDS:g} s; "
            f"write {_SHORTEST_PROBE_SECONDS:g} or more"
        )
    shaped = [
        load.arrivals.kind
        for load in plan.loads
        if not isinstance(load, Saturate) and load.arrivals.kind is not ArrivalKind.POISSON
    ]
    if shaped and not any(
        not isinstance(load, Saturate) and load.arrivals.kind is ArrivalKind.POISSON for load in plan.loads
    ):
        raise InputError(
            f"loads: arrivals of kind {shaped[0].value} have no long run, so no rate of them can be searched; "
            'write kind = "poisson"'
        )
    document = plan.at_first_values()
    longest = window_seconds or max(map(longest_probe_seconds, plan.replicas))
    document |= {
        "repetitions": 1,
        "loads": [
            plan.saturate_load.model_dump(mode="json"),
            {"kind": LoadKind.OPEN.value, "max_window_seconds": longest},
        ],
    }
    if budget_seconds is not None:
        document["budget_seconds"] = budget_seconds
    searched = parse_asked(document, "capacity", _FLAGS)
    return searched, CapacityQuestion(0, 1, MOST_PROBES, window_seconds, rate)
