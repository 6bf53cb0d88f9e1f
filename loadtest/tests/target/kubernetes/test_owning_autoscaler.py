"""
Autoscalers that a sweep would fight with: who owns the count of the workers, and who the size of their pods.
"""

from __future__ import annotations

from typing import Any

import pytest
from cluster_objects import deployment
from fake_cluster import FakeCluster, refusal

from loadtest.errors import InputError
from loadtest.target.kubernetes.deployment import Deployment


@pytest.fixture
def cluster() -> FakeCluster:
    """
    A Deployment of two replicas.
    """
    made = FakeCluster()
    made.put("deployment", deployment(replicas=2))
    return made


def target(cluster: FakeCluster) -> Deployment:
    """
    The workers, once they were looked at.
    """
    workers = Deployment(cluster.api, "shop", "workers")
    workers.look()
    return workers


@pytest.mark.parametrize(
    ("kind", "document", "said"),
    [
        pytest.param(
            "horizontal_pod_autoscaler",
            {"spec": {"maxReplicas": 3, "scaleTargetRef": {"kind": "Deployment", "name": "workers"}}},
            "HorizontalPodAutoscaler one",
            id="hpa",
        ),
        pytest.param(
            "scaledobjects", {"spec": {"scaleTargetRef": {"name": "workers"}}}, "ScaledObject one", id="keda"
        ),
    ],
)
def test_a_deployment_of_an_autoscaler_is_refused(
    cluster: FakeCluster, kind: str, document: dict[str, Any], said: str
) -> None:
    """By the autoscaler's name."""
    cluster.put(kind, {"metadata": {"name": "one", "namespace": "shop"}, **document})

    with pytest.raises(InputError, match=f"{said} owns its replica count"):
        target(cluster)


PAUSED = {"autoscaling.keda.sh/paused": "true"}


@pytest.mark.parametrize(
    ("annotations", "owns"),
    [
        pytest.param(PAUSED, False, id="paused"),
        pytest.param({"autoscaling.keda.sh/paused": "false"}, True, id="not-paused"),
        pytest.param(PAUSED | {"autoscaling.keda.sh/paused-replicas": "4"}, True, id="keeps-a-count"),
        pytest.param({}, True, id="active"),
    ],
)
def test_a_scaled_object_that_is_paused_owns_nothing(
    cluster: FakeCluster, annotations: dict[str, str], owns: bool
) -> None:
    """KEDA leaves the count alone then, which is how its users keep it off; how is said where it is not."""
    spec = {"scaleTargetRef": {"name": "workers"}}
    cluster.put(
        "scaledobjects",
        {"metadata": {"name": "one", "namespace": "shop", "annotations": annotations}, "spec": spec},
    )

    if owns:
        hint = "pause it .`kubectl -n shop annotate scaledobject one autoscaling.keda.sh/paused=true`"
        with pytest.raises(InputError, match=hint):
            target(cluster)
    else:
        assert target(cluster).replicas() == 2


@pytest.mark.parametrize(
    ("spec", "refused"),
    [
        pytest.param({}, "updateMode Auto", id="by-default"),
        pytest.param({"updatePolicy": {"updateMode": "Initial"}}, "updateMode Initial", id="new-pods-alone"),
        pytest.param({"updatePolicy": {"updateMode": "Off"}}, None, id="off"),
        pytest.param({"targetRef": {"kind": "Deployment", "name": "others"}}, None, id="others"),
    ],
)
def test_pods_of_changing_size_are_refused(
    cluster: FakeCluster, spec: dict[str, Any], refused: str | None
) -> None:
    """A VerticalPodAutoscaler that is not off restarts them in a step, or gives later ones more than earlier ones."""
    found = {"targetRef": {"kind": "Deployment", "name": "workers"}, **spec}
    cluster.put("verticalpodautoscalers", {"metadata": {"name": "v", "namespace": "shop"}, "spec": found})

    if refused is None:
        assert target(cluster).replicas() == 2
    else:
        with pytest.raises(
            InputError, match=f"VerticalPodAutoscaler v .{refused}. changes what its pods ask"
        ):
            target(cluster)


def _may_not_look(call: str, _name: str) -> None:
    if call in ("list_verticalpodautoscalers", "list_scaledobjects"):
        raise refusal(403)


def test_who_may_not_look_for_others_autoscalers_sweeps_all_the_same(cluster: FakeCluster) -> None:
    """The administrator of a namespace holds no right to those kinds, so he cannot grant it to the sweep."""
    cluster.before = _may_not_look

    assert target(cluster).replicas() == 2


def test_who_may_not_look_sees_keda_by_what_it_makes(cluster: FakeCluster) -> None:
    """Its HorizontalPodAutoscaler is anybody's to see and names the ScaledObject, which is the one to pause."""
    cluster.before = _may_not_look
    owner = {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "name": "one", "uid": "1"}
    cluster.put(
        "horizontal_pod_autoscaler",
        {
            "metadata": {"name": "keda-hpa-one", "namespace": "shop", "ownerReferences": [owner]},
            "spec": {"maxReplicas": 3, "scaleTargetRef": {"kind": "Deployment", "name": "workers"}},
        },
    )

    with pytest.raises(InputError, match="ScaledObject one owns its replica count .* pause it"):
        target(cluster)
