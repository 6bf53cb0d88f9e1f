"""
All that a chart lets be `null`, at once: nothing renders as null by it, and no policy opens more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_schemas import demand_known_to_the_api
from rendering import Charts, Object, of_kind

pytestmark = pytest.mark.process

CHARTS = Path(__file__).parents[1]
MONITOR = {"metrics": {"annotations": False, "podMonitor": {"enabled": True}}}
# Without these a chart is refused, and pods break the restricted standard.
KEPT = {"pdb.maxUnavailable", "serviceAccount.create", "podSecurityContext", "securityContext"}


def nullable(
    values: Mapping[str, Any], schema: Mapping[str, Any], where: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """
    Where a value of the chart may be left out: Helm takes it away before it looks at the schema.
    """
    for key, value in values.items():
        path, inner = (*where, key), schema["properties"][key]
        if "properties" in inner:
            yield from nullable(value, inner, path)
        elif key not in schema.get("required", []) and ".".join(path) not in KEPT:
            yield path


def with_nulls(given: Mapping[str, Any], paths: Iterator[tuple[str, ...]]) -> dict[str, Any]:
    """
    These values and null for each path besides.
    """
    values: dict[str, Any] = json.loads(json.dumps(given))
    for path in paths:
        where = values
        for key in path[:-1]:
            where = where.setdefault(key, {})
        where.setdefault(path[-1], None)
    return values


def nulls(thing: Any) -> bool:
    """
    Whether a value in an object is null.
    """
    inner = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ()
    return thing is None or any(nulls(one) for one in inner)


@pytest.mark.parametrize(
    ("chart", "given"),
    [
        pytest.param("repair-worker", {}, id="workers"),
        pytest.param("repair-worker", MONITOR | {"autoscaling": {"keda": {"enabled": True, "triggers": ["backlog", "slots"]}}}, id="keda"),
        pytest.param("repair-worker", {"deployment": {"kind": "WorkerDeployment"}, "workerDeployment": {"rollout": {"steps": [{"rampPercentage": 5, "pauseDuration": "1m"}]}}}, id="controlled"),
        pytest.param("loadtest", MONITOR | {"interactive": {"enabled": True}}, id="loadtest"),
        pytest.param("temporal-dev", MONITOR, id="temporal-dev"),
    ],
)  # fmt: skip
def test_what_may_be_null_may_be_it_all_at_once(charts: Charts, chart: str, given: dict[str, Any]) -> None:
    """
    A key without a value is the API's default: `ports: null` in a policy opens every port, and `suspend: null` starts sweeps by
    night.
    """
    schema = json.loads((CHARTS / chart / "values.schema.json").read_text())
    values = yaml.safe_load((CHARTS / chart / "values.yaml").read_text())

    objects = charts.render(chart, with_nulls(given, nullable(values, schema)))

    demand_known_to_the_api(objects)
    assert [found["metadata"]["name"] for found in objects if nulls(found)] == []
    assert [
        rule
        for policy in of_kind(objects, "NetworkPolicy")
        for rule in rules(policy)
        if not rule.get("ports")
    ] == []


def rules(policy: Object) -> list[Object]:
    """
    Whom a policy lets in and out.
    """
    return [*policy["spec"]["ingress"], *policy["spec"]["egress"]]
