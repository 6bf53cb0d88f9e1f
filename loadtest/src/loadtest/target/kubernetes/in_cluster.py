"""
Whether this process runs in a pod of a cluster, and in which namespace, as its service account tells it.
"""

from __future__ import annotations

import os
from pathlib import Path

_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def in_cluster() -> bool:
    """
    Tell whether this process runs in a pod that may ask the API.
    """
    return in_pod() and (_SERVICE_ACCOUNT / "token").is_file()


def in_pod() -> bool:
    """
    Tell whether this process runs in a pod.
    """
    return "KUBERNETES_SERVICE_HOST" in os.environ


def own_namespace() -> str:
    """
    Return the namespace of the pod that this process runs in.
    """
    return (_SERVICE_ACCOUNT / "namespace").read_text(encoding="utf-8").strip()
