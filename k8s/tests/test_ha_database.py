"""
PROFILE=ha and its database: the example of one that stays, and the warning where there is none.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_schemas import demand_known_to_the_api
from ingress_policies import Pod, let_in
from kustomized import objects
from make_command import make
from official_chart_values import FILES, at, merged
from stubs import Stubs

pytestmark = pytest.mark.process

EXAMPLE = Path(__file__).parents[1] / "examples/cloudnative-pg.yaml"
NAME, PART = "app.kubernetes.io/name", "app.kubernetes.io/component"
INSTANCE = Pod("temporal", {"cnpg.io/cluster": "temporal-database"})


def of_example() -> tuple[Any, Any]:
    """
    The cluster and its policy.
    """
    cluster, policy = yaml.safe_load_all(EXAMPLE.read_text())
    return cluster, policy


def settings() -> list[str]:
    """
    What the example says to give to `make deploy`.
    """
    text = EXAMPLE.read_text().replace("\\\n#", "")
    (line,) = re.findall(r"^# +make deploy (.*)$", text, re.MULTILINE)
    return str(line).split()


def test_the_example_is_what_the_api_takes() -> None:
    """
    CloudNativePG's resource has its fields and no other, and so has the policy.
    """
    demand_known_to_the_api(of_example())


def test_the_example_and_its_command_agree() -> None:
    """
    Address, Secret and authority are called as the operator calls them for this cluster, and deploy takes them.
    """
    cluster, _ = of_example()
    name, namespace = cluster["metadata"]["name"], cluster["metadata"]["namespace"]
    secret = cluster["spec"]["bootstrap"]["initdb"]["secret"]["name"]

    assert settings() == [
        "PROFILE=ha",
        f"DB_ADDRESS={name}-rw.{namespace}.svc:5432",
        f"DB_SECRET={secret}",
        "DB_TLS=1",
        f"DB_CA_SECRET={name}-ca",
    ]
    done = make("deploy-plan", *settings())
    assert done.returncode == 0, done.stderr
    assert cluster["spec"]["bootstrap"]["initdb"]["owner"] == "temporal"


def test_all_connections_of_the_servers_fit_the_example() -> None:
    """
    Two pods of four services, each with all connections of both stores.
    """
    cluster, _ = of_example()
    values = merged(FILES["ha"])
    stores = at(values, "server.config.persistence.datastores")
    each = sum(store["sql"]["maxConns"] for store in stores.values())

    assert 4 * values["server"]["replicaCount"] * each < int(
        cluster["spec"]["postgresql"]["parameters"]["max_connections"]
    )


@pytest.mark.parametrize(
    ("source", "port", "reaches"),
    [
        pytest.param(Pod("temporal", {NAME: "temporal", PART: "history"}), 5432, True, id="history"),
        pytest.param(Pod("temporal", {NAME: "temporal", PART: "database"}), 5432, True, id="schema-job"),
        pytest.param(Pod("temporal", {NAME: "temporal", PART: "web"}), 5432, False, id="ui"),
        pytest.param(INSTANCE, 5432, True, id="another-instance"),
        pytest.param(Pod("cnpg-system", {NAME: "cloudnative-pg"}), 8000, True, id="operator"),
        pytest.param(Pod("temporal", {NAME: "temporal", PART: "history"}), 8000, False, id="history-status"),
        pytest.param(Pod("default", {}), 5432, False, id="stranger"),
    ],
)
def test_who_reaches_the_example(source: Pod, port: int, reaches: bool) -> None:
    """
    The namespace is closed; Temporal's services, the instances and the operator come in.
    """
    closed = [found for found in objects("temporal") if found["kind"] == "NetworkPolicy"]

    assert let_in([*closed, of_example()[1]], source, INSTANCE, port) is reaches


@pytest.mark.parametrize(
    ("given", "warned"),
    [
        pytest.param(["PROFILE=ha"], True, id="our-pod"),
        pytest.param(
            ["PROFILE=ha", "DB_ADDRESS=db:5432", "DB_SECRET=db"], False, id="a-database-of-ones-own"
        ),
        pytest.param(["PROFILE=postgres"], False, id="not-ha"),
    ],
)
def test_ha_on_one_database_pod_is_warned_of(kind: Stubs, given: list[str], warned: bool) -> None:
    """
    Two pods a service say nothing of the one PostgreSQL below them; said before an image is built.
    """
    kind.put("helm", "")
    kind.put("docker", 'case "$1" in build) echo "here it ends" >&2 ;; esac; exit 1')
    settings = [*given, "TEMPORAL_CHART=charts/temporal", "FORCE=1", kind.config]

    done = make("deploy", *settings, environment=kind.environment)

    warned_of = done.stderr.partition("here it ends")[0].splitlines()
    assert "here it ends" in done.stderr
    assert [line.startswith("warning: PROFILE=ha on one PostgreSQL pod: ") for line in warned_of] == (
        [True] if warned else []
    )
