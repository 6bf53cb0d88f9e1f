"""
Our values for the official chart, by the keys that it is known to read: these tests need no copy of it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from api_schemas import demand_known_to_the_api
from official_chart_values import FACTS, FILES, at, merged
from restricted import violations

SERVICES = ("server.frontend", "server.history", "server.matching", "server.worker", "web")


def problems(values: dict[str, Any]) -> list[str]:
    """
    What the chart would not read, or would stumble over.
    """
    schema = {"definitions": FACTS["definitions"], **FACTS["values"]}
    return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(values)]


@pytest.mark.parametrize("files", FILES.values(), ids=FILES)
def test_the_chart_reads_every_key(files: tuple[str, ...]) -> None:
    """A key that no template reads changes nothing, and Helm says nothing of it."""
    assert problems(merged(files)) == []


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(
            lambda values: values["server"]["frontend"].update(readynessProbe={}), id="misspelt-probe"
        ),
        pytest.param(lambda values: values["server"].update(podDisruptionBudget={}), id="of-all-services"),
        pytest.param(
            lambda values: values["server"]["config"]["persistence"]["datastores"]["default"]["sql"].update(
                connectAddr="db.example"
            ),
            id="no-port",
        ),
    ],
)
def test_a_spoilt_key_is_found(spoil: Callable[[Any], Any]) -> None:
    """What the chart would pass over is refused here."""
    values = copy.deepcopy(merged(FILES["all"]))
    spoil(values)

    assert len(problems(values)) == 1


@pytest.mark.parametrize("name", FACTS["pods"])
def test_pods_meet_restricted_pod_security(name: str) -> None:
    """The chart's own contexts do not: each pod has its contexts from us."""
    values = merged(FILES["all"])
    where = FACTS["pods"][name]
    pod = {
        "spec": {
            "securityContext": at(values, where["pod"]),
            "containers": [{"name": name, "securityContext": at(values, where["container"])}],
        }
    }

    assert violations(pod) == []


@pytest.mark.parametrize("part", SERVICES)
def test_what_the_chart_hands_on_is_what_the_api_takes(part: str) -> None:
    """Probe, resources, spread and budget go into its objects as they are."""
    values = at(merged(FILES["all"]), part)
    container = {
        "name": "it",
        "image": "it",
        "resources": values["resources"],
        "readinessProbe": values.get("readinessProbe", {}),
        "securityContext": values["containerSecurityContext"],
    }
    spread = values["topologySpreadConstraints"]
    named: dict[str, Any] = {"metadata": {"name": "it"}}

    demand_known_to_the_api(
        [
            {
                "apiVersion": "v1",
                "kind": "Pod",
                **named,
                "spec": {"containers": [container], "topologySpreadConstraints": spread},
            },
            {
                "apiVersion": "policy/v1",
                "kind": "PodDisruptionBudget",
                **named,
                "spec": values["podDisruptionBudget"],
            },
        ]
    )


def test_the_frontends_readiness_hears_its_health_check() -> None:
    """
    The frontend's health check fails before it leaves: the probe asks for it, and not whether the port is open.
    """
    assert at(merged(FILES["ha"]), "server.frontend.readinessProbe.grpc") == {
        "port": 7233,
        "service": "temporal.api.workflowservice.v1.WorkflowService",
    }


def test_tls_to_the_database_checks_the_certificate() -> None:
    """With DB_TLS=1 both stores are asked over TLS, by a certificate that must fit the server's name."""
    stores = at(merged(FILES["database-tls"]), "server.config.persistence.datastores")

    for name in ("default", "visibility"):
        assert stores[name]["sql"]["tls"] == {"enabled": True, "enableHostVerification": True}
