"""
What can be submitted: a sweep, or one of the questions, and which flags of ``loadtest submit`` each of them takes.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from loadtest.cli.asked_prices import PRICE_FLAGS
from loadtest.cli.overrides import PlanFlags
from loadtest.cli.shared_flags import (
    REPETITIONS,
    REPLICA_COUNTS,
    SEED,
    SETTING,
    TASK_QUEUE,
    WARM_UP,
    declared_flags,
    plan_flags,
)
from loadtest.errors import InputError


class SubmittedVerb(StrEnum):
    """
    The verbs that can be submitted.
    """

    SWEEP = "sweep"
    CAPACITY = "capacity"
    LIMITS = "limits"
    COMPARE = "compare"


# Flags that not every design takes: those laid over the plan, and the design's own.
_OVER_THE_PLAN: Mapping[SubmittedVerb, tuple[str, ...]] = {
    SubmittedVerb.SWEEP: ("rate", "window", "warm_up", "repetitions", "factor"),
    SubmittedVerb.CAPACITY: ("warm_up",),
    SubmittedVerb.LIMITS: (),
    SubmittedVerb.COMPARE: (),
}
_OWN: Mapping[SubmittedVerb, tuple[str, ...]] = {
    SubmittedVerb.SWEEP: (),
    SubmittedVerb.CAPACITY: ("rate", "window", "budget"),
    SubmittedVerb.LIMITS: ("block", "change_over", "rounds", "most_rounds", "suspects"),
    SubmittedVerb.COMPARE: (
        "a",
        "b",
        "rate",
        "block",
        "change_over",
        "rounds",
        "most_rounds",
        "gate",
        *PRICE_FLAGS,
    ),
}


def _flags(
    replicas: Annotated[str | None, REPLICA_COUNTS] = None,
    injectors: Annotated[int | None, typer.Option(help="Locust pods that start workflows.")] = None,
    repetitions: Annotated[int | None, REPETITIONS] = None,
    rate: Annotated[
        float | None, typer.Option(help="Starts per second: of every open load; capacity: for the headroom.")
    ] = None,
    window: Annotated[
        float | None,
        typer.Option(help="Counted seconds of every step, 5 or more; capacity: most seconds of a probe."),
    ] = None,
    budget: Annotated[float | None, typer.Option(help="Capacity: most seconds of all windows.")] = None,
    block: Annotated[float | None, typer.Option(help="Limits, compare: counted seconds of a step.")] = None,
    change_over: Annotated[
        float | None, typer.Option(help="Limits, compare: uncounted seconds before each step.")
    ] = None,
    rounds: Annotated[
        int | None, typer.Option(help="Limits, compare: rounds of A B B A before the first look.")
    ] = None,
    most_rounds: Annotated[
        int | None, typer.Option(help="Limits, compare: rounds after which it ends undecided.")
    ] = None,
    suspects: Annotated[
        int | None, typer.Option(help="Limits: suspects that are relieved at most; 0 relieves none.")
    ] = None,
    a: Annotated[list[str] | None, typer.Option("--a", help="Compare: KEY=VALUE of setting A.")] = None,
    b: Annotated[list[str] | None, typer.Option("--b", help="Compare: KEY=VALUE of setting B.")] = None,
    gate: Annotated[
        list[str] | None, typer.Option(help="Compare: quantity that decides the exit code.")
    ] = None,
    prices: Annotated[
        Path | None, typer.Option(help="Compare: TOML file with your own prices, which is brought.")
    ] = None,
    a_prices: Annotated[Path | None, typer.Option(help="Compare: prices of setting A alone.")] = None,
    b_prices: Annotated[Path | None, typer.Option(help="Compare: prices of setting B alone.")] = None,
    warm_up: Annotated[float | None, WARM_UP] = None,
    seed: Annotated[int | None, SEED] = None,
    task_queue: Annotated[str | None, TASK_QUEUE] = None,
    setting: Annotated[list[str] | None, SETTING] = None,
    factor: Annotated[
        list[str] | None,
        typer.Option("--factor", help="KEY=VALUE,VALUE to vary, e.g. work.seconds=0.1,0.2; may be repeated."),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            help="A name of `loadtest scenarios`, or the path of your own file, which is brought with what it imports."
        ),
    ] = None,
) -> None: ...


takes_design_flags = functools.partial(declared_flags, _flags)


def own_flags(
    design: SubmittedVerb, given: Mapping[str, str], parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """
    Return the flags that a design does not lay over the plan: parameter -> value.

    Args:
        design: Verb of the design.
        given: Name of each parameter on the command line -> how it is written.
        parameters: Values of the parameters.

    Raises:
        InputError: A flag of another design was given; one line for each.
    """
    takes = {*_OVER_THE_PLAN[design], *_OWN[design]}
    told = []
    for name, flag in given.items():
        owners = [kind for kind in SubmittedVerb if name in (*_OVER_THE_PLAN[kind], *_OWN[kind])]
        if owners and name not in takes:
            named = " or ".join(owners)
            told.append(f"{flag}: goes with --design {named}, and this is --design {design}; leave it out")
    if told:
        raise InputError("\n".join(told))
    return {name: parameters[name] for name in _OWN[design] if name in given}


def over_the_plan(design: SubmittedVerb, parameters: Mapping[str, Any]) -> PlanFlags:
    """
    Return the flags of ``loadtest submit`` that a design lays over the plan.
    """

    def of_some(name: str) -> Any:
        return parameters[name] if name in _OVER_THE_PLAN[design] else None

    return plan_flags(
        parameters,
        replicas=parameters["replicas"],
        repetitions=of_some("repetitions"),
        rate=of_some("rate"),
        window=of_some("window"),
        warm_up=of_some("warm_up"),
        factors=tuple(of_some("factor") or ()),
    )
