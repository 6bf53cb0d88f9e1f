"""
``loadtest capacity``: for each replica count the highest rate that keeps the SLO, as a bracket.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loadtest.cli.given_flags import given_flags
from loadtest.cli.overrides import flagged_plan
from loadtest.cli.place_flags import place_of, refuse_idle_place, takes_place
from loadtest.cli.question_plan import unvaried
from loadtest.cli.shared_flags import (
    REPLICA_COUNTS,
    WARM_UP,
    plan_flags,
    run_flags,
    takes_plan_flags,
    takes_run_flags,
)
from loadtest.errors import InputError
from loadtest.plan import PlanFile


@takes_place
@takes_plan_flags
@takes_run_flags
def capacity(
    context: typer.Context,
    plan: Annotated[Path | None, typer.Argument(help="A plan file, e.g. loadtest/plans/demo.toml.")] = None,
    rate: Annotated[
        float | None, typer.Option(help="Starts per second at which the headroom is told, e.g. 2.5.")
    ] = None,
    window: Annotated[
        float | None, typer.Option(help="Most seconds of a probe; more of them confirm more.")
    ] = None,
    budget: Annotated[
        float | None, typer.Option(help="Seconds of all windows after which no step begins.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Folder of a run whose search goes on, where and how it began.")
    ] = None,
    replicas: Annotated[str | None, REPLICA_COUNTS] = None,
    warm_up: Annotated[float | None, WARM_UP] = None,
) -> int:
    """
    Search the highest rate that keeps the SLO on its waits, for each replica count, as a bracket 10 % wide.

    Exit codes: 0 every count has a bracket, or a count carries --rate; 1 none carries it; 2 bad input; 3 not known;
    130 interrupted.
    """
    given = given_flags(context)
    place = place_of(context.params)
    if resume is not None:
        from loadtest.results.run_folder import Run

        Run.open(resume)  # what is none is refused before the parts that measure are loaded
        from loadtest.cli import run_start

        return run_start.resume(resume, given, context.params, run_flags(context.params))
    if plan is None:
        raise InputError("no plan given; write `loadtest capacity loadtest/plans/demo.toml`")
    file = PlanFile.read(plan)
    asked = flagged_plan(file, plan_flags(context.params, replicas=replicas, warm_up=warm_up))
    refuse_idle_place(given, place, asked.server_names)
    # This import loads the parts that measure, which takes longer than every refusal above.
    from loadtest.cli import run_start
    from loadtest.cli.capacity_plan import searching_plan

    searched, question = searching_plan(asked, rate=rate, window_seconds=window, budget_seconds=budget)
    return run_start.begin(
        searched, file, place, run_flags(context.params), question, notes=unvaried(asked, searched)
    )
