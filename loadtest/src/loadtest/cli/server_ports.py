"""
The real parts of an experiment, a whole set for each server that its cells name.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from temporalio.client import Client

from loadtest.cli.run_environment import Environment
from loadtest.connection import connect
from loadtest.experiment.ports import Ports
from loadtest.injector.launch import launch
from loadtest.plan import Plan
from loadtest.probe.history_waits import SampledHistories
from loadtest.probe.newest_pages import NewestPages
from loadtest.probe.page_metrics import PageMetrics
from loadtest.probe.task_queue import DescribedQueue
from loadtest.probe.worker_probe import WorkerProbe


async def connect_servers(ground: Environment, plan: Plan) -> dict[str | None, Client]:
    """
    Connect to every server of a run.

    Args:
        ground: What the run stands on.
        plan: Of the run.

    Returns:
        A client by the address that cells name; ``None`` is the server of cells that name none.

    Raises:
        InputError: A server does not answer, or has no such namespace.
    """
    if not plan.addresses:
        return {None: await connect(ground.address, plan.namespace, environ=ground.connection)}
    return {
        address: await connect(address, plan.namespace, environ=ground.connection, by_plan=True)
        for address in plan.addresses
    }


async def open_ports(
    stack: contextlib.AsyncExitStack,
    ground: Environment,
    clients: Mapping[str | None, Client],
    plan: Plan,
    logs: Path,
) -> dict[str | None, Ports]:
    """
    Open injectors and probes of every server of a run, until the stack is closed.

    The target is one, as its workers are moved from server to server.

    Args:
        stack: Closes what is opened.
        ground: What the run stands on.
        clients: As ``connect_servers`` returns them.
        plan: Of the run.
        logs: Folder of the injectors' logs; where there are several servers, of a folder for each.

    Raises:
        InputError: An injector cannot connect, or a setting of its environment cannot be used.
        InjectorError: The injectors did not come up.
    """
    opened: dict[str | None, Ports] = {}
    for number, (address, client) in enumerate(clients.items()):
        injectors = await stack.enter_async_context(
            launch(
                address or ground.address,
                plan.namespace,
                injectors=plan.injectors,
                logs=logs if len(clients) == 1 else logs / f"server-{number + 1}",
                connection=ground.connection,
                ready_seconds=plan.waits.injectors_ready_seconds,
                most_awaited=plan.max_awaited,
                first_injector=number * plan.injectors,
                **ground.master,
            )
        )
        newest = NewestPages()
        metrics = PageMetrics(plan.namespace, plan.task_queue, newest)
        stack.callback(metrics.close)
        workers = WorkerProbe(client, plan.task_queue, newest)
        stack.callback(workers.close)
        opened[address] = Ports(
            target=ground.target,
            injectors=injectors,
            metrics=metrics,
            queue=DescribedQueue(client, plan.task_queue),
            histories=SampledHistories(client),
            workers=workers,
        )
    return opened
