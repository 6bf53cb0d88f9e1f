"""
The flags that tell where a run measures, declared once for every verb that starts a run.
"""

from __future__ import annotations

import functools
import inspect
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from loadtest.cli.shared_flags import declared_flags

YES = typer.Option("--yes", help="Start more than 20,000 workflows on a server that others may use.")


class TargetKind(StrEnum):
    """
    Where the system under test runs.
    """

    LOCAL = "local"
    KUBERNETES = "kubernetes"
    COMPOSE = "compose"


def _flags(
    worker_command: Annotated[
        str | None,
        typer.Option(help='Command line that starts one worker of your own, e.g. "python worker.py".'),
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="HOST:PORT of a server that runs; left out, the run starts one.")
    ] = None,
    server_metrics: Annotated[
        str | None,
        typer.Option(
            help="URL of that server's page, e.g. http://127.0.0.1:9233/metrics or https://...; several with commas between."
        ),
    ] = None,
    temporal: Annotated[
        Path | None,
        typer.Option(
            help="Temporal's CLI, whose server the run starts; left out, the one installed with the kit."
        ),
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port of the server that the run starts; left out, a free one.")
    ] = None,
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
        str | None, typer.Option(help="Cluster: namespace of the server's pods, for their CPU and restarts.")
    ] = None,
    service: Annotated[str | None, typer.Option(help="Compose: the workers' PROJECT/NAME.")] = None,
    server_services: Annotated[
        str | None, typer.Option(help="Compose: services of server and database, for their CPU and restarts.")
    ] = None,
    yes: Annotated[bool | None, YES] = None,
) -> None: ...


PLACE_FLAGS = tuple(inspect.signature(_flags).parameters)


takes_place = functools.partial(declared_flags, _flags)
