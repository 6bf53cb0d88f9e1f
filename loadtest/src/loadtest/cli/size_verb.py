"""
``loadtest size``: tells from a finished run what a rate needs that was not measured.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from loadtest.cli.plan_values import parse_setting
from loadtest.errors import InputError
from loadtest.plan import Plan
from loadtest.plan.loads import MOST_ARRIVAL_RATE
from loadtest.plan.plan_tables import LONGEST_BOUND_SECONDS, DynamicValue
from loadtest.results.plan_setting import value_text


def size(
    run: Annotated[Path, typer.Argument(help="A run's folder, or a folder of runs for its latest.")],
    rate: Annotated[float, typer.Option(help="Orders per second that are to be carried, e.g. 50.")],
    wait_p95: Annotated[
        float | None,
        typer.Option(
            "--wait-p95",
            help="Wait in seconds that at most 5 % of the tasks may exceed, e.g. 0.15; left out, the plan's.",
        ),
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help="KEY=VALUE of a factor of the run, where it varies any; may be repeated."),
    ] = None,
    prices: Annotated[
        Path | None, typer.Option(help="TOML file with your own prices, such as loadtest/plans/prices.toml.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
) -> int:
    """
    Say how many replicas, cores and memory a rate needs, each with its interval.

    Exit codes: 0 told, 2 bad input, 3 the replicas cannot be told.
    """
    if not (math.isfinite(rate) and rate > 0):
        raise InputError(f"--rate {rate:g}: must be a number above 0")
    if rate > MOST_ARRIVAL_RATE:
        raise InputError(f"--rate {rate:g}: must be at most {MOST_ARRIVAL_RATE:,} orders per second")
    if wait_p95 is not None and not (math.isfinite(wait_p95) and wait_p95 > 0):
        raise InputError(f"--wait-p95 {wait_p95:g}: must be a number of seconds above 0")
    if wait_p95 is not None and wait_p95 > LONGEST_BOUND_SECONDS:
        raise InputError(f"--wait-p95 {wait_p95:g}: must be at most {LONGEST_BOUND_SECONDS:,} seconds")
    from loadtest.plan.prices import read_prices
    from loadtest.results.run_folder import Run

    table = read_prices(prices) if prices is not None else None
    opened = Run.open(run)
    chosen = _setting(opened.plan, setting or [])
    plan = opened.plan.with_factors(chosen)
    if wait_p95 is not None:
        slo = plan.slo.model_copy(update={"schedule_to_start_p95_seconds": wait_p95})
        plan = plan.model_copy(update={"slo": slo})
    steps = [step for step in opened.read_steps() if dict(step.key.factors) == chosen]
    if not steps:
        raise InputError(
            f"{run}: no step of this setting was measured; run `loadtest sweep` to its end first"
        )
    from loadtest.analysis.costs.sizing import size as sized
    from loadtest.cli.terminal_width import terminal_width
    from loadtest.report.sizing_text import sizing_text
    from loadtest.results.document import to_json

    result = sized(steps, plan, opened.manifest, rate, setting=chosen, prices=table)
    print(to_json(result) if as_json else sizing_text(result, terminal_width()), end="")
    return result.exit_code


def _setting(plan: Plan, given: Sequence[str]) -> dict[str, DynamicValue]:
    asked: dict[str, DynamicValue] = {}
    for text in given:
        path, value = parse_setting(text)
        name = ".".join(path)
        if name not in plan.factors:
            known = ", ".join(plan.factors) or "none"
            raise InputError(f"--set {text}: no factor of this run; its factors: {known}")
        # In Python true equals 1 and 4.0 equals 4: the value must be as it is in the plan, or as it is written here.
        written = text.partition("=")[2].strip()
        same = [
            one
            for one in plan.factors[name]
            if (one == value and isinstance(one, bool) is isinstance(value, bool))
            or value_text(one) == written
        ]
        if not same:
            raise InputError(f"--set {text}: no value of this run; it has {_listed(plan.factors[name])}")
        asked[name] = same[0]
    for name, values in plan.factors.items():
        if name not in asked and len(values) > 1:
            one = shlex.quote(f"{name}={value_text(values[0])}")
            raise InputError(
                f"{name}: the run varies it ({_listed(values)}); choose one, such as --set {one}"
            )
    return {name: asked.get(name, values[0]) for name, values in plan.factors.items()}


def _listed(values: Sequence[DynamicValue]) -> str:
    return ", ".join(map(value_text, values))
