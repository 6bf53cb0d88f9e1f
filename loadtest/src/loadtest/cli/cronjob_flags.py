"""
The flags that name an installed load test by its CronJob and its cluster, declared once for `submit` and `fetch`.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import typer

# Namespace in which `make deploy` installs the load test, and the name of its CronJob there.
DEFAULT_KUBE_NAMESPACE, DEFAULT_JOB = "loadtest", "loadtest-sweep"
KUBE_NAMESPACE = typer.Option(help="Kubernetes namespace in which the load test is installed.")
JOB = typer.Option(help="Its CronJob: RELEASE-loadtest-sweep, of a release called loadtest loadtest-sweep.")
KUBECONFIG = typer.Option(
    help="Kubeconfig of a cluster of yours, with --context; left out, the one that `make kind-up` made."
)
CONTEXT = typer.Option(help="Name of a cluster of yours, with --kubeconfig.")


def flags_of_cronjob(
    kube_namespace: str, job: str, kubeconfig: Path | None = None, context: str | None = None
) -> str:
    """
    Return the flags with which another verb finds the same load test, with a space before; empty where it needs none.
    """
    from loadtest.cli.kubeconfig import OWN_KUBECONFIG

    given = {
        "--kube-namespace": kube_namespace if kube_namespace != DEFAULT_KUBE_NAMESPACE else None,
        "--job": job if job != DEFAULT_JOB else None,
    }
    if kubeconfig is not None and kubeconfig.absolute() != OWN_KUBECONFIG.absolute():
        given |= {"--kubeconfig": str(kubeconfig), "--context": context}
    return "".join(f" {flag} {shlex.quote(value)}" for flag, value in given.items() if value is not None)
