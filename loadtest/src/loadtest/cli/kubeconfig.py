"""
Which cluster a command uses: that of the project's own kubeconfig, or one that the user names in full.
"""

from __future__ import annotations

from pathlib import Path

from loadtest.errors import InputError
from loadtest.target.kubernetes.api import Api, open_api

# Only `make kind-up` and `make minikube-up` write it; the user's own kubeconfig is never read by accident.
OWN_KUBECONFIG = Path(".kube/config")


def reach(kubeconfig: Path | None, context: str | None) -> Api:
    """
    Connect to the project's own cluster, or to one that both flags name.

    Raises:
        InputError: Only one of the flags was given, or the project has no cluster of its own.
    """
    if (kubeconfig is None) != (context is None):
        given, absent = ("--kubeconfig", "--context") if context is None else ("--context", "--kubeconfig")
        raise InputError(
            f"{given} without {absent}: a cluster that is not the project's own is used only when both name it; "
            f"add {absent}"
        )
    if kubeconfig is None and not OWN_KUBECONFIG.is_file():
        raise InputError(
            f"{OWN_KUBECONFIG}: no cluster of the project's own; write `make kind-up`, or give --kubeconfig and --context"
        )
    return open_api(kubeconfig or OWN_KUBECONFIG, context)
