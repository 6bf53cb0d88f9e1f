"""
``loadtest sweep``: carry a plan out, on this machine or in the cluster, and report.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loadtest.cli.given_flags import given_flags
from loadtest.cli.overrides import flagged_plan
from loadtest.cli.place_flags import place_of, refuse_idle_place, takes_place
from loadtest.cli.shared_flags import (
    REPETITIONS,
    REPLICA_COUNTS,
    WARM_UP,
    plan_flags,
    run_flags,
    takes_plan_flags,
    takes_run_flags,
)
from loadtest.errors import InputError
from loadtest.plan import Plan, PlanFile, Saturate


@takes_place
@takes_plan_flags
@takes_run_flags
def sweep(
    context: typer.Context,
    plan: Annotated[Path | None, typer.Argument(help="A plan file, e.g. loadtest/plans/demo.toml.")] = None,
    resume: Annotated[
        Path | None,
        typer.Option(help="Folder of a run whose missing steps are measured, where and how it began."),
    ] = None,
    replicas: Annotated[str | None, REPLICA_COUNTS] = None,
    rate: Annotated[
        float | None, typer.Option(help="Starts per second of every open load, e.g. 1.8.")
    ] = None,
    window: Annotated[float | None, typer.Option(help="Counted seconds of every step, 5 or more.")] = None,
    warm_up: Annotated[float | None, WARM_UP] = None,
    repetitions: Annotated[int | None, REPETITIONS] = None,
    factor: Annotated[
        list[str] | None,
        typer.Option(
            "--factor", help="KEY=VALUE,VALUE to vary, e.g. worker.activity_slots=2,4,8; may be repeated."
        ),
    ] = None,
) -> int:
    """
    Scale workers, load them, and report throughput and task-queue latency per replica count.

    Exit codes: 0 pass, 1 an SLO is missed, 2 bad input, 3 undecided or invalid, 130 interrupted.
    """
    given = given_flags(context)
    place = place_of(context.params)
    if resume is not None:
        from loadtest.results.run_folder import Run

        Run.open(resume)  # what is none is refused before the parts that measure are loaded
        from loadtest.cli import run_start

        return run_start.resume(resume, given, context.params, run_flags(context.params))
    if plan is None:
        raise InputError("no plan given; write `loadtest sweep loadtest/plans/demo.toml`")
    flags = plan_flags(
        context.params,
        replicas=replicas,
        repetitions=repetitions,
        rate=rate,
        window=window,
        warm_up=warm_up,
        factors=tuple(factor or ()),
    )
    file = PlanFile.read(plan)
    asked = sweep_plan(flagged_plan(file, flags))
    refuse_idle_place(given, place, asked.server_names)
    # This import loads the parts that measure, which takes longer than every refusal above.
    from loadtest.cli import run_start

    return run_start.begin(asked, file, place, run_flags(context.params))


def sweep_plan(asked: Plan) -> Plan:
    """
    Return a plan that a sweep can carry out.

    What replicas carry is read from the closed load, and repetitions are its only other windows: a second closed load would
    count as one of them.

    Raises:
        InputError: The plan has several closed loads; the error names them.
    """
    closed = [f"loads.{index}" for index, load in enumerate(asked.loads) if isinstance(load, Saturate)]
    if len(closed) > 1:
        raise InputError(
            f"plan: {' and '.join(closed)} are of kind saturate, and a sweep reads what replicas carry from one; leave the others "
            "out, and sweep them by plans of their own"
        )
    return asked
