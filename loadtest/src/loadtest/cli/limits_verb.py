"""
``loadtest limits``: what holds a setting back, proved by relieving it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loadtest.cli.given_flags import given_flags
from loadtest.cli.overrides import flagged_plan
from loadtest.cli.place_flags import place_of, refuse_idle_place, takes_place
from loadtest.cli.question_plan import (
    BLOCK_SECONDS,
    CHANGE_OVER_SECONDS,
    MOST_RELIEF_ROUNDS,
    MOST_SUSPECTS,
    RELIEF_ROUNDS,
    RoundsAsked,
    unvaried,
)
from loadtest.cli.shared_flags import plan_flags, run_flags, takes_plan_flags, takes_run_flags
from loadtest.plan import PlanFile


@takes_place
@takes_plan_flags
@takes_run_flags
def limits(
    context: typer.Context,
    plan: Annotated[Path, typer.Argument(help="A plan file, e.g. loadtest/plans/demo.toml.", metavar="PLAN")],
    replicas: Annotated[int | None, typer.Option(help="Worker replicas; left out, the plan's first.")] = None,
    block: Annotated[
        float | None, typer.Option(help=f"Counted seconds of a step, 5 or more; left out, {BLOCK_SECONDS:g}.")
    ] = None,
    change_over: Annotated[
        float, typer.Option(help="Uncounted seconds before each step.")
    ] = CHANGE_OVER_SECONDS,
    rounds: Annotated[
        int | None,
        typer.Option(help=f"Rounds of A B B A before the first look at a relief; left out, {RELIEF_ROUNDS}."),
    ] = None,
    most_rounds: Annotated[
        int | None,
        typer.Option(help=f"Rounds after which a relief is undecided; left out, {MOST_RELIEF_ROUNDS}."),
    ] = None,
    suspects: Annotated[
        int, typer.Option(help="Suspects that are relieved one after the other at most; 0 relieves none.")
    ] = MOST_SUSPECTS,
) -> int:
    """
    Saturate one setting, rank what may hold it back, and relieve one suspect after the other until throughput moves.

    Exit codes: 0 proved, or named where the kit cannot relieve it, 2 bad input, 3 not found or cannot tell, 130 interrupted.
    """
    given = given_flags(context)
    place = place_of(context.params)
    file = PlanFile.read(plan)
    asked = flagged_plan(file, plan_flags(context.params))
    refuse_idle_place(given, place, asked.server_names)
    # This import loads the parts that measure, which takes longer than every refusal above.
    from loadtest.cli import run_start
    from loadtest.cli.limits_plan import limits_plan

    blocks = RoundsAsked(replicas, block, change_over, rounds, most_rounds)
    made, question = limits_plan(asked, place, blocks, suspects)
    return run_start.begin(
        made, file, place, run_flags(context.params), question, notes=unvaried(asked, made)
    )
