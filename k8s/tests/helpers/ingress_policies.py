"""
Whom ingress NetworkPolicies let in, read as Kubernetes' documents say.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Pod:
    """
    What policies see of a pod.

    Attributes:
        namespace: Namespace of the pod.
        labels: Labels of the pod.
        address: Its address; for what is no pod, an address outside of the cluster.
    """

    namespace: str
    labels: Mapping[str, str]
    address: str = "10.244.0.9"


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """
    Whether a label selector takes these labels.
    """
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for one in selector.get("matchExpressions", []):
        inside = labels.get(one["key"]) in one["values"]
        if inside != {"In": True, "NotIn": False}[one["operator"]]:
            return False
    return True


def _is_peer(peer: Mapping[str, Any], policy: Mapping[str, Any], source: Pod) -> bool:
    if "ipBlock" in peer:
        address = ipaddress.ip_address(source.address)
        block = peer["ipBlock"]
        return address in ipaddress.ip_network(block["cidr"]) and not any(
            address in ipaddress.ip_network(out) for out in block.get("except", [])
        )
    if "namespaceSelector" in peer:
        if not selects(peer["namespaceSelector"], {"kubernetes.io/metadata.name": source.namespace}):
            return False
    elif source.namespace != policy["metadata"]["namespace"]:
        return False
    return selects(peer.get("podSelector", {}), source.labels)


def let_in(policies: Sequence[Mapping[str, Any]], source: Pod, target: Pod, port: int | str) -> bool:
    """
    Whether the source reaches a port of the target: no policy selects the target, or one that does lets it in.
    """
    selecting = [
        policy
        for policy in policies
        if policy["metadata"]["namespace"] == target.namespace
        and selects(policy["spec"]["podSelector"], target.labels)
    ]
    return not selecting or any(
        any(_is_peer(peer, policy, source) for peer in rule["from"])
        and ("ports" not in rule or port in [one["port"] for one in rule["ports"]])
        for policy in selecting
        for rule in policy["spec"].get("ingress", [])
    )
