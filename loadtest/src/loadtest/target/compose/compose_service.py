"""
One service of a running compose project: its files, its containers, its replica count, and whether it can be scaled and
runs as the plan says.

Everything is found by the labels that Docker Compose puts on containers, so any project is known by its name.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtest.errors import InputError
from loadtest.plan import Plan
from loadtest.plural import counted
from loadtest.target.compose.docker_command import Docker, DockerError
from loadtest.target.compose.service_container import LABEL, Container, container_of
from loadtest.target.worker_setup_labels import ACTIVITY_SLOTS, TASK_QUEUE

_SECONDS = 30.0
_LOGS = ("logs", "--no-color", "--no-log-prefix", "--tail", "8", "--index")


@dataclass(frozen=True, slots=True)
class Service:
    """
    A service by name.

    Attributes:
        docker: Docker's command line.
        project, name: Names of the project and of the service.
        files: Compose files with which the project was started.
        folder: Folder of the project, which holds its .env file.
        env_files: Files that were given by ``--env-file`` instead of that .env file.
    """

    docker: Docker
    project: str
    name: str
    files: tuple[str, ...] = ()
    folder: str = ""
    env_files: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.project}/{self.name}"

    async def containers(self, name: str | None = None) -> list[Container]:
        """
        Return the containers of the service, or of another service of the project, also ended ones, in the order of
        their numbers.

        Raises:
            DockerError: Docker does not answer.
        """
        found = await _containers(self.docker, self.project, name or self.name)
        return sorted(found, key=lambda one: int(one.labels.get(f"{LABEL}.container-number", "0")))

    async def rendered(self) -> dict[str, Any]:
        """
        Return the whole project as ``docker compose config`` renders it.

        Raises:
            InputError: The files have no such service, or cannot be rendered here.
        """
        try:
            found: dict[str, Any] = json.loads(
                await self.docker([*self._compose(self.files), "config", "--format", "json"], _SECONDS)
            )
        except DockerError as error:
            raise InputError(f"--service {self}: its files cannot be rendered: {error}") from None
        if self.name not in found["services"]:
            raise InputError(
                f"--service {self}: the project has no such service; it has: {', '.join(sorted(found['services']))}"
            )
        return found

    async def hashes(self, rendered: Mapping[str, Any]) -> set[str]:
        """
        Return the hashes that a container of the service may carry if it was made from the present files.

        There are two: a container made with `--no-deps`, as a sweep makes them, does not record what the service
        depends on.

        Args:
            rendered: The rendered project.
        """
        services = rendered["services"]
        alone = {key: value for key, value in services[self.name].items() if key != "depends_on"}
        found = set()
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "compose.json"
            for service in (services[self.name], alone):
                file.write_text(json.dumps({**rendered, "services": {**services, self.name: service}}))
                words = [*self._compose((str(file),)), "config", "--hash", self.name]
                found.add((await self.docker(words, _SECONDS)).split()[-1])
        return found

    async def scale(self, replicas: int, seconds: float) -> None:
        """
        Start or end containers until there are that many; those that keep running are not changed.

        Raises:
            DockerError: Docker could not reach that number.
        """
        words = ["up", "--detach", "--no-deps", "--no-recreate", "--no-build", "--pull", "never"]
        await self.docker(
            [*self._compose(self.files), *words, "--scale", f"{self.name}={replicas}", self.name], seconds
        )

    async def story(self, containers: Sequence[Container]) -> str:
        """
        Return the last lines of some containers' logs, each with the container's name and how it ended.
        """
        told = []
        for one in containers:
            number = one.labels.get(f"{LABEL}.container-number", "1")
            try:
                lines = await self.docker([*self._compose(self.files), *_LOGS, number, self.name], _SECONDS)
            except DockerError as error:
                lines = str(error)
            told.append(
                f"{one.name} (exit code {one.exit_code}, started anew {counted(one.restarts, 'time')}):\n{lines.rstrip()}"
            )
        return "\n".join(told)

    def _compose(self, files: Sequence[str]) -> list[str]:
        words = ["compose", "--project-name", self.project, "--project-directory", self.folder]
        words += [word for file in self.env_files for word in ("--env-file", file)]
        return [*words, *(word for file in files for word in ("--file", file))]


async def find_service(docker: Docker, given: str) -> Service:
    """
    Return the service that ``--service PROJECT/NAME`` names.

    Raises:
        InputError: The text is not of that form, no such project runs, or its files are not on this machine.
    """
    project, slash, name = given.partition("/")
    if not (project and slash and name) or "/" in name:
        raise InputError(
            f"--service {given}: not of the form PROJECT/NAME; `docker compose ls` lists projects"
        )
    found = await _containers(docker, project, None)
    if not found:
        raise InputError(
            f"--service {given}: no project {project} is up on this Docker; `docker compose ls` lists those that are, "
            "`make compose-up` starts the kit's own"
        )
    labels = _labels(found, name)
    files, env_files = _paths(labels, "config_files"), _paths(labels, "environment_file")
    missing = [file for file in (*files, *env_files) if not Path(file).is_file()]
    if missing or not files:
        raise InputError(
            f"--service {given}: it was started from {', '.join(missing) or 'no file'}, which is not here now, "
            "so it cannot be scaled; start it from a file that stays"
        )
    return Service(docker, project, name, files, labels.get(f"{LABEL}.project.working_dir", ""), env_files)


def _labels(containers: Sequence[Container], name: str) -> Mapping[str, str]:
    own = [one for one in containers if one.labels.get(f"{LABEL}.service") == name]
    return (own or list(containers))[0].labels


def _paths(labels: Mapping[str, str], what: str) -> tuple[str, ...]:
    return tuple(filter(None, labels.get(f"{LABEL}.project.{what}", "").split(",")))


async def _containers(docker: Docker, project: str, name: str | None) -> list[Container]:
    wanted = [f"{LABEL}.project={project}", f"{LABEL}.oneoff=False"]
    if name is not None:
        wanted.append(f"{LABEL}.service={name}")
    filters = [word for label in wanted for word in ("--filter", f"label={label}")]
    ids = (await docker(["ps", "--all", "--quiet", "--no-trunc", *filters], _SECONDS)).split()
    if not ids:
        return []
    try:
        inspected = await docker(["inspect", "--type", "container", *ids], _SECONDS)
    except DockerError as error:
        # A container that went away between the two commands is not printed, but the others are.
        if "No such" not in str(error) or not error.printed:
            raise
        inspected = error.printed
    return [container_of(one) for one in json.loads(inspected)]


def why_unscalable(
    name: str, service: Mapping[str, Any], most: int, metrics_port: int | None
) -> tuple[str, ...]:
    """
    Return what prevents a service from having that many replicas that a sweep can tell apart, one sentence each.

    Args:
        name: Name of the service as the user gave it.
        service: Configuration of the service as ``docker compose config`` renders it.
        most: Highest replica count.
        metrics_port: TCP port inside the container that must be published; ``None`` where none was asked for.
    """
    where = f"--service {name}"
    problems = [
        f"{where}: {key}: {service[key]}: {why}; leave the key out"
        for key, why in (
            ("container_name", "two containers cannot have one name"),
            ("hostname", "replicas would poll under one name and could not be told apart"),
        )
        if service.get(key)
    ]
    if service.get("network_mode") == "host":
        problems.append(
            f"{where}: network_mode: host: replicas would share host name and ports; take a network of its own"
        )
    ports = service.get("ports") or []
    for port in ports:
        offered = _offered(str(port.get("published") or ""))
        if offered is not None and offered < most:
            host = port.get("host_ip") or "127.0.0.1"
            problems.append(
                f"{where}: ports: {port['published']}:{port['target']}: {most} replicas want {most} ports of the host; "
                f"write {host}::{port['target']}, which takes free ones"
            )
    if metrics_port is not None and metrics_port not in [port.get("target") for port in ports]:
        problems.append(
            f"--worker-metrics-port {metrics_port}: the service {name} does not publish it, so no page of a replica "
            f"can be read from here; add `ports: [127.0.0.1::{metrics_port}]`"
        )
    return tuple(problems)


def _offered(published: str) -> int | None:
    """
    Return how many ports of the host can be published; ``None`` for no limit.
    """
    if published in ("", "0"):
        return None
    first, _, last = published.partition("-")
    return int(last or first) - int(first) + 1


def deviations_from_plan(name: str, labels: Mapping[str, str], plan: Plan) -> tuple[str, ...]:
    """
    Return where the labels of a service and the plan contradict each other, one sentence each.
    """
    slots, queue = labels.get(ACTIVITY_SLOTS), labels.get(TASK_QUEUE)
    asked, problems = plan.worker.activity_slots, []
    if asked is not None and slots is not None and slots != str(asked):
        problems.append(
            f"plan: worker.activity_slots = {asked}: the service {name} has {slots}; "
            f"write {slots}, or start it with {asked}"
        )
    if queue is not None and queue != plan.task_queue:
        problems.append(
            f"plan: task_queue = {plan.task_queue!r}: the service {name} polls {queue!r}; write that"
        )
    return tuple(problems)
