"""
The kit's repair worker, limited: rates of its own, a slow way to the server, a shared system that its activities call.

    python limited_worker.py [--activities-per-second N] [--queue-activities-per-second N] [--address HOST:PORT] [--downstream HOST:PORT]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import runpy
import sys
from typing import Any

import repairshop.activities.effect_recorder as effects
import repairshop.temporal_worker as temporal_worker


def main() -> None:
    """
    Limit the worker and run it.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--activities-per-second", type=float)
    parser.add_argument("--queue-activities-per-second", type=float)
    parser.add_argument("--address")
    parser.add_argument("--downstream")
    given = parser.parse_args()
    limits = {
        "max_activities_per_second": given.activities_per_second,
        "max_task_queue_activities_per_second": given.queue_activities_per_second,
    }
    _limit({name: value for name, value in limits.items() if value is not None})
    if given.address is not None:
        os.environ["TEMPORAL_ADDRESS"] = given.address
    if given.downstream is not None:
        _call(*given.downstream.split(":"))
    sys.argv = sys.argv[:1]
    runpy.run_module("repairshop", run_name="__main__")


def _limit(limits: dict[str, float]) -> None:
    build = temporal_worker.Worker

    def worker(*arguments: Any, **named: Any) -> Any:
        return build(*arguments, **named, **limits)

    temporal_worker.Worker = worker  # type: ignore[assignment, misc]


def _call(host: str, port: str) -> None:
    spend = effects.spend

    async def spend_and_call(given: Any) -> None:
        await spend(given)
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"x")
        await reader.read(1)
        writer.close()

    effects.spend = spend_and_call


if __name__ == "__main__":
    main()
