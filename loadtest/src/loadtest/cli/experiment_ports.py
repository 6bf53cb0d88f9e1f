"""
The real parts of an experiment, a full set for each server that its cells name.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Mapping, Sequence
from typing import TypeVar

from temporalio.client import Client

from loadtest.cli.open_place import OpenPlace
from loadtest.connection import connect
from loadtest.errors import InputError, MeasurementError
from loadtest.experiment.clock import Clock
from loadtest.experiment.ports import Ports
from loadtest.injector.launch import launch
from loadtest.page_url import pages_by_name
from loadtest.probe.history_waits import SampledHistories
from loadtest.probe.http_page import fetch
from loadtest.probe.left_workflows import OpenOrders
from loadtest.probe.page_access import PageAccess, page_accesses
from loadtest.probe.page_scraper import PageCache, PageScraper
from loadtest.probe.task_queue import DescribedQueue
from loadtest.probe.worker_probe import WorkerProbe
from loadtest.results.run_folder import Run
from loadtest.server_access import ServerAccess

Name = TypeVar("Name")


async def connect_servers(servers: Mapping[Name, ServerAccess], *, by_plan: bool) -> dict[Name, Client]:
    """
    Connect to every server of a run.

    Args:
        servers: The servers by their names in the plan.
        by_plan: Whether the plan named them, and not ``--address``.

    Returns:
        A client for each server, by the same names.

    Raises:
        InputError: A server does not answer, or has no such namespace.
    """
    return {
        name: await connect(
            access.address,
            access.namespace,
            environ=access.connection,
            by_plan=by_plan,
            profile=access.profile,
        )
        for name, access in servers.items()
    }


async def open_experiment_ports(
    stack: contextlib.AsyncExitStack,
    place: OpenPlace,
    clients: Mapping[str | None, Client],
    run: Run,
    clock: Clock,
) -> dict[str | None, Ports]:
    """
    Open injectors and probes for every server of a run; the stack closes them.

    All servers share one target, as its workers are moved from server to server.

    Args:
        stack: Closes what is opened.
        place: Target, servers and settings that the run uses.
        clients: Clients as ``connect_servers`` returns them.
        run: The run; the injectors' logs are in its folder, and where there are several servers, each has a folder in it.
        clock: Clock of the experiment, by which looks at pages are dated.

    Raises:
        InputError: An injector cannot connect, a setting of its environment cannot be used, or a server's page cannot be
            read.
        InjectorError: The injectors did not start.
    """
    opened: dict[str | None, Ports] = {}
    plan, logs = run.plan, run.path / "logs"
    reads = await _page_accesses(place, list(clients))
    for number, (name, client) in enumerate(clients.items()):
        access = place.servers[name]
        injectors = await stack.enter_async_context(
            launch(
                access,
                injectors=plan.injectors,
                logs=logs if len(clients) == 1 else logs / f"server-{number + 1}",
                place=place.injectors,
                first_injector=number * plan.injectors,
                ready_seconds=plan.waits.injectors_ready_seconds,
            )
        )
        cache = PageCache()
        metrics = PageScraper(access.namespace, plan.task_queue, cache, clock.now, reads[name])
        stack.callback(metrics.close)
        workers = WorkerProbe(client, plan.task_queue, cache)
        stack.callback(workers.close)
        opened[name] = Ports(
            target=place.target,
            injectors=injectors,
            metrics=metrics,
            queue=DescribedQueue(client, plan.task_queue, of_run=place.own_server),
            orders=OpenOrders(client, plan.task_queue, run.path.name),
            histories=SampledHistories(client, plan.task_queue),
            workers=workers,
        )
    return opened


async def _page_accesses(place: OpenPlace, names: Sequence[str | None]) -> dict[str | None, PageAccess]:
    """
    Return how the pages of each server are read, after every page of a server that the run did not start was read once.

    Raises:
        InputError: A page does not answer, or not to us, or a setting cannot be used.
    """
    if place.own_server:
        return dict.fromkeys(names, PageAccess())
    accesses = dict(zip(names, page_accesses(os.environ, len(names)), strict=True))
    for name, access in accesses.items():
        pages = pages_by_name(place.servers[name].page) or await place.target.server_pages()
        try:
            await asyncio.gather(*(asyncio.to_thread(fetch, *page, access) for page in pages.items()))
        except MeasurementError as error:
            raise InputError(f"--server-metrics: {error}") from None
    return accesses
