"""
Names and keys that the API, a registry or an autoscaler would refuse once other objects are made.
"""

from __future__ import annotations

from typing import Any

import pytest
from rendering import Charts

pytestmark = pytest.mark.process

BOTH = ("repair-worker", "loadtest")
REFUSED: list[tuple[tuple[str, ...], dict[str, Any], str]] = [
    ((*BOTH, "temporal-dev"), {"fullnameOverride": "a..b"}, "/fullnameOverride"),
    ((*BOTH, "temporal-dev"), {"podAnnotations": {"a b": "c"}}, "a b"),
    ((*BOTH, "temporal-dev"), {"commonLabels": {64 * "a": "c"}}, 64 * "a"),
    ((*BOTH, "temporal-dev"), {"imagePullSecrets": [{"name": "A B"}]}, "/imagePullSecrets/0/name"),
    ((*BOTH, "temporal-dev"), {"image": {"repository": "registry.example/Team/x"}}, "/image/repository"),
    (BOTH, {"namespaceOverride": "a.b"}, "/namespaceOverride"),
    (BOTH, {"networkPolicy": {"temporalNamespace": "a.b"}}, "/networkPolicy/temporalNamespace"),
    (BOTH, {"serviceAccount": {"name": "a.-.b"}}, "/serviceAccount/name"),
    (BOTH, {"serviceAccount": {"annotations": {"a/b/c": "d"}}}, "a/b/c"),
    (("repair-worker", "temporal-dev"), {"resources": {"requests": {"memroy": "1Gi"}}}, "memroy"),
    (("loadtest",), {"sweep": {"resources": {"limits": {"mem": "1Gi"}}}}, "mem"),
    (("loadtest",), {"results": {"storageClass": "Fast SSD"}}, "/results/storageClass"),
    (("temporal-dev",), {"storage": {"className": "Fast SSD"}}, "/storage/className"),
    (("loadtest",), {"workers": {"namespace": "a.b"}}, "/workers/namespace"),
    (("loadtest",), {"workers": {"deployment": "a..b"}}, "/workers/deployment"),
    (
        ("repair-worker",),
        {"autoscaling": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 4000}}}},
        "/autoscaling/behavior/scaleDown/stabilizationWindowSeconds",
    ),
]


@pytest.mark.parametrize(
    ("chart", "given", "said"),
    [
        pytest.param(chart, given, said, id=f"{chart}-{said[:30]}")
        for charts, given, said in REFUSED
        for chart in charts
    ],
)
def test_what_the_api_would_refuse_is_refused(
    charts: Charts, chart: str, given: dict[str, Any], said: str
) -> None:
    """
    Helm would leave half a release, and KEDA say of its HorizontalPodAutoscaler in its own log alone.
    """
    assert said in charts.refusal(chart, given)


TAKEN: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (BOTH, {"fullnameOverride": "a.b-1.c"}),
    ((*BOTH, "temporal-dev"), {"podAnnotations": {"a.b/C_d": "any thing", "x": ""}}),
    ((*BOTH, "temporal-dev"), {"image": {"repository": "Registry.example:5000/team_a/x--y.z", "tag": "1"}}),
    (
        ("repair-worker", "temporal-dev"),
        {"resources": {"limits": {"nvidia.com/gpu": 1, "hugepages-2Mi": "4Mi"}}},
    ),
    (("loadtest",), {"workers": {"deployment": "a.b"}, "results": {"storageClass": "fast.ssd"}}),
    (("repair-worker",), {"autoscaling": {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 3600}}}}),
]


@pytest.mark.parametrize(
    ("chart", "given"),
    [
        pytest.param(chart, given, id=f"{chart}-{next(iter(given))}")
        for charts, given in TAKEN
        for chart in charts
    ],
)
def test_what_the_api_takes_is_taken(charts: Charts, chart: str, given: dict[str, Any]) -> None:
    """
    Odd names are still names.
    """
    assert charts.render(chart, given)
