"""
The flags that tell where a run measures: their declaration, which of them a target uses, and how a resumed run keeps them.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from loadtest.cli.given_flags import refuse_idle
from loadtest.cli.shared_flags import declared_flags
from loadtest.errors import InputError
from loadtest.page_url import demand_page_urls
from loadtest.plan.plan_tables import address_problem

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


Place = Mapping[str, str | int]
"""
Name of each parameter that says where a run measures -> its value; what was not given is absent.
"""

# Flags by target; a flag that is in none of the lists goes with every target.
_OF_A_TARGET: Mapping[TargetKind, tuple[str, ...]] = {
    TargetKind.LOCAL: (
        "worker_command",
        "temporal",
        "port",
        "a_address",
        "b_address",
        "a_profile",
        "b_profile",
        "a_server_metrics",
        "b_server_metrics",
    ),
    TargetKind.KUBERNETES: ("deployment", "injector_job", "server_namespace", "worker_metrics_port"),
    TargetKind.COMPOSE: ("service", "server_services", "worker_metrics_port"),
}
_WORKERS_ARE: Mapping[TargetKind, str] = {
    TargetKind.LOCAL: "on this machine",
    TargetKind.KUBERNETES: "in a cluster",
    TargetKind.COMPOSE: "a service of Docker Compose",
}


def place_of(parameters: Mapping[str, Any]) -> dict[str, str | int]:
    """
    Return the parameters of a verb that tell where to measure, in the form in which they are kept: paths are absolute.

    Raises:
        InputError: A path cannot be looked at, as it is too long or in a closed folder, an address is not HOST:PORT, or a
            page has no URL.
    """
    kept: dict[str, str | int] = {}
    for name, value in parameters.items():
        if name not in PLACE_FLAGS or value is None:
            continue
        if isinstance(value, Path):
            _demand_readable(value, f"--{name.replace('_', '-')}")
            value = value.absolute()
        if name == "address":
            demand_address(value)
        if name == "server_metrics":
            demand_page_urls(value)
        kept[name] = value if isinstance(value, int) else str(value)
    return kept


def demand_address(given: str) -> None:
    """
    Refuse an address without a port, for which a client would use another port, or with a scheme.

    Raises:
        InputError: The text is not HOST:PORT.
    """
    if address_problem(given) is not None:
        raise InputError(
            f"--address {given}: must be HOST:PORT, with no http:// before it; write for example --address 127.0.0.1:7233"
        )


def _demand_readable(path: Path, flag: str) -> None:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        pass  # whoever needs it says what it should be
    except OSError as error:
        raise InputError(f"{flag} {str(path)[:80]}: cannot be read: {error.strerror}") from None


def is_local(place: Place) -> bool:
    """
    Tell whether the workers run on this machine.
    """
    return place.get("target", TargetKind.LOCAL) == TargetKind.LOCAL


def refuse_idle_place(given: Mapping[str, str], place: Place, servers: Sequence[str]) -> None:
    """
    Refuse flags that belong to another target than the chosen one, or to another server.

    Args:
        given: Name of each parameter on the command line -> how it is written.
        place: Where to measure.
        servers: Addresses or profiles of the servers that the plan names.

    Raises:
        InputError: At least one would have no effect.
    """
    target = TargetKind(str(place.get("target", TargetKind.LOCAL)))
    told = [f"{flag}: {why}" for name, flag in given.items() if (why := _why_idle(name, target)) is not None]
    if told:
        raise InputError("\n".join(told))
    if target is TargetKind.LOCAL:
        _refuse_idle_server(given, place, servers)


def _why_idle(name: str, target: TargetKind) -> str | None:
    owners = [kind for kind, flags in _OF_A_TARGET.items() if name in flags]
    if not owners or target in owners:
        return None
    if owners == [TargetKind.LOCAL]:
        return f"goes with workers of this machine, not with --target {target}; leave it out"
    named = " or ".join(f"--target {kind}" for kind in owners)
    return f"goes with {named}; leave it out, the workers are {_WORKERS_ARE[target]}"


def _refuse_idle_server(given: Mapping[str, str], place: Place, servers: Sequence[str]) -> None:
    """
    Refuse flags of a server that the run does not use, where workers of this machine reach a server.
    """
    others = None
    if servers:
        others = f"servers that run are named already ({', '.join(servers)})"
        refuse_idle(given, ("address",), f"{others}; leave one of the two out")
    elif "address" in place:
        others = f"--address {place['address']} names one that runs"
    if others is not None:
        refuse_idle(
            given,
            ("temporal", "port"),
            f"goes with the server that a run starts itself, and {others}; leave one of the two out",
        )
    else:
        refuse_idle(
            given,
            ("server_metrics",),
            "goes with --address; leave it out, the server of the run has its own page",
        )


def refuse_changes(
    resume: Path, folder: Path, given: Mapping[str, str], parameters: Mapping[str, Any], kept: Place
) -> None:
    """
    Refuse flags that would continue a run in another way, or elsewhere, than it began.

    Args:
        resume: The folder as the user gave it.
        folder: Folder of the run itself.
        given: Name of each parameter on the command line -> how it is written.
        parameters: Values of the parameters.
        kept: The place that the run kept.

    Raises:
        InputError: At least one says something else than the run; one line for each.
    """
    now = place_of({name: parameters[name] for name in given})
    lines = []
    for name, flag in given.items():
        if name in ("resume", "progress", "metrics_port") or (name in now and now[name] == kept.get(name)):
            continue
        if name == "output" and parameters[name].resolve() == folder.parent:
            continue
        if name in now and name in kept:
            lines.append(f"{flag} {now[name]}: the run {resume} has {flag} {kept[name]}; leave it out")
        else:
            lines.append(
                f"{flag}: the run {resume} goes on as it began, with its own plan and place; leave it out"
            )
    if lines:
        raise InputError("\n".join(lines))
