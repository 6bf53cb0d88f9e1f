"""
The one way to a cluster's API: which kubeconfig, and errors that name what to mend.

It decides nothing of what is asked over the connection.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kubernetes
import urllib3
from kubernetes.client.exceptions import ApiException

from loadtest.errors import InputError, TargetError

REQUEST_SECONDS = 10
_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True, slots=True)
class Api:
    """
    The parts of the API that are asked.

    Attributes:
        core, apps, batch, autoscaling, custom: The client's groups.
        where: The cluster, as errors name it.
    """

    core: Any
    apps: Any
    batch: Any
    autoscaling: Any
    custom: Any
    where: str


def in_cluster() -> bool:
    """
    Tell whether this process runs in a pod that may ask the API.
    """
    return "KUBERNETES_SERVICE_HOST" in os.environ and (_SERVICE_ACCOUNT / "token").is_file()


def own_namespace() -> str:
    """
    Return the namespace of the pod that this process runs in.
    """
    return (_SERVICE_ACCOUNT / "namespace").read_text(encoding="utf-8").strip()


def open_api(kubeconfig: Path | None = None, context: str | None = None) -> Api:
    """
    Connect as the pod's own account, or by a kubeconfig file.

    Args:
        kubeconfig: The file; ``None`` is the pod's own account.
        context: One of the file's contexts; ``None`` takes its current one.

    Raises:
        InputError: The file or the context cannot be used.
    """
    configuration = kubernetes.client.Configuration()
    try:
        if kubeconfig is None:
            kubernetes.config.load_incluster_config(client_configuration=configuration)
        else:
            kubernetes.config.load_kube_config(
                config_file=str(kubeconfig), context=context, client_configuration=configuration
            )
    except kubernetes.config.ConfigException as error:
        given = f"--kubeconfig {kubeconfig}" + (f" --context {context}" if context else "")
        raise InputError(
            f"{given}: cannot be used ({str(error).splitlines()[0]}); give the file of a cluster, such as .kube/config "
            "that `make kind-up` writes"
        ) from None
    # A sweep of hours must outlive an API server that is busy for a moment (429, 503, one late answer), and a
    # cluster that is away is said at once.  What changes something is asked once.
    configuration.retries = urllib3.Retry(
        total=4,
        connect=0,
        redirect=0,
        backoff_factor=0.5,
        status_forcelist=(429, 503),
        allowed_methods=("GET",),
    )
    client = kubernetes.client.ApiClient(configuration)
    return Api(
        core=kubernetes.client.CoreV1Api(client),
        apps=kubernetes.client.AppsV1Api(client),
        batch=kubernetes.client.BatchV1Api(client),
        autoscaling=kubernetes.client.AutoscalingV2Api(client),
        custom=kubernetes.client.CustomObjectsApi(client),
        where=str(configuration.host),
    )


@contextmanager
def asked(what: str) -> Iterator[None]:
    """
    Turn the client's errors into one line that says what was asked.

    Args:
        what: As in ``patch deployments/scale repair-shop/repair-worker``.

    Raises:
        TargetError: Refused, not there, or no answer.
    """
    try:
        yield
    except ApiException as error:
        raise TargetError(_line(what, error)) from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise TargetError(
            f"{what}: the cluster does not answer ({_cause(error)}); check that it runs: `make status`"
        ) from error


def missing(error: TargetError) -> bool:
    """
    Tell whether an error says that the thing asked for is not there.
    """
    return isinstance(error.__cause__, ApiException) and error.__cause__.status == 404


def _cause(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    # urllib3 names the connection's object first, which tells nobody anything.
    return str(reason).rpartition("): ")[2].strip(" .")


def _line(what: str, error: ApiException) -> str:
    try:
        message = json.loads(error.body or "{}").get("message", "")
    except ValueError:
        message = str(error.body)
    if error.status == 403:
        return (
            f"{what}: not allowed ({message}); let an administrator grant it: charts/loadtest shows the Role"
        )
    if error.status == 404:
        return f"{what}: not there ({message or error.reason}); `make deploy` installs it"
    return f"{what}: refused ({error.status} {message or error.reason})"
