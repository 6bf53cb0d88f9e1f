"""
The flags that every verb lays over its plan, and those that several verbs declare.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from loadtest.cli.overrides import PlanFlags
from loadtest.cli.shared_flags import declared_flags

SEED = typer.Option(help="Seed of the schedule and of every order's draws.")
TASK_QUEUE = typer.Option(help="Task queue that the workers poll.")
SETTING = typer.Option(
    "--set",
    help="KEY=VALUE of the plan, e.g. work.seconds=0.2; may be repeated; `loadtest plan-keys` lists all.",
)
REPLICA_COUNTS = typer.Option(help="Worker replica counts, rising, e.g. 1,2,4.")
REPETITIONS = typer.Option(help="How often each step is done.")
WARM_UP = typer.Option(help="Seconds before each window, under the same load.")


def _flags(
    seed: Annotated[int | None, SEED] = None,
    injectors: Annotated[int | None, typer.Option(help="Locust processes that start workflows.")] = None,
    scenario: Annotated[
        str | None,
        typer.Option(help="A name of `loadtest scenarios`, or the path of your own file, e.g. mine.py."),
    ] = None,
    task_queue: Annotated[str | None, TASK_QUEUE] = None,
    namespace: Annotated[str | None, typer.Option(help="Temporal's namespace.")] = None,
    setting: Annotated[list[str] | None, SETTING] = None,
) -> None: ...


takes_plan_flags = functools.partial(declared_flags, _flags)


def plan_flags(parameters: Mapping[str, Any], **own: Any) -> PlanFlags:
    """
    Return the flags that a verb lays over its plan.

    Args:
        parameters: All parameters of the verb, as ``context.params`` holds them.
        own: Values that only this verb lays over the plan, by ``PlanFlags``' names.
    """
    return PlanFlags(
        seed=parameters["seed"],
        injectors=parameters["injectors"],
        scenario=parameters["scenario"],
        task_queue=parameters["task_queue"],
        namespace=parameters.get("namespace"),
        settings=tuple(parameters["setting"] or ()),
        **own,
    )
