"""
What holds for each of our charts, in each of its variants.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from api_schemas import demand_known_to_the_api
from rendering import Charts, pod_of
from restricted import violations

pytestmark = pytest.mark.process

CHARTS = Path(__file__).parents[1]
OUR_CHARTS = sorted(found.parent.name for found in CHARTS.glob("*/Chart.yaml"))
VARIANTS = sorted((found.parent.parent.name, found.name) for found in CHARTS.glob("*/ci/*-values.yaml"))


@pytest.fixture(scope="module")
def values_table() -> ModuleType:
    """
    The script that writes the tables of values.
    """
    spec = importlib.util.spec_from_file_location("values_table", CHARTS / "values_table.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def variant(chart: str, name: str) -> dict[str, Any]:
    """
    The values of one variant.
    """
    loaded: dict[str, Any] = yaml.safe_load((CHARTS / chart / "ci" / name).read_text())
    return loaded


def test_each_chart_has_variants() -> None:
    """No chart goes unrendered."""
    assert {chart for chart, _ in VARIANTS} == set(OUR_CHARTS)


@pytest.mark.parametrize(("chart", "name"), VARIANTS)
def test_helm_lint_finds_nothing(charts: Charts, chart: str, name: str) -> None:
    """`helm lint --strict` passes."""
    done = charts.helm("lint", chart, variant(chart, name), "--strict")

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("chart", "name"), VARIANTS)
def test_objects_meet_the_kubernetes_schemas(charts: Charts, chart: str, name: str) -> None:
    """Every object is what the API of Kubernetes 1.34 knows, with no field besides."""
    demand_known_to_the_api(charts.render(chart, variant(chart, name)))


@pytest.mark.parametrize(("chart", "name"), VARIANTS)
def test_pods_meet_restricted_pod_security(charts: Charts, chart: str, name: str) -> None:
    """Every pod that a chart makes may run in a namespace that enforces `restricted`, with a read-only root."""
    pods = [(found, pod) for found in charts.render(chart, variant(chart, name)) if (pod := pod_of(found))]
    broken = {found["metadata"]["name"]: lines for found, pod in pods if (lines := violations(pod))}
    writable = [
        container["name"]
        for _, pod in pods
        for container in pod["spec"]["containers"]
        if not container["securityContext"].get("readOnlyRootFilesystem")
    ]

    assert pods
    assert broken == {}
    assert writable == []


@pytest.mark.parametrize(("chart", "name"), VARIANTS)
def test_objects_carry_our_labels(charts: Charts, chart: str, name: str) -> None:
    """`make down` finds everything by its labels."""
    for found in charts.render(chart, variant(chart, name)):
        labels = found["metadata"]["labels"]

        assert labels["app.kubernetes.io/part-of"] == "temporal-kit", found["metadata"]["name"]
        assert labels["app.kubernetes.io/instance"] == "kit"


@pytest.mark.parametrize("chart", OUR_CHARTS)
def test_the_schema_is_strict_everywhere(chart: str) -> None:
    """Every value has a place in the schema, and no object that values.yaml spells out accepts more."""
    schema = json.loads((CHARTS / chart / "values.schema.json").read_text())
    values = yaml.safe_load((CHARTS / chart / "values.yaml").read_text())

    def walk(given: Any, known: dict[str, Any], where: str) -> None:
        if isinstance(given, dict) and "properties" in known:
            assert known.get("additionalProperties") is False, where
            for key, value in given.items():
                assert key in known["properties"], f"{where}.{key} has no schema"
                walk(value, known["properties"][key], f"{where}.{key}")

    walk(values, schema, chart)
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("chart", OUR_CHARTS)
def test_every_value_is_documented(chart: str, values_table: ModuleType) -> None:
    """Each value has a `# --` comment of its own or belongs to one that has."""
    assert values_table.undocumented((CHARTS / chart / "values.yaml").read_text()) == []


@pytest.mark.parametrize("chart", OUR_CHARTS)
def test_the_table_of_values_is_current(chart: str, values_table: ModuleType) -> None:
    """The README's table says what values.yaml says; `make charts-docs` writes it."""
    readme = (CHARTS / chart / "README.md").read_text()

    assert values_table.with_table(readme, (CHARTS / chart / "values.yaml").read_text()) == readme
