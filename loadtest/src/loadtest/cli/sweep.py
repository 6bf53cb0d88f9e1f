"""
``loadtest sweep``: carry a plan out on this machine and report.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from loadtest.cli.display import Display, choose
from loadtest.cli.ending import INTERRUPTED
from loadtest.cli.outcome import conclude
from loadtest.cli.overrides import parse_replicas, with_flags
from loadtest.errors import InputError, LoadtestError
from loadtest.injector.launch import launch
from loadtest.plan import Plan, parse_plan, read_document
from loadtest.probe.connection import connect, server_version
from loadtest.probe.history import SampledHistories
from loadtest.probe.scrape import PageMetrics
from loadtest.probe.task_queue import DescribedQueue
from loadtest.results.manifest import Manifest, commit, machine, versions
from loadtest.results.store import Run
from loadtest.scenario import load
from loadtest.sweep.progress import SweepEnded
from loadtest.sweep.step import Parts
from loadtest.sweep.sweep import Subject, run_sweep
from loadtest.target.dev_server import DYNAMIC_CONFIG
from loadtest.target.local import Workers, open_local, parse_worker_command


class Progress(StrEnum):
    """
    How progress is shown.
    """

    AUTO = "auto"
    LIVE = "live"
    PLAIN = "plain"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where a local sweep runs, as flags gave it.
    """

    address: str | None
    server_metrics: str | None
    temporal: Path | None
    port: int | None
    worker_command: tuple[str, ...]


def sweep(
    plan: Annotated[Path | None, typer.Argument(help="A plan file, e.g. loadtest/plans/demo.toml.")] = None,
    output: Annotated[Path, typer.Option(help="Folder of all runs.")] = Path("results"),
    resume: Annotated[Path | None, typer.Option(help="Run whose unfinished steps are done.")] = None,
    replicas: Annotated[str | None, typer.Option(help="Replica counts, e.g. 1,2,4.")] = None,
    rate: Annotated[float | None, typer.Option(help="Starts per second of every open load.")] = None,
    window: Annotated[float | None, typer.Option(help="Counted seconds of every step.")] = None,
    warm_up: Annotated[float | None, typer.Option(help="Seconds before the window.")] = None,
    repetitions: Annotated[int | None, typer.Option(help="How often each step is done.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of the schedule and of every order.")] = None,
    injectors: Annotated[int | None, typer.Option(help="Injector processes.")] = None,
    scenario: Annotated[str | None, typer.Option(help="Name, or path of your own file.")] = None,
    task_queue: Annotated[str | None, typer.Option(help="Where workflows are started.")] = None,
    namespace: Annotated[str | None, typer.Option(help="Temporal namespace.")] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="KEY=VALUE of the plan, e.g. work.seconds=0.2.")
    ] = None,
    worker_command: Annotated[str | None, typer.Option(help="Starts one worker of your own.")] = None,
    address: Annotated[str | None, typer.Option(help="HOST:PORT of a server that runs.")] = None,
    server_metrics: Annotated[str | None, typer.Option(help="URL of that server's /metrics.")] = None,
    temporal: Annotated[Path | None, typer.Option(help="Temporal's CLI, which has the server.")] = None,
    port: Annotated[int | None, typer.Option(help="For the server's frontend.")] = None,
    progress: Annotated[Progress, typer.Option(help="How progress is shown.")] = Progress.AUTO,
) -> int:
    """
    Scale workers, load them, and report throughput and task-queue latency per replica count.

    Exit codes: 0 pass, 1 an SLO is missed, 2 bad input, 3 invalid result, 130 interrupted.
    """
    place = Place(address, server_metrics, temporal, port, parse_worker_command(worker_command))
    if resume is not None:
        if plan is not None:
            raise InputError(f"--resume {resume}: a run has its own plan; leave {plan} out")
        run = Run.open(resume)
    else:
        if plan is None:
            raise InputError("no plan given; write `loadtest sweep loadtest/plans/demo.toml`")
        top = {
            "replicas": parse_replicas(replicas) if replicas is not None else None,
            "warm_up_seconds": warm_up,
            "repetitions": repetitions,
            "seed": seed,
            "injectors": injectors,
            "scenario": scenario,
            "task_queue": task_queue,
            "namespace": namespace,
        }
        document = with_flags(read_document(plan), top=top, rate=rate, window=window, settings=setting or [])
        resolved = parse_plan(document, str(plan))
        load(resolved.scenario)
        run = Run.create(
            output, resolved, _manifest(resolved, place), plan_text=plan.read_text(encoding="utf-8")
        )
    return carry_out(run, place, choose(progress, Console(soft_wrap=True)))


def carry_out(run: Run, place: Place, display: Display) -> int:
    """
    Run what the run's folder lacks, report whatever is there in the end, and return the exit code.
    """
    problem: LoadtestError | None = None
    interrupted = False
    with _logged(run.log_path), display:
        try:
            asyncio.run(_sweep(run, place, display))
        except LoadtestError as error:
            problem = error
            logging.getLogger(__name__).error("%s", error)
        except (KeyboardInterrupt, asyncio.CancelledError):
            interrupted = True
    if not interrupted and problem is None:
        run.write_manifest(replace(run.manifest, finished_at=datetime.now(UTC).isoformat(timespec="seconds")))
    if not run.read_steps():
        if problem is not None:
            raise problem
        print("interrupted before the first step was measured; nothing to report", file=sys.stderr)
        return INTERRUPTED
    code = conclude(run, told=lambda ended: display.tell(ended) if _is_json(display) else None)
    if problem is not None:
        raise problem
    if interrupted:
        print(f"interrupted; `loadtest sweep --resume {run.path.name}` does what is left", file=sys.stderr)
        return INTERRUPTED
    return code


async def _sweep(run: Run, place: Place, display: Display) -> None:
    plan, logs = run.plan, run.path / "logs"
    scenario = load(plan.scenario)
    workers = Workers(place.worker_command, plan.task_queue, plan.namespace, plan.worker)
    with _cancelled_by_signals():
        async with contextlib.AsyncExitStack() as stack:
            target = await stack.enter_async_context(
                open_local(
                    workers,
                    logs,
                    address=place.address,
                    server_metrics_url=place.server_metrics,
                    temporal=place.temporal,
                    port=place.port,
                )
            )
            client = await connect(target.address, plan.namespace)
            run.write_manifest(
                replace(run.manifest, address=target.address, server_version=await server_version(client))
            )
            injectors = await stack.enter_async_context(
                launch(target.address, plan.namespace, injectors=plan.injectors, logs=logs)
            )
            parts = Parts(
                target=target,
                injectors=injectors,
                metrics=PageMetrics(plan.namespace, plan.task_queue),
                queue=DescribedQueue(client, plan.task_queue),
                histories=SampledHistories(client),
            )
            subject = Subject(scenario.activities_per_workflow, workers.own)
            await run_sweep(parts, run, subject, display.tell)


@contextlib.contextmanager
def _cancelled_by_signals() -> Iterator[None]:
    """
    Let SIGINT and SIGTERM end the sweep in order: injectors drain, workers, server.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def _logged(path: Path) -> Iterator[None]:
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()


def _manifest(plan: Plan, place: Place) -> Manifest:
    return Manifest(
        run="",
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        finished_at=None,
        command=("loadtest", *sys.argv[1:]),
        target="local" if place.address is None else "address",
        address=place.address or "",
        namespace=plan.namespace,
        task_queue=plan.task_queue,
        server_version=None,
        seed=plan.seed,
        versions=versions(),
        machine=machine(),
        commit=commit(),
        dynamic_config=DYNAMIC_CONFIG if place.address is None else {},
        settings={"worker_command": " ".join(place.worker_command)},
    )
