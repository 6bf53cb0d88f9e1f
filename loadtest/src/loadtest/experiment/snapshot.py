"""
Everything that is read at one edge of a step, all at the same moment.

A page that cannot be read is a problem of the step in words, and never a zero.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from loadtest.errors import MeasurementError
from loadtest.experiment.ports import Metrics, Target
from loadtest.results.measured import ProcessUse, Replica
from loadtest.results.scrape import Scrape


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    Everything that is read at one edge of a step.

    Attributes:
        worker, server: Scrapes; ``None`` where there is no page.
        alive: Replicas that run.
        use: CPU and memory so far.
        problems: What could not be read, in words.
    """

    worker: Scrape | None
    server: Scrape | None
    alive: tuple[Replica, ...]
    use: Mapping[str, ProcessUse]
    problems: tuple[str, ...] = ()


async def take_snapshot(
    metrics: Metrics, target: Target, endpoints: Mapping[str, str], *, server: bool = True
) -> Snapshot:
    """
    Read everything at one edge, workers and server at the same time.
    """
    alive = tuple(target.alive())
    here = {identity: url for identity, url in endpoints.items() if identity in {r.identity for r in alive}}
    problems: list[str] = []
    worker, at_server = await asyncio.gather(
        _scrape(metrics, here, "worker", problems),
        _scrape(metrics, target.server_pages if server else {}, "server", problems),
    )
    return Snapshot(worker, at_server, alive, target.use(), tuple(problems))


async def _scrape(
    metrics: Metrics, endpoints: Mapping[str, str], role: str, problems: list[str]
) -> Scrape | None:
    if not endpoints:
        return None
    try:
        return await metrics.scrape(endpoints, role)
    except MeasurementError as error:
        problems.append(str(error))
        return None


def pages(looks: Mapping[str, Snapshot]) -> dict[str, str]:
    """
    Return the text of every page by ``<edge>-<role>-<endpoint>``, to be kept with the step.
    """
    return {
        f"{edge}-{role}-{endpoint}": text
        for edge, look in looks.items()
        for role, scrape in (("worker", look.worker), ("server", look.server))
        if scrape is not None
        for endpoint, text in scrape.pages.items()
    }
