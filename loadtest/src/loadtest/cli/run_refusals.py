"""
Refuses a run of a plan at a place before a folder is made or a process is started.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from temporalio.client import Client

from loadtest.analysis.rules.long_poll_limits import line_of_needs
from loadtest.analysis.suspects.relief_change import half_more
from loadtest.child_environment import CODEC_KEYS, has_codec_keys
from loadtest.cli.experiment_ports import connect_servers
from loadtest.cli.named_servers import named_server
from loadtest.cli.open_place import (
    PlaceToOpen,
    commands_of,
    place_to_open,
)
from loadtest.cli.place_flags import Place, TargetKind, is_local
from loadtest.connection import is_shared, namespace_id
from loadtest.design.run_start_count import PlannedStarts
from loadtest.errors import InputError
from loadtest.free_ports import demand_free
from loadtest.plan import Plan
from loadtest.results.question import CapacityQuestion, LimitsQuestion, Question
from loadtest.scenario.loading import Scenario
from loadtest.target.compose.compose_target import demand_service
from loadtest.target.dev_server import find_temporal
from loadtest.target.local_worker_command import parse_worker_command

# Most workflows that a run starts on a shared server without ``--yes``.
MOST_STARTS = 20_000

_WORKERS_ARE = {
    "kubernetes": "those of a cluster are a Deployment",
    "compose": "those of compose are a service",
}


def usable_place(
    plan: Plan, place: Place, metrics_port: int | None, question: Question | None = None
) -> PlaceToOpen:
    """
    Return the place to open if a run of the plan can be carried out there.

    Raises:
        InputError: The run cannot be carried out; the error names each flag or key.
    """
    if metrics_port is not None:
        sets = max(1, len(plan.server_names))
        pages = 0 if place.get("target") == TargetKind.KUBERNETES else sets * _most_injectors(plan, question)
        for port in range(metrics_port, metrics_port + 1 + pages):
            demand_free(port, "--metrics-port")
    _demand_here(plan, place)
    to_open = place_to_open(plan, place, None if metrics_port is None else metrics_port + 1)
    _demand_commands(plan, place)
    _demand_codec(plan, place)
    if to_open.starts_server:
        find_temporal(to_open.temporal)
        if to_open.port is not None:
            demand_free(to_open.port, "--port")
        return to_open
    _refuse_server_settings(plan)
    if to_open.cluster is None:
        asyncio.run(_demand_parts(to_open, plan))
    return to_open


def _most_injectors(plan: Plan, question: Question | None) -> int:
    adds = isinstance(question, LimitsQuestion) and question.adds_injectors and question.most_suspects
    return half_more(plan.injectors) if adds else plan.injectors


def _demand_here(plan: Plan, place: Place) -> None:
    if plan.server_names and (what := _WORKERS_ARE.get(str(place.get("target")))):
        raise InputError(
            f"plan: {plan.server_key} {', '.join(plan.server_names)}: is of the server for workers of this machine, "
            f"{what}; leave it out"
        )


def _demand_commands(plan: Plan, place: Place) -> None:
    for command in commands_of(plan):
        if what := _WORKERS_ARE.get(str(place.get("target"))):
            raise InputError(
                f"plan: worker_command {command!r}: starts workers of this machine, {what}; leave it out"
            )
        if "worker_command" in place:
            raise InputError(
                f"--worker-command {place['worker_command']}: the plan names workers itself ({command}); "
                "leave one of the two out"
            )
        parse_worker_command(command)


def _demand_codec(plan: Plan, place: Place) -> None:
    wanted = {"codec": (plan.codec,), "factors.codec": plan.factors.get("codec", ())}
    for key, values in wanted.items():
        given = [value for value in values if value is not None]
        if given and place.get("target") == TargetKind.KUBERNETES:
            raise InputError(
                f"plan: {key}: workers and injectors of a cluster encrypt as their charts say (`codec.existingSecret`); "
                "leave it out"
            )
        if True in given and not has_codec_keys(os.environ):
            raise InputError(
                f"plan: {key} = true: there are no keys to encrypt with; set {' or '.join(CODEC_KEYS)}, or leave it out"
            )


def _refuse_server_settings(plan: Plan) -> None:
    keys = ["server.dynamic_config"] if plan.server.dynamic_config else []
    keys += [f"factors.{path}" for path in plan.factors if path.startswith("server.")]
    if keys:
        raise InputError(
            "\n".join(
                f"plan: {key}: the dynamic configuration is of the server that a run starts itself on this machine; leave it out"
                for key in keys
            )
        )
    rate = "queue_activities_per_second"
    limits = [value for value in (plan.queue_activities_per_second, *plan.factors.get(rate, ())) if value]
    if limits:
        where = f"factors.{rate}" if rate in plan.factors else rate
        raise InputError(
            f"plan: {where} = {limits[0]}: a run limits queues only of the server that it starts itself on this machine; leave it "
            f"out, and limit the queue by `temporal task-queue config set --task-queue {plan.task_queue} "
            f"--task-queue-type activity --queue-rps-limit {limits[0]} --queue-rps-limit-reason test`"
        )


def refuse_search_without_activities(question: Question | None, scenario: Scenario) -> None:
    """
    Refuse a search for capacities of workflows without activities, as the search needs the waits of activities.

    Raises:
        InputError: The scenario says that its workflows have none.
    """
    if isinstance(question, CapacityQuestion) and scenario.activities_per_workflow == 0:
        raise InputError(
            f"scenario {scenario.name}: its workflows have no activities (ACTIVITIES_PER_WORKFLOW = 0), and a capacity is "
            "searched by how long activities wait; sweep it with rates of your own instead"
        )


def refuse_many_starts(plan: Plan, question: Question | None, scenario: Scenario, place: Place) -> None:
    """
    Refuse a run that may start more workflows on a shared server than its bound, unless ``--yes`` is given.

    Args:
        plan: Plan of the run.
        question: Question that the run answers; ``None`` sweeps the plan.
        scenario: Scenario of the plan.
        place: Where to measure, with the server's address unless the run starts a server.

    Raises:
        InputError: The run may start too many; the error tells how many, or why that is not known, and the bound.
    """
    if place.get("yes"):
        return
    for server, most in _starts_on(plan, question, scenario, place):
        if is_shared(server.address, os.environ):
            _refuse_many(server.named, most)


def start_notes(plan: Plan, question: Question | None, scenario: Scenario, place: Place) -> tuple[str, ...]:
    """
    Say for each server that the run does not start itself in which namespace it starts workflows, and how many.

    A server on this machine is told too, as it may be a tunnel's end; one of the workers' own cluster is not.

    Args:
        plan, question, scenario, place: As ``refuse_many_starts`` takes them.
    """
    return tuple(
        f"{server.named}: this starts "
        + ("as many workflows as the workers complete" if most is None else f"up to {most:,.0f} workflows")
        + f" in namespace {server.namespace}; `loadtest clean RUN` terminates those that are left open"
        for server, most in _starts_on(plan, question, scenario, place)
        if is_local(place) or is_shared(server.address, os.environ)
    )


def notes_of_needs(plan: Plan, place: Place) -> tuple[str, ...]:
    """
    Say what the largest step asks of a server that the run does not start itself, where the workers' slots are known.
    """
    given = bool(plan.server_names) or "address" in place
    return (line_of_needs(plan),) if given and _knows_slots(plan, place) else ()


def _knows_slots(plan: Plan, place: Place) -> bool:
    own = is_local(place) and "worker_command" not in place and not commands_of(plan)
    return own or plan.worker.activity_slots is not None


class _GivenServer(NamedTuple):
    """
    A server that the run does not start: as its user named it, with its address and namespace.
    """

    named: str
    address: str
    namespace: str


def _starts_on(
    plan: Plan, question: Question | None, scenario: Scenario, place: Place
) -> Iterator[tuple[_GivenServer, float | None]]:
    """
    Return each given server with the most workflows that are started there; ``None`` where nobody knows.
    """
    planned = PlannedStarts(plan, question, scenario.drawn_work, _knows_slots(plan, place))
    for name in plan.server_names if is_local(place) else ():
        server = named_server(plan, name, os.environ)
        given = _GivenServer(f"{plan.server_key} {name}", server.address, server.namespace)
        yield given, planned.most(name)
    if not plan.server_names and "address" in place:
        address = str(place["address"])
        yield _GivenServer(f"--address {address}", address, plan.namespace), planned.most()


def _refuse_many(named: str, most: float | None) -> None:
    what = f"{named}: others may use that server, and"
    if most is None:
        raise InputError(
            f"{what} nobody knows how many workflows this starts, as a load follows what the workers complete "
            f"(more than {MOST_STARTS:,} need --yes); give every load an arrival_rate, or add --yes"
        )
    if most > MOST_STARTS:
        raise InputError(
            f"{what} this starts up to {most:,.0f} workflows (more than {MOST_STARTS:,} need --yes); "
            "lower rates, windows, replicas or repetitions, or add --yes"
        )


async def _demand_parts(to_open: PlaceToOpen, plan: Plan) -> None:
    if to_open.compose is not None:
        await demand_service(to_open.compose, plan)
    clients = await connect_servers(to_open.servers, by_plan=bool(plan.server_names))
    if len(clients) > 1:
        await _demand_two_servers(clients, plan.server_key)


async def _demand_two_servers(clients: Mapping[str, Client], key: str) -> None:
    """
    Refuse one server under two names: the run would compare the server with itself.
    """
    seen: dict[str, str] = {}
    for name, client in clients.items():
        known = seen.setdefault(await namespace_id(client), name)
        if known != name:
            raise InputError(
                f"{key} {known} and {name}: one server under two names, as namespace {client.namespace!r} has the "
                "same id on both; name different servers"
            )
