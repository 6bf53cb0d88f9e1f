"""
What the chart of the workers refuses.
"""

from __future__ import annotations

from typing import Any

import pytest
from rendering import Charts
from worker_chart_values import CHART, TAG, values

pytestmark = pytest.mark.process

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
            {"autoscaling": {"keda": {**KEDA, "triggers": ["slots"], "slots": {"perReplica": 4}}}},
            "autoscaling.keda.slots.perReplica = 4 is not below settings.activitySlots = 4",
            id="slots-never-reached",
        ),
        pytest.param(
            {"autoscaling": {"minReplicas": 0, "keda": {**KEDA, "triggers": ["slots"]}}},
            "without workers there are no slots to see",
            id="slots-from-zero",
        ),
        pytest.param(
            {"autoscaling": {"minReplicas": 0, "keda": KEDA}},
            "a running activity is no backlog, so its worker would be taken away; add slots",
            id="backlog-alone-to-zero",
        ),
        pytest.param(
            {"autoscaling": {"cpu": CPU}, "resources": None},
            "without resources.requests.cpu",
            id="no-resources",
        ),
        pytest.param(
            {"temporal": {"address": "127.0.0.1:7233"}, "autoscaling": {"keda": KEDA}},
            "temporal.address = 127.0.0.1:7233: KEDA asks from a pod of its own",
            id="sidecar-and-keda",
        ),
        pytest.param(
            {"temporal": {"address": "[::1]:7233"}, "deployment": {"kind": "WorkerDeployment"}},
            "a Connection takes no IPv6 address",
            id="ipv6-sidecar-and-controller",
        ),
        pytest.param(
            {"temporal": {"address": "localhost:7233"}, "deployment": {"kind": "WorkerDeployment"}},
            "temporal.address = localhost:7233 with deployment.kind = WorkerDeployment: the controller asks",
            id="sidecar-and-controller",
        ),
        pytest.param(
            {"pdb": {"maxUnavailable": None}},
            "pdb.maxUnavailable and pdb.minAvailable both null",
            id="no-budget",
        ),
        pytest.param(
            {"autoscaling": {"keda": {**KEDA, "triggers": []}}},
            "nothing to scale on; name backlog, slots or both",
            id="no-trigger",
        ),
        pytest.param(
            {"autoscaling": {"keda": KEDA}, "temporal": {"tls": {"enabled": True}}},
            "KEDA's scaler speaks TLS with one of them only",
            id="keda-in-clear-text",
        ),
        pytest.param(
            {"temporal": {"tls": {"serverName": "temporal.example.org"}}, "autoscaling": {"keda": KEDA}},
            "KEDA's scaler speaks TLS with one of them only",
            id="backlog-by-a-server-name-alone",
        ),
        pytest.param(
            {"fullnameOverride": "w" * 47, "autoscaling": {"keda": {**KEDA, "triggers": ["slots"]}}},
            "has more than 46 signs: Kubernetes cuts the names of its pods",
            id="pods-without-a-name",
        ),
        pytest.param(
            {"replicas": 2, "autoscaling": {"metrics": [{"type": "Resource"}]}},
            "replicas = 2 with autoscaling.metrics: two owners",
            id="count-and-metrics",
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
            {
                "fullnameOverride": "repair-worker-v20",
                "temporal": {"versioning": {"deploymentName": "d", "buildId": "v2"}},
            },
            "buildId = v2 in a release whose objects are named repair-worker-v20",
            id="another-builds-name",
        ),
        pytest.param(
            {"networkPolicy": {"temporalNamespace": "elsewhere"}},
            "which is in namespace temporal: the workers' own policy would cut them off",
            id="policy-against-address",
        ),
        pytest.param(
            {"terminationGracePeriodSeconds": 20},
            "the pod would be killed while activities still end; write 25 or more",
            id="grace-too-short",
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
        pytest.param({"image": {"tag": "a b"}}, "/image/tag", id="no-such-tag"),
        pytest.param({"image": {"digest": "sha256:123"}}, "/image/digest", id="half-a-digest"),
        pytest.param(
            {"temporal": {"tls": {"existingSecret": "s"}}},
            "'existingSecret' not allowed",
            id="one-secret-for-all",
        ),
        pytest.param({"image": {"tag": "latest"}}, "/image/tag", id="latest"),
        pytest.param({"imagee": {}}, "additional properties 'imagee' not allowed", id="misspelt"),
        pytest.param({"settings": {"activitySlot": 1}}, "'activitySlot' not allowed", id="misspelt-setting"),
        pytest.param({"settings": {"activitySlots": 0}}, "/settings/activitySlots", id="no-slots"),
        pytest.param({"replicas": -1}, "/replicas", id="negative"),
        pytest.param({"temporal": {"address": "temporal"}}, "/temporal/address", id="no-port"),
        pytest.param({"temporal": {"taskQueue": 'a"b'}}, "/temporal/taskQueue", id="quote-in-queue"),
        pytest.param(
            {"autoscaling": {"keda": {"triggers": ["cpu"]}}}, "/autoscaling/keda/triggers/0", id="trigger"
        ),
        pytest.param(
            {"autoscaling": {"keda": {"backlog": {"queueTypes": []}}}}, "/queueTypes", id="no-queue-types"
        ),
    ],
)
def test_the_schema_refuses(charts: Charts, given: dict[str, Any], said: str) -> None:
    """What one value alone gets wrong is refused by the schema, which names it."""
    assert said in charts.refusal(CHART, {**TAG, **given} if "image" not in given else given)
