"""
How many cores a worker's container may use, as its pod says, whoever has written the limit there.
"""

from __future__ import annotations

from typing import Any

import pytest
from cluster_objects import pod
from fake_cluster import as_model

from loadtest.target.kubernetes.main_container import replica

HALF = {"limits": {"cpu": "500m", "memory": "512Mi"}}


@pytest.mark.parametrize(
    ("worker", "whole", "cores"),
    [
        pytest.param(HALF, None, 0.5, id="its-own"),
        pytest.param({"limits": {"cpu": "2"}}, None, 2.0, id="whole-cores"),
        pytest.param({"limits": {"memory": "512Mi"}}, None, None, id="of-memory-alone"),
        pytest.param({"requests": {"cpu": "100m"}}, None, None, id="a-request"),
        pytest.param(None, HALF, 0.5, id="the-whole-pods"),
        pytest.param({"limits": {"cpu": "2"}}, HALF, 0.5, id="the-smaller"),
        pytest.param(None, None, None, id="none"),
    ],
)
def test_the_cores_of_the_workers_container(worker: Any, whole: Any, cores: float | None) -> None:
    """A sidecar's limit is its own."""
    document = pod("w", containers=("worker", "proxy"))
    document["spec"]["resources"] = whole
    main, proxy = document["spec"]["containers"]
    main["resources"], proxy["resources"] = worker, {"limits": {"cpu": "100m"}}

    assert replica(as_model(document, "V1Pod")).core_limit == cores
