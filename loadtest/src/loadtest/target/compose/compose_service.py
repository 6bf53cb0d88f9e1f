"""
One service of a compose project that is up: its files, its containers and its replica count.

Everything is found by the labels that Docker Compose puts on containers, so a project of anybody's is known by its name.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtest.errors import InputError
from loadtest.plural import counted
from loadtest.target.compose.docker_command import Docker, DockerError
from loadtest.target.compose.service_container import LABEL, Container, container_of

_SECONDS = 30.0
_LOGS = ("logs", "--no-color", "--no-log-prefix", "--tail", "8", "--index")


@dataclass(frozen=True, slots=True)
class Service:
    """
    A service by name.

    Attributes:
        docker: Docker's command line.
        project, name: Which.
        files: With which the project was brought up.
        folder: Of the project, where its .env is.
        env_files: What was given by ``--env-file`` in place of that .env.
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
        Return the containers of the service, or of another of the project, ended ones too, in the order of their numbers.

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
        Return the hashes that a container of the service may carry if it was made from what the files say now.

        There are two: one that was made with `--no-deps`, as a sweep makes them, forgets what the service depends on.

        Args:
            rendered: The whole project.
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
        Start or end containers until there are that many; those that run stay as they are.

        Raises:
            DockerError: It did not come to that.
        """
        words = ["up", "--detach", "--no-deps", "--no-recreate", "--no-build", "--pull", "never"]
        await self.docker(
            [*self._compose(self.files), *words, "--scale", f"{self.name}={replicas}", self.name], seconds
        )

    async def story(self, containers: Sequence[Container]) -> str:
        """
        Return the last lines of some containers' logs, each with its name and its end.
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
        InputError: It is not of that form, no such project is up, or its files are not here.
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
        # One that went between the two questions is not printed, and the others are.
        if "No such" not in str(error) or not error.printed:
            raise
        inspected = error.printed
    return [container_of(one) for one in json.loads(inspected)]
