"""
``loadtest sweep``: carry a plan out on this machine and report.
"""

from __future__ import annotations

import contextlib
import sys
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from loadtest.cli.cluster import ClusterFlags, demand_cluster
from loadtest.cli.environment import EnvironmentFlags, open_environment
from loadtest.cli.overrides import parse_replicas, with_flags
from loadtest.cli.running import StepMetricFlags, Tell, run_and_report
from loadtest.connection import connect, server_version
from loadtest.design.grid import Grid
from loadtest.errors import InputError
from loadtest.experiment.loop import Subject, run_experiment
from loadtest.experiment.ports import Ports
from loadtest.injector.launch import launch
from loadtest.listeners.display import choose
from loadtest.plan import Plan, parse_plan, read_document
from loadtest.probe.history import SampledHistories
from loadtest.probe.page_metrics import PageMetrics
from loadtest.probe.task_queue import DescribedQueue
from loadtest.provenance import commit, machine, versions
from loadtest.results.manifest import Manifest
from loadtest.results.store import Run
from loadtest.scenario import load
from loadtest.target.dev_server import DYNAMIC_CONFIG
from loadtest.target.local import parse_worker_command


class Progress(StrEnum):
    """
    How progress is shown.
    """

    AUTO = "auto"
    LIVE = "live"
    PLAIN = "plain"
    JSON = "json"


class TargetKind(StrEnum):
    """
    Where the system under test runs.
    """

    LOCAL = "local"
    KUBERNETES = "kubernetes"


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
    target: Annotated[TargetKind, typer.Option(help="Where the workers run.")] = TargetKind.LOCAL,
    deployment: Annotated[str | None, typer.Option(help="Cluster: the workers' NAMESPACE/NAME.")] = None,
    injector_deployment: Annotated[
        str | None, typer.Option(help="Cluster: the injectors' NAMESPACE/NAME.")
    ] = None,
    server_namespace: Annotated[
        str | None, typer.Option(help="Cluster: namespace of the server's pods.")
    ] = None,
    metrics_port: Annotated[
        int | None,
        typer.Option(help="Serve the step's metric there and the injectors' from the next port on."),
    ] = None,
    progress: Annotated[Progress, typer.Option(help="How progress is shown.")] = Progress.AUTO,
) -> int:
    """
    Scale workers, load them, and report throughput and task-queue latency per replica count.

    Exit codes: 0 pass, 1 an SLO is missed, 2 bad input, 3 invalid result, 130 interrupted.
    """
    cluster = None
    if target is TargetKind.KUBERNETES:
        cluster = ClusterFlags(deployment, injector_deployment, server_metrics, server_namespace)
        demand_cluster(cluster)
    place = EnvironmentFlags(
        address,
        server_metrics,
        temporal,
        port,
        parse_worker_command(worker_command),
        None if metrics_port is None else metrics_port + 1,
        cluster,
    )
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
    host = "0.0.0.0" if cluster is not None else "127.0.0.1"
    display = choose(progress, Console(soft_wrap=True))
    return run_and_report(
        run, lambda tell: _sweep(run, place, tell), display, StepMetricFlags(metrics_port, host)
    )


async def _sweep(run: Run, place: EnvironmentFlags, tell: Tell) -> None:
    plan, logs = run.plan, run.path / "logs"
    async with contextlib.AsyncExitStack() as stack:
        ground = await open_environment(stack, place, plan, logs)
        client = await connect(ground.address, plan.namespace, environ=ground.connection)
        run.write_manifest(
            replace(run.manifest, address=ground.address, server_version=await server_version(client))
        )
        injectors = await stack.enter_async_context(
            launch(
                ground.address,
                plan.namespace,
                injectors=plan.injectors,
                logs=logs,
                connection=ground.connection,
                **ground.master,
            )
        )
        metrics = PageMetrics(plan.namespace, plan.task_queue)
        stack.callback(metrics.close)
        parts = Ports(
            target=ground.target,
            injectors=injectors,
            metrics=metrics,
            queue=DescribedQueue(client, plan.task_queue),
            histories=SampledHistories(client),
        )
        scenario = load(plan.scenario)
        subject = Subject(scenario.activities_per_workflow, ground.own_worker, scenario.drawn_work)
        await run_experiment(parts, run, subject, Grid(plan), tell)


def _manifest(plan: Plan, place: EnvironmentFlags) -> Manifest:
    return Manifest(
        run="",
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        finished_at=None,
        command=("loadtest", *sys.argv[1:]),
        target="kubernetes" if place.cluster else "local" if place.address is None else "address",
        address=place.address or "",
        namespace=plan.namespace,
        task_queue=plan.task_queue,
        server_version=None,
        seed=plan.seed,
        versions=versions(),
        machine=machine(),
        commit=commit(),
        dynamic_config=DYNAMIC_CONFIG if place.address is None and place.cluster is None else {},
        settings=_settings(place),
    )


def _settings(place: EnvironmentFlags) -> dict[str, str]:
    if place.cluster is None:
        return {"worker_command": " ".join(place.worker_command)}
    return {
        "deployment": place.cluster.deployment or "",
        "injectors": place.cluster.injector_deployment or "",
    }
