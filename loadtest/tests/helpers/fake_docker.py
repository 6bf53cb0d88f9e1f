"""
A Docker whose one project has a service `worker`, in the forms that Docker 20.10 and Compose 2.26 print.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loadtest.target.compose.docker_command import DockerError

HASH = "986655eb"
PROJECT = "com.docker.compose.project"


@dataclass
class FakeDocker:
    """
    Answers what the target asks, and keeps what it was told.

    Attributes:
        file: Path of the compose file in the containers' labels.
        env_file: Path of the file that `--env-file` gave, in the same labels.
        service: The worker service as `docker compose config` renders it.
        containers: Number of each worker container -> what `docker inspect` says of it.
        dies_at_start: Containers that end as soon as they are started.
        scaled: Every count that was asked for.
        environments: The `--env-file` of each command of Compose.
        config_hash: What `docker compose config --hash` says now.
    """

    file: str
    env_file: str | None = None
    service: dict[str, Any] = field(default_factory=lambda: {"depends_on": {"web": {}}})
    containers: dict[int, dict[str, Any]] = field(default_factory=dict)
    dies_at_start: bool = False
    scaled: list[int] = field(default_factory=list)
    config_hash: str = HASH
    environments: list[str | None] = field(default_factory=list)

    def start(self, number: int, config_hash: str = HASH) -> None:
        """Make and start one container."""
        name = f"{number:012x}"
        self.containers[number] = {
            "Id": f"{name}{'0' * 52}",
            "Name": f"/shop-worker-{number}",
            "RestartCount": 1 if self.dies_at_start else 0,
            "State": {
                "Running": not self.dies_at_start,
                "Restarting": self.dies_at_start,
                "ExitCode": 3 if self.dies_at_start else 0,
                "StartedAt": f"2026-11-26T01:40:0{number % 10}.13109592Z",
            },
            "Config": {
                "Hostname": name,
                "Labels": {
                    "com.docker.compose.project": "shop",
                    "com.docker.compose.service": "worker",
                    "com.docker.compose.container-number": str(number),
                    "com.docker.compose.config-hash": config_hash,
                    "com.docker.compose.project.config_files": self.file,
                    "com.docker.compose.project.working_dir": "/shop",
                }
                | ({} if self.env_file is None else {f"{PROJECT}.environment_file": self.env_file}),
            },
            "HostConfig": {"NanoCpus": 0, "CpuQuota": 0, "CpuPeriod": 0},
            "NetworkSettings": {
                "Ports": {"9000/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(32000 + number)}]}
            },
        }

    async def __call__(self, words: Sequence[str], seconds: float) -> str:
        """Answer one command."""
        if words[0] == "ps":
            asked = {
                word.removeprefix("label=com.docker.compose.") for word in words if word.startswith("label=")
            }
            known = {"project=shop", "service=worker", "oneoff=False"}
            return "\n".join(one["Id"] for one in self.containers.values()) if asked <= known else ""
        if words[0] == "inspect":
            return json.dumps([one for one in self.containers.values() if one["Id"] in words])
        if words[0] == "exec":
            raise DockerError("cat: no such file", "cpu.stat: \n7024202297\nrss 275132416\n")
        assert words[0] == "compose"
        self.environments.append(words[words.index("--env-file") + 1] if "--env-file" in words else None)
        if "config" in words:
            if "--hash" in words:
                file = Path(words[words.index("--file") + 1])
                service = json.loads(file.read_text())["services"]["worker"]
                return f"worker {self.config_hash}{'' if 'depends_on' in service else '-alone'}\n"
            return json.dumps({"services": {"worker": self.service, "web": {}}})
        if "logs" in words:
            return "no such queue\n"
        (count,) = (int(word.partition("=")[2]) for word in words if word.startswith("worker="))
        self.scaled.append(count)
        for number in [number for number in self.containers if number > count]:
            del self.containers[number]
        for number in range(1, count + 1):
            if number not in self.containers:
                self.start(number, f"{HASH}-alone" if "--no-deps" in words else HASH)
        return ""
