"""
What a plan says of its orders' work, and its scenario does not read.
"""

from __future__ import annotations

from loadtest.errors import InputError
from loadtest.plan import Plan, Work
from loadtest.results.plan_setting import changed_keys
from loadtest.scenario import Scenario


def refuse_ignored_work_keys(plan: Plan, scenario: Scenario) -> None:
    """
    Refuse a run that varies work which no order gets: two settings that are one would be told as the same.

    Raises:
        InputError: One line for each key.
    """
    unread = [
        path
        for path in plan.factors
        if path.startswith("work.") and path.removeprefix("work.") not in scenario.reads_work
    ]
    if unread:
        raise InputError(
            "\n".join(
                f"plan: factors.{path}: the scenario {scenario.name} does not read it, so no order would change; leave it out, "
                f"or let `start(client, arrival)` read arrival.{path}"
                for path in unread
            )
        )


def ignored_work_keys(plan: Plan, scenario: Scenario) -> tuple[str, ...]:
    """
    Name the keys of ``[work]`` that a plan sets and its scenario does not read; empty where it reads all of them.
    """
    changed = changed_keys("work", plan.work.model_dump(), Work().model_dump())
    named = [told for key, told in changed.items() if key not in scenario.reads_work]
    if not named:
        return ()
    return (
        f"the plan names {', '.join(named)}, which the scenario {scenario.name} does not read: its orders are as it makes them",
    )
