"""
The flags that say where a run measures, declared once for every verb that starts a run.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer


class TargetKind(StrEnum):
    """
    Where the system under test runs.
    """

    LOCAL = "local"
    KUBERNETES = "kubernetes"
    COMPOSE = "compose"


def _flags(
    worker_command: Annotated[str | None, typer.Option(help="Starts one worker of your own.")] = None,
    address: Annotated[str | None, typer.Option(help="HOST:PORT of a server that runs.")] = None,
    server_metrics: Annotated[str | None, typer.Option(help="URL of that server's /metrics.")] = None,
    temporal: Annotated[Path | None, typer.Option(help="Temporal's CLI, which has the server.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the server that the run starts.")] = None,
    target: Annotated[TargetKind, typer.Option(help="Where the workers run.")] = TargetKind.LOCAL,
    deployment: Annotated[str | None, typer.Option(help="Cluster: the workers' NAMESPACE/NAME.")] = None,
    injector_job: Annotated[
        str | None, typer.Option(help="Cluster: NAMESPACE/NAME of the ConfigMap with the injectors' Job.")
    ] = None,
    worker_metrics_port: Annotated[
        str | None,
        typer.Option(help="Cluster, compose: port of the workers' /metrics, in a cluster its name too."),
    ] = None,
    server_namespace: Annotated[
        str | None, typer.Option(help="Cluster: namespace of the server's pods.")
    ] = None,
    service: Annotated[str | None, typer.Option(help="Compose: the workers' PROJECT/NAME.")] = None,
    server_services: Annotated[
        str | None, typer.Option(help="Compose: services of server and database, for their CPU.")
    ] = None,
    yes: Annotated[
        bool | None,
        typer.Option("--yes", help="Start more than 20,000 workflows on a server that others may use."),
    ] = None,
) -> None: ...


PLACE_FLAGS = tuple(inspect.signature(_flags).parameters)
# Of a run on this machine.
LOCAL_FLAGS = ("worker_command", "address", "server_metrics", "temporal", "port", "yes")


def takes_place(verb: Callable[..., int], names: Collection[str] = PLACE_FLAGS) -> Callable[..., int]:
    """
    Give a verb the flags that say where a run measures.

    They come behind its own, and stand in ``context.params`` alone, where ``place_of`` finds them.

    Args:
        verb: Takes a ``typer.Context`` and its own flags.
        names: Of the flags; those of this machine alone for a verb that goes nowhere else.
    """

    @functools.wraps(verb)
    def with_place(**given: Any) -> int:
        return verb(**{name: value for name, value in given.items() if name not in names})

    own, place = inspect.signature(verb).parameters, inspect.signature(_flags).parameters
    hints = {**get_type_hints(_flags, include_extras=True), **get_type_hints(verb, include_extras=True)}
    parameters = [
        parameter.replace(annotation=hints[name])
        for name, parameter in {**own, **{name: place[name] for name in names}}.items()
    ]
    with_place.__signature__ = inspect.Signature(parameters, return_annotation=int)  # type: ignore[attr-defined]
    with_place.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return with_place
