"""
Custom resources of KEDA and the Prometheus operator: what their schemas find.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_schemas import custom_problems
from rendering import Charts, of_kind

pytestmark = pytest.mark.process

CI = Path(__file__).parents[1] / "repair-worker/ci"


@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        pytest.param("ScaledObject", lambda spec: spec.update(minReplicas=1), id="a-hpas-name"),
        pytest.param(
            "ScaledObject",
            lambda spec: spec["triggers"][0]["metadata"].update(targetQueueSize=7),
            id="no-text",
        ),
        pytest.param(
            "ScaledObject",
            lambda spec: spec["triggers"][0]["metadata"].update(buildID="v2"),
            id="no-such-key",
        ),
        pytest.param(
            "ScaledObject", lambda spec: spec["fallback"].update(behavior="keep"), id="no-such-choice"
        ),
        pytest.param(
            "TriggerAuthentication",
            lambda spec: spec["secretTargetRef"][0].update(parameter="api-key"),
            id="secret",
        ),
        pytest.param(
            "PodMonitor", lambda spec: spec["podMetricsEndpoints"][0].update(interval="5"), id="no-unit"
        ),
        pytest.param(
            "PodMonitor",
            lambda spec: spec["podMetricsEndpoints"][0]["metricRelabelings"][0].update(source_labels=[]),
            id="as-prometheus-spells-it",
        ),
    ],
)
def test_a_spoilt_resource_is_found(charts: Charts, kind: str, spoil: Callable[[Any], Any]) -> None:
    """What the operator would refuse, or pass over, is refused here."""
    values = yaml.safe_load((CI / "backlog-values.yaml").read_text())
    values["temporal"] = {**values.get("temporal", {}), "apiKey": {"existingSecret": "key"}}
    (sound,) = of_kind(charts.render("repair-worker", values), kind)
    found = copy.deepcopy(sound)
    spoil(found["spec"])

    assert custom_problems(sound) == []
    assert custom_problems(found) != []
