"""
``loadtest clean``: terminates what a run left open on a server that still runs.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loadtest.cli.place_flags import demand_address
from loadtest.errors import InputError, LoadtestError, TargetError
from loadtest.plural import counted, plural

if TYPE_CHECKING:
    from temporalio.client import Client

    from loadtest.results.run_folder import Run


def clean(
    run: Annotated[Path, typer.Argument(help="A run's folder, or a folder of runs for its latest.")],
    address: Annotated[
        str | None, typer.Option(help="The server, HOST:PORT, where the run knows it by another name.")
    ] = None,
) -> int:
    """
    Terminate the workflows that a run left open, found by the run's name in their ids, and say what is left.

    The server is the run's own, or each of those that it compared; credentials come from TEMPORAL_* or a profile, as for
    the run.
    """
    from loadtest.results.run_folder import Run
    from loadtest.results.run_hold import demand_not_measured

    if address is not None:
        demand_address(address)
    begun = Run.open(run)
    demand_not_measured(begun)
    manifest = begun.manifest
    if manifest.target == "local" and address is None:
        print(f"{manifest.run}: its server was started for it and has ended with it; nothing is left")
        return 0
    if manifest.profiles and address is not None:
        led = ", ".join(manifest.profiles)
        raise InputError(f"--address {address}: profiles led this run to its servers ({led}); leave it out")
    known: Sequence[str | None] = tuple(manifest.profiles or manifest.servers) or (manifest.address or None,)
    return asyncio.run(_clean_all(begun, known if address is None else (address,)))


async def _clean_all(begun: Run, servers: Sequence[str | None]) -> int:
    """
    Clean every server, also after one that could not be cleaned.
    """
    problems: list[LoadtestError] = []
    for server in servers:
        try:
            await _clean(begun, server)
        except LoadtestError as problem:
            problems.append(problem)
    if problems:
        raise type(problems[0])("\n".join(map(str, problems)))
    return 0


async def _clean(begun: Run, server: str | None) -> None:
    from loadtest.probe.left_workflows import clean

    manifest = begun.manifest
    named = f"{manifest.run} on {server}" if manifest.servers else manifest.run
    began = datetime.fromisoformat(manifest.started_at)
    done = await clean(await _connected(begun, server), manifest.task_queue, manifest.run, began)
    if done.note is not None:
        print(f"{named}: terminated one by one, as {done.note}", file=sys.stderr)
    ended = f"{counted(done.terminated, 'workflow')} {plural(done.terminated, 'was', 'were')} terminated"
    if done.left:
        raise TargetError(
            f"{named}: {ended} and {len(done.left)} {plural(len(done.left), 'is', 'are')} still open ({_first(done.left)}); "
            "run it again"
        )
    print(f"{named}: {ended}, none is left")
    if done.strangers:
        print(_of_strangers(named, manifest.task_queue, done.strangers), file=sys.stderr)


def _of_strangers(named: str, task_queue: str, ids: Sequence[str]) -> str:
    verb = plural(len(ids), "is", "are")
    return (
        f"{named}: {counted(len(ids), 'other workflow')} of task queue {task_queue} began since the run did and {verb} open "
        f"({_first(ids)}); the run's name is in no such id, so nobody knows whose they are and they go on. A scenario that makes "
        "its workflows' ids from arrival.order_id can be cleaned"
    )


def _first(ids: Sequence[str]) -> str:
    return ", ".join(ids[:3]) + (", ..." if len(ids) > 3 else "")


async def _connected(begun: Run, server: str | None) -> Client:
    from loadtest.cli.named_servers import demand_as_kept, named_server
    from loadtest.connection import connect

    manifest = begun.manifest
    if server is None or server not in manifest.profiles:
        return await connect(server, manifest.namespace, by_plan=server in manifest.servers)
    access = named_server(begun.plan, server, os.environ)
    demand_as_kept({server: access}, manifest)
    return await connect(access.address, access.namespace, environ=access.connection, profile=server)
