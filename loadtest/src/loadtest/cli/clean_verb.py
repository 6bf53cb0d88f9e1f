"""
``loadtest clean``: what a run left open on a server that goes on.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loadtest.errors import LoadtestError, TargetError

if TYPE_CHECKING:
    from loadtest.results.manifest import Manifest


def clean(
    run: Annotated[Path, typer.Argument(help="The run's folder.")],
    address: Annotated[
        str | None, typer.Option(help="The server, HOST:PORT, where the run knows it by another name.")
    ] = None,
) -> int:
    """
    Terminate the workflows that a run left open, and say what is left.

    The server is the run's own, or each of those that it compared; credentials come from TEMPORAL_* as for the run.
    """
    from loadtest.results.run_folder import Run

    manifest = Run.open(run).manifest
    if manifest.target == "local" and address is None:
        print(f"{manifest.run}: its server was started for it and has ended with it; nothing is left")
        return 0
    known: Sequence[str | None] = tuple(manifest.servers) or (manifest.address or None,)
    return asyncio.run(_clean_all(manifest, known if address is None else (address,)))


async def _clean_all(manifest: Manifest, addresses: Sequence[str | None]) -> int:
    """
    Clean every server, also where an earlier one could not be.
    """
    problems: list[LoadtestError] = []
    for address in addresses:
        try:
            await _clean(manifest, address)
        except LoadtestError as problem:
            problems.append(problem)
    if problems:
        raise type(problems[0])("\n".join(map(str, problems)))
    return 0


async def _clean(manifest: Manifest, address: str | None) -> None:
    from loadtest.connection import connect
    from loadtest.probe.left_workflows import clean

    named = f"{manifest.run} on {address}" if manifest.servers else manifest.run
    client = await connect(address, manifest.namespace, by_plan=address in manifest.servers)
    done = await clean(client, manifest.task_queue, manifest.run)
    if done.note is not None:
        print(f"{named}: terminated one by one, as {done.note}", file=sys.stderr)
    if done.left:
        shown = ", ".join(done.left[:3]) + (", ..." if len(done.left) > 3 else "")
        raise TargetError(
            f"{named}: {done.terminated} workflows were terminated and {len(done.left)} are still open ({shown}); "
            "run it again"
        )
    print(f"{named}: {done.terminated} workflows were terminated, none is left")
