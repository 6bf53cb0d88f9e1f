"""
The pod that reads a run from the results' volume.
"""

from __future__ import annotations

from typing import Any

import pytest

from loadtest.target.kubernetes.results_volume import reading_pod

CONTAINER = {"name": "sweep", "image": "loadtest:1", "imagePullPolicy": "IfNotPresent"}
VOLUMES = [{"name": "plan"}, {"name": "results"}]


@pytest.mark.parametrize("limits", [None, {"cpu": "1", "memory": "1Gi"}], ids=["none", "limits"])
def test_it_has_the_sweeps_limits_and_asks_for_little(limits: dict[str, str] | None) -> None:
    """
    A quota on limits refuses a pod without them, and it must find room beside a sweep.
    """
    resources: dict[str, Any] = {"requests": {"cpu": "2"}} | ({"limits": limits} if limits else {})
    pod = {"containers": [{**CONTAINER, "resources": resources}], "volumes": VOLUMES}

    (container,) = reading_pod("fetch-1", pod, {})["spec"]["containers"]

    assert container["resources"].get("limits") == limits
    assert container["resources"]["requests"] == {"cpu": "50m", "memory": "64Mi"}


def test_it_runs_where_a_sweep_may() -> None:
    """
    The volume may be bound to such a node; a runtime and a scheduler of one's own are part of it.
    """
    where = {
        "nodeSelector": {"pool": "load"},
        "tolerations": [{"operator": "Exists"}],
        "runtimeClassName": "gvisor",
        "schedulerName": "another",
    }

    found = reading_pod("fetch-1", {**where, "containers": [CONTAINER], "volumes": VOLUMES}, {"a": "b"})

    assert where.items() <= found["spec"].items()
    assert found["spec"]["volumes"] == [{"name": "results"}]
    assert found["metadata"]["labels"] == {"a": "b", "app.kubernetes.io/component": "fetch"}
