"""
``loadtest clean``: what a run left open on a server that goes on.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loadtest.errors import TargetError

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

    The server is the run's own; credentials come from TEMPORAL_* as for the run.
    """
    from loadtest.results.store import Run

    manifest = Run.open(run).manifest
    if manifest.target == "local" and address is None:
        print(f"{manifest.run}: its server was started for it and has ended with it; nothing is left")
        return 0
    return asyncio.run(_clean(manifest, address or manifest.address or None))


async def _clean(manifest: Manifest, address: str | None) -> int:
    from loadtest.connection import connect
    from loadtest.probe.left_workflows import clean

    client = await connect(address, manifest.namespace)
    done = await clean(client, manifest.task_queue, manifest.run)
    if done.note is not None:
        print(f"{manifest.run}: terminated one by one, as {done.note}", file=sys.stderr)
    if done.left:
        shown = ", ".join(done.left[:3]) + (", ..." if len(done.left) > 3 else "")
        raise TargetError(
            f"{manifest.run}: {done.terminated} workflows were terminated and {len(done.left)} are still open ({shown}); "
            "run it again"
        )
    print(f"{manifest.run}: {done.terminated} workflows were terminated, none is left")
    return 0
