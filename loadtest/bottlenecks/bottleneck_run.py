"""
Plant known limits and write how often the first suspect is the one that was planted.

The findings are kept after each run, and the table of the page is made from all that were kept.

    python loadtest/bottlenecks/bottleneck_run.py [--times 5] [--plant NAME ...] [--relieve] [--results results/bottlenecks]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shlex
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import matrix
from outside_limits import shared_system, slow_way
from planted_limits import PLANTS, Plant

from loadtest.child import spawn
from loadtest.free_ports import free_ports

_HERE = Path(__file__).parent
_PROGRAM = str(Path(sys.executable).parent / "loadtest")
PAGE = _HERE.parent / "docs" / "limits.md"
# A step that is interrupted lets its orders drain, and ends injectors, workers and server one after the other.
_END_SECONDS = 180.0
_LOG_LINES = 40
_INTERRUPTED = 130


async def answer_of(plant: Plant, results: Path, *, relieve: bool = False) -> dict[str, Any]:
    """
    Run `loadtest limits` on a planted system and return its ``limits.json``.

    Args:
        plant: Plant whose limit is planted.
        results: Folder of the run.
        relieve: Whether to relieve the first suspect too, which takes minutes.

    Raises:
        RuntimeError: The program failed; the text ends with its output.
    """
    results.mkdir(parents=True, exist_ok=True)
    async with _surrounded(plant) as flags:
        file = results / f"{plant.name.replace(' ', '-')}.toml"
        file.write_text(plant.plan(), encoding="utf-8")
        argv = [_PROGRAM, "limits", str(file), "--output", str(results), *flags]
        argv += ["--suspects", "1" if relieve else "0"]
        # In a session of its own it dies with this program, and a Ctrl-C ends it once, from here.
        limits = await spawn(argv, os.environ, file.with_suffix(".log"))
        try:
            code = await limits.wait()
        finally:
            await limits.terminate(_END_SECONDS)
    written = results / "latest" / "limits.json"
    if code not in (0, 3) or not written.is_file():
        raise RuntimeError(f"{plant.name}: exit code {code}:\n{limits.log_tail(_LOG_LINES)}")
    found: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))
    return found


@contextlib.asynccontextmanager
async def _surrounded(plant: Plant) -> AsyncIterator[list[str]]:
    """
    Set up what the plant needs outside of the run; yield the flags of the place.
    """
    flags, limited = list[str](), plant.limited
    async with contextlib.AsyncExitStack() as stack:
        if plant.slow_way:
            (port,) = free_ports(1)
            flags += ["--port", str(port)]
            limited = (*(limited or ()), "--address", await stack.enter_async_context(slow_way(port, 0.05)))
        if plant.shared_calls is not None:
            system = await stack.enter_async_context(shared_system(plant.shared_calls, 0.1))
            limited = (*(limited or ()), "--downstream", system)
        if limited is not None:
            flags += [
                "--worker-command",
                shlex.join([sys.executable, str(_HERE / "limited_worker.py"), *limited]),
            ]
        yield flags


async def _run(given: argparse.Namespace) -> None:
    task = asyncio.current_task()
    assert task is not None
    # As Ctrl-C does, so that what this program started is ended in order.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    kept = given.results / "outcomes.jsonl"
    for _ in range(given.times):
        for name in given.plant or PLANTS:
            outcome = matrix.outcome(
                PLANTS[name], await answer_of(PLANTS[name], given.results, relieve=given.relieve)
            )
            print(f"{name}: {outcome.first or 'not found'}: {outcome.sentence}", flush=True)
            with kept.open("a", encoding="utf-8") as file:
                file.write(outcome.line())
    matrix.write_page(PAGE, matrix.read(kept))


def main() -> None:
    """
    Run the plants and write the page's table.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="runs of each plant")
    parser.add_argument("--plant", action="append", choices=list(PLANTS))
    parser.add_argument("--relieve", action="store_true", help="relieve the first suspect too")
    parser.add_argument("--results", type=Path, default=Path("results/bottlenecks"))
    try:
        asyncio.run(_run(parser.parse_args()))
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise SystemExit(_INTERRUPTED) from None


if __name__ == "__main__":
    main()
