"""
How many cores a container of a compose service may use.
"""

from __future__ import annotations

import pytest
from fake_docker import FakeDocker

from loadtest.target.compose.service_container import container_of


@pytest.mark.parametrize(
    ("host", "cores"),
    [
        pytest.param({"NanoCpus": 500_000_000}, 0.5, id="cpus"),
        pytest.param({"CpuQuota": 50_000, "CpuPeriod": 25_000}, 2.0, id="quota"),
        pytest.param({"CpuQuota": 50_000}, 0.5, id="quota-of-the-usual-period"),
        pytest.param({"CpuQuota": -1}, None, id="quota-lifted"),
        pytest.param({}, None, id="none"),
    ],
)
def test_the_cores_of_a_container(host: dict[str, int], cores: float | None) -> None:
    """As `docker inspect` tells a service's `cpus` and `cpu_quota`."""
    docker = FakeDocker("compose.yaml")
    docker.start(1)
    docker.containers[1]["HostConfig"] |= host

    assert container_of(docker.containers[1]).replica(None).core_limit == cores
