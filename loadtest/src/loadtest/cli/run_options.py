"""
The flags that tell where a run is kept and how it is watched, declared once for every verb that starts a run.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from loadtest.cli.shared_flags import declared_flags

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


def _flags(
    output: Annotated[Path, typer.Option(help="Folder that holds all runs.")] = Path("results"),
    metrics_port: Annotated[
        int | None,
        typer.Option(help="Serve the step's metric there and the injectors' from the next port on."),
    ] = None,
    progress: Annotated[Progress, PROGRESS] = Progress.AUTO,
) -> None: ...


takes_run_flags = functools.partial(declared_flags, _flags)


def run_flags(parameters: Mapping[str, Any]) -> RunFlags:
    """
    Return the flags of one run.

    Args:
        parameters: All parameters of the verb, as ``context.params`` holds them.
    """
    return RunFlags(parameters["output"], parameters["metrics_port"], parameters["progress"])
