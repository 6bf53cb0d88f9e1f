"""
A pod that starts orders at a constant rate from within the cluster, and how these orders ended.
"""

from __future__ import annotations

import json
from pathlib import Path

from kit_commands import Kit, until

POD = ("orders", "--namespace", "loadtest")


def bring_orders(
    kit: Kit, image: str, prefix: str, rate: float, seconds: float, work_seconds: float = 0.1
) -> None:
    """
    Start the pod, on the control plane's node, and return once its orders arrive.

    Args:
        kit: The cluster.
        image: Image of the workers, whose SDK the pod uses.
        prefix: Beginning of the orders' names.
        rate: Orders per second.
        seconds: Length of the time in which orders are started.
        work_seconds: How long each of an order's six activities waits.
    """
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "orders", "namespace": "loadtest"},
        "spec": {
            "restartPolicy": "Never",
            "nodeSelector": {"node-role.kubernetes.io/control-plane": ""},
            "tolerations": [{"operator": "Exists"}],
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": "orders",
                    "image": image,
                    "command": ["python", "-c", (Path(__file__).parent / "order_pod_program.py").read_text()],
                    "args": [prefix, str(rate), str(seconds), str(work_seconds)],
                    "env": [
                        {
                            "name": "TEMPORAL_ADDRESS",
                            "value": "temporal-frontend.temporal.svc.cluster.local:7233",
                        },
                        {"name": "TEMPORAL_NAMESPACE", "value": "default"},
                    ],
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                    },
                }
            ],
        },
    }
    kit.kubectl("apply", "--filename", "-", given=json.dumps(pod))
    until(lambda: "started" in kit.ask("logs", *POD).out, "orders are brought")


def ends_of_orders(kit: Kit, timeout: float) -> dict[str, tuple[str, int]]:
    """
    Wait until the pod is done, and return each order's outcome and how often its caller had to ask again.
    """
    until(
        lambda: kit.get("pod", *POD)["status"]["phase"] in ("Succeeded", "Failed"),
        "all orders have ended",
        timeout,
    )
    said = json.loads(kit.kubectl("logs", *POD).splitlines()[-1])
    return {name: (str(outcome), int(again)) for name, (outcome, again) in said.items()}


def take_away(kit: Kit) -> None:
    """
    Delete the pod.
    """
    kit.ask("delete", "pod", *POD, "--wait=false")
