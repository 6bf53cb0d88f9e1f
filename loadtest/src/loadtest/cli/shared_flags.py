"""
Flags that are declared once, for every verb that takes them: those that are laid over a plan, and those that tell where
a run is kept and how it is watched.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from loadtest.cli.overrides import PlanFlags


def declared_flags(flags: Callable[..., None], verb: Callable[..., int]) -> Callable[..., int]:
    """
    Give a verb the flags that a signature declares.

    They come after the verb's own flags, and only ``context.params`` holds them.

    Args:
        flags: Function whose parameters are the flags.
        verb: Function that takes a ``typer.Context`` and its own flags.
    """
    declared, own = inspect.signature(flags).parameters, inspect.signature(verb).parameters

    @functools.wraps(verb)
    def with_flags(**given: Any) -> int:
        return verb(**{name: value for name, value in given.items() if name not in declared})

    hints = {**get_type_hints(flags, include_extras=True), **get_type_hints(verb, include_extras=True)}
    parameters = [
        parameter.replace(annotation=hints[name]) for name, parameter in {**own, **declared}.items()
    ]
    with_flags.__signature__ = inspect.Signature(parameters, return_annotation=int)  # type: ignore[attr-defined]
    with_flags.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return with_flags


SEED = typer.Option(help="Seed of the schedule and of every order's draws.")
TASK_QUEUE = typer.Option(help="Task queue that the workers poll.")
SETTING = typer.Option(
    "--set",
    help="KEY=VALUE of the plan, e.g. work.seconds=0.2; may be repeated; `loadtest plan-keys` lists all.",
)
REPLICA_COUNTS = typer.Option(help="Worker replica counts, rising, e.g. 1,2,4.")
REPETITIONS = typer.Option(help="How often each step is done.")
WARM_UP = typer.Option(help="Seconds before each window, under the same load.")


def _over_a_plan(
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


takes_plan_flags = functools.partial(declared_flags, _over_a_plan)


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


PROGRESS = typer.Option(
    help="How progress is shown: redrawn in place, a line a step, or JSON lines; auto goes by the terminal."
)


class Progress(StrEnum):
    """
    How progress is shown.
    """

    AUTO = "auto"
    LIVE = "live"
    PLAIN = "plain"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class RunFlags:
    """
    The values of one run's flags.

    Attributes:
        output: Folder of all runs.
        metrics_port: TCP port on which the run serves its own metric; the injectors serve theirs from the next port on.
            ``None`` serves neither.
        progress: How progress is shown.
    """

    output: Path
    metrics_port: int | None
    progress: Progress


def _of_a_run(
    output: Annotated[Path, typer.Option(help="Folder that holds all runs.")] = Path("results"),
    metrics_port: Annotated[
        int | None,
        typer.Option(help="Serve the step's metric there and the injectors' from the next port on."),
    ] = None,
    progress: Annotated[Progress, PROGRESS] = Progress.AUTO,
) -> None: ...


takes_run_flags = functools.partial(declared_flags, _of_a_run)


def run_flags(parameters: Mapping[str, Any]) -> RunFlags:
    """
    Return the flags of one run.

    Args:
        parameters: All parameters of the verb, as ``context.params`` holds them.
    """
    return RunFlags(parameters["output"], parameters["metrics_port"], parameters["progress"])
