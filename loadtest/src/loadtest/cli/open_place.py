"""
Where a sweep runs: this machine, a service of Docker Compose, or the cluster that it runs in, each opened the same way.

It connects the target and says where the injectors run; it measures nothing.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from loadtest.child_environment import connection_variables
from loadtest.cli.cluster_flags import MASTER_HOST, MASTER_PORT, ClusterFlags, demand_cluster, server_address
from loadtest.cli.named_servers import named_server
from loadtest.cli.place_flags import Place, TargetKind
from loadtest.errors import InputError
from loadtest.experiment.ports import Target
from loadtest.injector.launch import InjectorPlace
from loadtest.plan import DynamicValue, Plan
from loadtest.server_access import ServerAccess
from loadtest.target.compose.compose_target import ComposePlace, open_compose
from loadtest.target.local_target import Workers, open_local
from loadtest.target.local_worker_command import parse_worker_command


@dataclass(frozen=True, slots=True)
class PlaceToOpen:
    """
    Where a sweep runs, as the plan and the flags say it.

    Attributes:
        servers: Each server that already runs, by the name that cells use; empty where the run starts one.
        temporal: Path of Temporal's CLI.
        port: TCP port of the frontend of a server that the run starts.
        worker_command: Command line that starts one local worker.
        injector_metrics: TCP port of the first local injector's page; ``None`` serves none.
        cluster: The cluster that this process runs in; ``None`` where it runs in none.
        compose: The service of Docker Compose with the workers; ``None`` where they are not in one.
    """

    servers: Mapping[str, ServerAccess]
    temporal: Path | None
    port: int | None
    worker_command: tuple[str, ...]
    injector_metrics: int | None = None
    cluster: ClusterFlags | None = None
    compose: ComposePlace | None = None

    @property
    def target(self) -> str:
        """
        The target's name in a run's manifest: ``kubernetes``, ``compose``, ``local``, or ``address`` for a server that
        already runs.
        """
        if self.cluster is not None:
            return TargetKind.KUBERNETES
        if self.compose is not None:
            return TargetKind.COMPOSE
        return TargetKind.LOCAL if self.starts_server else "address"

    @property
    def starts_workers(self) -> bool:
        """
        Whether the workers are processes that the run starts.
        """
        return self.cluster is None and self.compose is None

    @property
    def starts_server(self) -> bool:
        """
        Whether the server is started for the run.
        """
        return self.cluster is None and not self.servers


def exact_bounds(plan: Plan) -> tuple[float, ...]:
    """
    Return the plan's bounds on waits, in seconds.
    """
    bound = plan.slo.schedule_to_start_p95_seconds
    return () if bound is None else (bound,)


def commands_of(plan: Plan) -> tuple[str, ...]:
    """
    Return the workers' command lines that the plan itself names, for its cells or for all of them.
    """
    varied = tuple(str(value) for value in plan.factors.get("worker_command", ()))
    return varied if plan.worker_command is None else (plan.worker_command, *varied)


def first_config(plan: Plan) -> Mapping[str, DynamicValue]:
    """
    Return the dynamic configuration of a plan's first cell, so that its server is not started twice.
    """
    first = {path: values[0] for path, values in plan.factors.items()}
    return plan.with_factors(first).server.dynamic_config


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """
    An open target, with its servers and the place of the injectors.

    Attributes:
        target: Target that runs the workers.
        servers: Access to each server, by the name that cells use; ``None`` is the server of cells that name none.
        own_worker: Whether the workers are the kit's own.
        own_server: Whether the server was started for the run.
        injectors: Where the injectors run.
    """

    target: Target
    servers: Mapping[str | None, ServerAccess]
    own_worker: bool
    injectors: InjectorPlace
    own_server: bool = False


def place_to_open(plan: Plan, place: Place, injector_metrics: int | None) -> PlaceToOpen:
    """
    Return where a run measures, from the plan and the place that the run kept.

    Raises:
        InputError: The worker's command cannot be started, this process does not run where a sweep of a cluster can
            run, or there are not as many pages as servers.
    """

    def text(name: str) -> str | None:
        return str(place[name]) if name in place else None

    cluster = None
    if place.get("target") == TargetKind.KUBERNETES:
        cluster = ClusterFlags(
            text("deployment"),
            text("injector_job"),
            text("server_metrics"),
            text("server_namespace"),
            text("worker_metrics_port"),
        )
        demand_cluster(cluster)
    return PlaceToOpen(
        servers=_servers(plan, text("address"), text("server_metrics")),
        temporal=Path(str(place["temporal"])) if "temporal" in place else None,
        port=int(place["port"]) if "port" in place else None,
        worker_command=parse_worker_command(text("worker_command")),
        injector_metrics=injector_metrics,
        cluster=cluster,
        compose=_compose_place(place, text) if place.get("target") == TargetKind.COMPOSE else None,
    )


def _servers(plan: Plan, address: str | None, pages: str | None) -> dict[str, ServerAccess]:
    """
    Return the servers that already run: those that the plan names, or the one of the place.
    """
    if not plan.server_names:
        if address is None:
            return {}
        connection = connection_variables(os.environ, own_server=False)
        return {address: ServerAccess(address, plan.namespace, connection, pages)}
    each: list[str | None] = [None] * len(plan.server_names)
    if pages is not None:
        each = [page.strip() for page in pages.split(",")]
        if len(each) != len(plan.server_names) or len({*each}) != len(each) or not all(each):
            raise InputError(
                f"--server-metrics {pages}: not one page for each of the servers {', '.join(plan.server_names)}; "
                "write their URLs in this order, with commas between"
            )
    named = zip(plan.server_names, each, strict=True)
    return {name: named_server(plan, name, os.environ, page) for name, page in named}


def compose_server_address(place: Place) -> str:
    """
    Return the address at which this machine reaches the server of a compose project: as given, or as the environment
    says.

    Raises:
        InputError: Neither gives an address.
    """
    address = str(place.get("address", "")) or os.environ.get("TEMPORAL_ADDRESS")
    if not address:
        raise InputError(
            "--target compose: no server is named; give --address HOST:PORT as this machine reaches it, or set TEMPORAL_ADDRESS"
        )
    return address


def _compose_place(place: Place, text: Callable[[str], str | None]) -> ComposePlace:
    if "service" not in place:
        raise InputError("--target compose needs --service PROJECT/NAME; `docker compose ls` lists projects")
    services = tuple(filter(None, (text("server_services") or "").split(",")))
    return ComposePlace(str(place["service"]), text("worker_metrics_port"), services, text("server_metrics"))


async def open_place(
    stack: contextlib.AsyncExitStack, place: PlaceToOpen, plan: Plan, logs: Path
) -> OpenPlace:
    """
    Open the target that the flags name; the stack closes it.

    Raises:
        InputError: The flags cannot be used here.
        TargetError: The target did not start.
    """
    if place.cluster is not None:
        from loadtest.cli.open_cluster import open_cluster

        address = server_address(next(iter(place.servers), None))
        connection = connection_variables(os.environ, own_server=False)
        cluster = await stack.enter_async_context(open_cluster(place.cluster, plan, address))
        return OpenPlace(
            cluster,
            {None: ServerAccess(address, plan.namespace, connection)},
            cluster.own,
            InjectorPlace(local=False, bind_host=MASTER_HOST, bind_port=MASTER_PORT),
        )
    if place.compose is not None:
        compose = await stack.enter_async_context(open_compose(place.compose, plan))
        (access,) = place.servers.values()
        injectors = InjectorPlace(metrics_port=place.injector_metrics)
        return OpenPlace(compose, {None: access}, compose.own, injectors)
    workers = Workers(
        place.worker_command, plan.task_queue, plan.namespace, plan.worker, exact_bounds(plan), plan.codec
    )
    local = await stack.enter_async_context(
        open_local(
            workers,
            logs,
            servers=place.servers,
            temporal=place.temporal,
            port=place.port,
            dynamic_config=first_config(plan),
        )
    )
    names: Sequence[str | None] = plan.server_names or (None,)
    return OpenPlace(
        local,
        {name: local.access if name is None else place.servers[name] for name in names},
        workers.own and not commands_of(plan),
        InjectorPlace(metrics_port=place.injector_metrics),
        own_server=place.starts_server,
    )
