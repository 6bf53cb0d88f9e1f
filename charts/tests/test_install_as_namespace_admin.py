"""
Who may install the load test: Kubernetes lets nobody grant a right that he does not hold himself.
"""

from __future__ import annotations

import pytest
from rendering import Charts, of_kind

pytestmark = pytest.mark.process

VALUES = {"image": {"tag": "0123abc"}, "workers": {"namespace": "shop"}}
# What Kubernetes' own ClusterRole `admin` holds of what the Roles grant, as an API server 1.34.3 says.
HELD = {
    *(("", kind) for kind in ("pods", "pods/log", "events", "configmaps")),
    *(("apps", kind) for kind in ("deployments", "deployments/scale")),
    ("autoscaling", "horizontalpodautoscalers"),
    ("batch", "jobs"),
    ("coordination.k8s.io", "leases"),
}
OF_OTHERS = {("autoscaling.k8s.io", "verticalpodautoscalers"), ("keda.sh", "scaledobjects")}


@pytest.mark.parametrize("sees_them", [True, False])
def test_the_administrator_of_a_namespace_may_install(charts: Charts, sees_them: bool) -> None:
    """He holds no right to KEDA's and the vertical autoscaler's kinds; without those rules his install is let through."""
    objects = charts.render("loadtest", {**VALUES, "rbac": {"autoscalers": sees_them}})
    granted = {
        (group, kind)
        for role in of_kind(objects, "Role")
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for kind in rule["resources"]
    }

    assert granted - HELD == (OF_OTHERS if sees_them else set())
