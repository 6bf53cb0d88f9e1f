"""
What the chart of the workers refuses.
"""

from __future__ import annotations

from typing import Any

import pytest
from rendering import Charts
from repair_worker import CHART, TAG, values

KEDA = {"enabled": True}
CPU = {"enabled": True}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(
            {"autoscaling": {"cpu": CPU, "keda": KEDA}}, "two owners would fight", id="two-autoscalers"
        ),
        pytest.param(
            {"replicas": 2, "autoscaling": {"cpu": CPU}},
            "replicas = 2 with autoscaling.cpu.enabled: two owners",
            id="count-and-cpu",
        ),
        pytest.param(
            {"replicas": 0, "autoscaling": {"keda": KEDA}},
            "replicas = 0 with autoscaling.keda.enabled: two owners",
            id="zero-and-keda",
        ),
        pytest.param(
            {"autoscaling": {"minReplicas": 5, "maxReplicas": 2, "cpu": CPU}},
            "minReplicas = 5 is greater than maxReplicas = 2",
            id="min-over-max",
        ),
        pytest.param(
            {"autoscaling": {"minReplicas": 0, "cpu": CPU}},
            "no pod, no CPU, so it would never grow",
            id="cpu-from-zero",
        ),
        pytest.param(
            {"autoscaling": {"cpu": CPU}, "resources": {"requests": {"cpu": None}}},
            "without resources.requests.cpu",
            id="cpu-without-request",
        ),
        pytest.param(
            {
                "autoscaling": {
                    "keda": {**KEDA, "trigger": "prometheus", "prometheus": {"slotsPerReplica": 4}}
                }
            },
            "slotsPerReplica = 4 is not below settings.activitySlots = 4",
            id="slots-never-reached",
        ),
        pytest.param(
            {"autoscaling": {"minReplicas": 0, "keda": {**KEDA, "trigger": "prometheus"}}},
            "without workers there are no slots to see",
            id="slots-from-zero",
        ),
        pytest.param(
            {"autoscaling": {"keda": KEDA}, "temporal": {"apiKey": {"existingSecret": "s"}}},
            "KEDA would need credentials of its own",
            id="keda-without-credentials",
        ),
        pytest.param(
            {"temporal": {"versioning": {"buildId": "v2"}}},
            "needs deploymentName and buildId together",
            id="half-version",
        ),
        pytest.param(
            {"temporal": {"versioning": {"deploymentName": "d", "buildId": "v2"}}},
            "a rolling update to the next build would remove workers that pinned workflows still need",
            id="pinned-and-rolling",
        ),
        pytest.param(
            {"temporal": {"tls": {"clientCertificate": True}}},
            "there is no certificate to show",
            id="mtls-without-secret",
        ),
        pytest.param({"codec": {"existingSecret": "s"}}, "no key would encrypt", id="codec-without-key"),
        pytest.param(
            {"codec": {"required": True}}, "every input would be refused", id="codec-without-secret"
        ),
        pytest.param(
            {"metrics": {"podMonitor": {"enabled": True}}}, "scrape every worker twice", id="scraped-twice"
        ),
        pytest.param({"rollout": {"maxSurge": 0}}, "no rollout could ever move", id="rollout-stuck"),
        pytest.param(
            {"ledger": {"existingSecret": "s"}},
            "workers could not reach the ledger",
            id="ledger-behind-policy",
        ),
    ],
)
def test_preflight_refuses(charts: Charts, given: dict[str, Any], said: str) -> None:
    """Values that cannot work are refused with one sentence that says why and what to write."""
    assert said in charts.refusal(CHART, values(**given))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"image": {"tag": ""}}, "/image/tag", id="no-tag"),
        pytest.param({"image": {"tag": "latest"}}, "/image/tag", id="latest"),
        pytest.param({"imagee": {}}, "additional properties 'imagee' not allowed", id="misspelt"),
        pytest.param({"settings": {"activitySlot": 1}}, "'activitySlot' not allowed", id="misspelt-setting"),
        pytest.param({"settings": {"activitySlots": 0}}, "/settings/activitySlots", id="no-slots"),
        pytest.param({"replicas": -1}, "/replicas", id="negative"),
        pytest.param({"temporal": {"address": "temporal"}}, "/temporal/address", id="no-port"),
        pytest.param({"temporal": {"taskQueue": 'a"b'}}, "/temporal/taskQueue", id="quote-in-queue"),
        pytest.param(
            {"autoscaling": {"keda": {"trigger": "cpu"}}}, "/autoscaling/keda/trigger", id="trigger"
        ),
        pytest.param(
            {"autoscaling": {"keda": {"temporal": {"queueTypes": []}}}}, "/queueTypes", id="no-queue-types"
        ),
    ],
)
def test_the_schema_refuses(charts: Charts, given: dict[str, Any], said: str) -> None:
    """What one value alone gets wrong is refused by the schema, which names it."""
    assert said in charts.refusal(CHART, {**TAG, **given} if "image" not in given else given)
