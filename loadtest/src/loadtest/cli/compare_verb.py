"""
``loadtest compare``: which of two settings is better, in alternation in one run; or two finished runs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from loadtest.cli.asked_prices import PRICE_FLAGS, prices_of
from loadtest.cli.compare_plan import (
    EXPONENTIAL_ROUNDS,
    MOST_ROUNDS,
    ROUNDS,
    comparing_plan,
    demand_quantities,
    demand_server_page,
)
from loadtest.cli.given_flags import given_flags, refuse_idle
from loadtest.cli.overrides import flagged_plan
from loadtest.cli.place_flags import is_local, place_of, refuse_idle_place, takes_place
from loadtest.cli.question_plan import BLOCK_SECONDS, CHANGE_OVER_SECONDS, RoundsAsked, unvaried
from loadtest.cli.shared_flags import plan_flags, run_flags, takes_plan_flags, takes_run_flags
from loadtest.cli.side_flags import sides_of, takes_sides
from loadtest.errors import InputError
from loadtest.page_url import demand_page_urls
from loadtest.plan import PlanFile

_FOR_TWO_RUNS = ("junit", "markdown", "gate", *PRICE_FLAGS, "anyway", "first", "second")


@takes_sides
@takes_place
@takes_plan_flags
@takes_run_flags
def compare(
    context: typer.Context,
    first: Annotated[
        Path, typer.Argument(help="A plan file, or the folder of finished run A.", metavar="PLAN|RUN_A")
    ],
    second: Annotated[
        Path | None, typer.Argument(help="Folder of finished run B.", metavar="[RUN_B]")
    ] = None,
    a: Annotated[
        list[str] | None,
        typer.Option(
            "--a",
            help="KEY=VALUE of setting A, e.g. worker.sandbox=true; may be repeated; left out, the plan's value.",
        ),
    ] = None,
    b: Annotated[list[str] | None, typer.Option("--b", help="KEY=VALUE of setting B, likewise.")] = None,
    rate: Annotated[
        float | None,
        typer.Option(help="Starts per second of an open load, e.g. 1.8; left out, both are saturated."),
    ] = None,
    replicas: Annotated[
        int | None, typer.Option(help="Worker replicas of both; left out, the plan's first.")
    ] = None,
    block: Annotated[
        float | None,
        typer.Option(help=f"Counted seconds of a block, 5 or more; left out, {BLOCK_SECONDS:g}."),
    ] = None,
    change_over: Annotated[
        float, typer.Option(help="Uncounted seconds before each block.")
    ] = CHANGE_OVER_SECONDS,
    rounds: Annotated[
        int | None,
        typer.Option(
            help=f"Rounds of A B B A before the first look; left out, {ROUNDS}, with exponential work {EXPONENTIAL_ROUNDS}."
        ),
    ] = None,
    most_rounds: Annotated[
        int | None, typer.Option(help=f"Rounds after which it ends undecided; left out, {MOST_ROUNDS}.")
    ] = None,
    gate: Annotated[
        list[str] | None,
        typer.Option(
            help="Quantity that decides the exit code, e.g. throughput, or wait with --rate; may be repeated."
        ),
    ] = None,
    prices: Annotated[
        Path | None,
        typer.Option(
            help="TOML file with your own prices, such as loadtest/plans/prices.toml: compares what a million orders cost."
        ),
    ] = None,
    a_prices: Annotated[
        Path | None, typer.Option(help="The same of setting A alone, such as of a server of your own.")
    ] = None,
    b_prices: Annotated[Path | None, typer.Option(help="The same of setting B alone.")] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Two runs: compare although they differ in more, with a warning.")
    ] = False,
    junit: Annotated[Path | None, typer.Option(help="Write the answer there as JUnit XML.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the answer there as Markdown.")] = None,
) -> int:
    """
    Run two settings in alternation, A B B A, and say which is better; or compare two finished runs.

    Exit codes: 0 the same or better, 1 worse, 2 bad input, 3 cannot tell, 130 interrupted.
    """
    given = given_flags(context)
    gates = tuple(gate or ())
    table = prices_of({"prices": prices, "a_prices": a_prices, "b_prices": b_prices})
    demand_quantities(gates, priced=table is not None)
    demand_writable({"--junit": junit, "--markdown": markdown})
    if second is not None:
        idle = [name for name in given if name not in _FOR_TWO_RUNS]
        refuse_idle(given, idle, f"has no effect on two finished runs, {first} and {second}; leave it out")
        from loadtest.results.run_folder import Run

        runs = Run.open(first), Run.open(second)
        # This import loads all that draws, which takes longer than a refusal.
        from loadtest.cli.comparison_ending import compare_finished

        return compare_finished(*runs, gates, junit, markdown, table, anyway=anyway)
    if first.is_dir():
        raise InputError(
            f"{first}: a folder, so a finished run; name a second one, or a plan file with --a and --b"
        )
    refuse_idle(given, ("anyway",), "goes with two finished runs; leave it out")
    place = place_of(context.params)
    sides = sides_of(given, context.params)
    if sides.server_metrics is not None:
        demand_page_urls(sides.server_metrics)
        place["server_metrics"] = sides.server_metrics
    file = PlanFile.read(first)
    asked = flagged_plan(file, plan_flags(context.params))
    plan, question = comparing_plan(
        asked,
        [*(a or []), *sides.a],
        [*(b or []), *sides.b],
        rate=rate,
        asked=RoundsAsked(replicas, block, change_over, rounds, most_rounds),
        gate=gates,
        prices=table,
    )
    refuse_idle_place(given, place, plan.server_names)
    if is_local(place) and ("address" in place or plan.server_names) and "server_metrics" not in place:
        demand_server_page(gates, table)
    from loadtest.cli import run_start
    from loadtest.cli.comparison_ending import write_files

    return run_start.begin(
        plan,
        file,
        place,
        run_flags(context.params),
        question,
        lambda run: write_files(run, junit, markdown),
        unvaried(asked, plan),
    )


_DEVICES = Path("/dev")


def demand_writable(files: Mapping[str, Path | None]) -> None:
    """
    Refuse files that cannot be written.

    Args:
        files: Flag -> the file that it names; ``None`` where it was not given.

    Raises:
        InputError: At least one cannot be written; one line for each.
    """
    told = [
        f"{flag} {path}: cannot be written: {why}; name a file in a folder that you may write to"
        for flag, path in files.items()
        if path is not None and (why := _why_not(path)) is not None
    ]
    named: dict[Path, str] = {}
    for flag, path in files.items():
        if path is not None and (first := named.setdefault(path.absolute(), flag)) != flag:
            told.append(f"{flag} {path}: {first} names the same file; give each its own")
    if told:
        raise InputError("\n".join(told))


def _why_not(path: Path) -> str | None:
    try:
        if path.is_dir():
            return "it is a folder"
        # It is written under another name that then takes its place: a pipe or a terminal would be gone.
        if path.parent.absolute() == _DEVICES or (path.exists() and not path.is_file()):
            return "it is no regular file"
        if not path.parent.is_dir():
            return f"there is no folder {path.parent}"
    except OSError as error:  # such as a name that is too long
        return error.strerror
    return None if os.access(path.parent, os.W_OK | os.X_OK) else f"the folder {path.parent} is closed"
