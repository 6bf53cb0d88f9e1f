"""
What a run's manifest says at its start: who carries it out, with what, and where.
"""

from __future__ import annotations

import hashlib
import shlex
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from loadtest.cli.named_servers import profile_servers
from loadtest.cli.open_place import PlaceToOpen
from loadtest.cli.place_flags import Place
from loadtest.errors import InputError
from loadtest.plan import Plan
from loadtest.provenance import commit, machine, versions
from loadtest.results.manifest import OWN_SCENARIO, Manifest, RunStart
from loadtest.results.path_from_here import current_folder
from loadtest.scenario.loading import is_path
from loadtest.scenario.scenario_source import files_beside
from loadtest.target.dev_server import with_ours


def each_once(texts: Iterable[str]) -> str:
    """
    Write texts with commas between, each of them once.
    """
    return ", ".join(dict.fromkeys(texts))


def this_start(scenario: str) -> RunStart:
    """
    Return what is to be kept of a start that is made now: its time, its command line, and what carries it out.
    """
    return RunStart(
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
        command=("loadtest", *sys.argv[1:]),
        versions={**versions(), **_checksum(scenario)},
        commit=commit(),
        machine=machine(),
    )


def _checksum(scenario: str) -> dict[str, str]:
    """
    Return a checksum as the version of a user's own scenario: of its file, and of the files beside it that it imports.
    """
    if not is_path(scenario):
        return {}
    mine, found = Path(scenario), hashlib.sha256()
    try:
        files = files_beside(mine)
    except InputError:  # a file beside it that is no Python, which it may never import
        files = {mine.name: mine}
    for name, path in sorted(files.items()):
        found.update(name.encode() + b"\0" + path.read_bytes())
    return {f"{OWN_SCENARIO}{mine.name}": found.hexdigest()[:12]}


def new_manifest(plan: Plan, place: Place, to_open: PlaceToOpen) -> Manifest:
    """
    Return the manifest of a run that begins now, as far as it is known.
    """
    start = this_start(plan.scenario)
    return Manifest(
        run="",
        started_at=start.started_at,
        finished_at=None,
        command=start.command,
        target=to_open.target,
        address=each_once(access.address for access in to_open.servers.values()),
        namespace=each_once(access.namespace for access in to_open.servers.values()) or plan.namespace,
        task_queue=plan.task_queue,
        server_version=None,
        seed=plan.seed,
        versions=start.versions,
        machine=start.machine,
        commit=start.commit,
        dynamic_config=with_ours(plan.server.dynamic_config) if to_open.starts_server else {},
        servers=dict.fromkeys(to_open.servers) if len(to_open.servers) > 1 else {},
        profiles=profile_servers(to_open.servers),
        settings=_settings(to_open),
        place=place,
        directory=current_folder(),
        starts=(start,),
    )


def _settings(to_open: PlaceToOpen) -> dict[str, str]:
    if to_open.compose is not None:
        return {"service": to_open.compose.service}
    if to_open.cluster is None:
        return {"worker_command": shlex.join(to_open.worker_command)}
    return {
        "deployment": to_open.cluster.deployment or "",
        "injectors": to_open.cluster.injector_job or "",
    }
