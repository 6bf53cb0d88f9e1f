"""
The one way to a cluster's API: chooses the kubeconfig, and raises errors that say what to correct.

It decides nothing of what is sent over the connection.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import getproxies

import kubernetes
import urllib3
import yaml
from kubernetes.client.exceptions import ApiException

from loadtest.errors import InputError, TargetError
from loadtest.target.kubernetes.api_client_configuration import choose_proxy, load_kubeconfig

REQUEST_SECONDS = 10
# Answers of an API server that is overloaded or restarts.
_BUSY = (0, 429, 500, 502, 503, 504)
# What the API says of a user without a right.
_LACKS_A_RIGHT = re.compile(r'"[^"]*" cannot ')
# User of a request without credentials.
_NOBODY = '"system:anonymous"'
# Status, its name, headers and body, as the client of streams writes an answer that opens none.
_REFUSED_STREAM = re.compile(r"Handshake status (\d+) (.*?)-\+-\+- .*? -\+-\+- (.*)", re.DOTALL)
# What the client raises at a kubeconfig that is none: it looks into the file as if it were one.
_UNUSABLE = (
    kubernetes.config.ConfigException,
    yaml.YAMLError,
    OSError,
    ValueError,
    TypeError,
    AttributeError,
)


@dataclass(frozen=True, slots=True)
class Api:
    """
    The groups of the API that the kit uses.

    Attributes:
        core, apps, batch, autoscaling, coordination, custom: The Kubernetes client's groups.
        where: Name of the cluster in errors.
        pause_seconds: How long to wait before the same is asked again.
    """

    core: Any
    apps: Any
    batch: Any
    autoscaling: Any
    coordination: Any
    custom: Any
    where: str
    pause_seconds: float = 0.5


def open_api(kubeconfig: Path | None = None, context: str | None = None) -> Api:
    """
    Connect with the pod's own account, or by a kubeconfig file.

    Args:
        kubeconfig: The kubeconfig file; ``None`` uses the pod's own account.
        context: One of the file's contexts; ``None`` takes its current one.

    Raises:
        InputError: The file or the context cannot be used.
    """
    # No proxy of the environment: which one is right depends on the host, and is chosen below.
    configuration = kubernetes.client.Configuration(proxy="")
    try:
        if kubeconfig is None:
            kubernetes.config.load_incluster_config(client_configuration=configuration)
        else:
            load_kubeconfig(kubeconfig, context, configuration)
    except _UNUSABLE as error:
        given = f"--kubeconfig {kubeconfig}" + (f" --context {context}" if context else "")
        # What the client trips over tells nothing of a file that is something else.
        is_other = isinstance(error, (TypeError, AttributeError))
        told = "it is no kubeconfig" if is_other else next(iter(str(error).splitlines()), "no reason given")
        raise InputError(
            f"{given}: cannot be used ({told}); give the file of a cluster, such as .kube/config "
            "that `make kind-up` writes"
        ) from None
    choose_proxy(configuration, getproxies(), in_pod=kubeconfig is None)
    if not configuration.verify_ssl:
        # The kubeconfig says so, and kubectl repeats it at no request.
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    configuration.retries = _retries(patient=kubeconfig is None)
    client = kubernetes.client.ApiClient(configuration)
    _accept_plain_authorities(client)
    return Api(
        core=kubernetes.client.CoreV1Api(client),
        apps=kubernetes.client.AppsV1Api(client),
        batch=kubernetes.client.BatchV1Api(client),
        autoscaling=kubernetes.client.AutoscalingV2Api(client),
        coordination=kubernetes.client.CoordinationV1Api(client),
        custom=kubernetes.client.CustomObjectsApi(client),
        where=str(configuration.host),
    )


def _accept_plain_authorities(client: kubernetes.client.ApiClient) -> None:
    """
    Let a cluster's certificates lack the identifiers of their keys, as kubectl does; chain, dates and name are checked.

    From Python 3.13 on urllib3 refuses such certificates, and clusters of Amazon's have them.
    """
    wanted = client.rest_client.pool_manager.connection_pool_kw
    context = urllib3.util.create_urllib3_context(cert_reqs=wanted["cert_reqs"])
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    wanted["ssl_context"] = context


def _retries(*, patient: bool) -> urllib3.Retry:
    """
    Return how often a request is sent again: a read is repeated when a server is busy, a change only when the request
    cannot have arrived.

    A sweep of hours in a pod must survive a restart of the API server, so there the requests continue for half a
    minute; from outside the cluster, a cluster that does not answer is reported at once.
    """
    return urllib3.Retry(
        total=8 if patient else 4,
        connect=6 if patient else 0,
        other=None
        if patient
        else 0,  # of TLS: a certificate of somebody else, or a server that ends in mid-handshake
        redirect=0,
        backoff_factor=0.5,
        status_forcelist=(429, 502, 503, 504),
        allowed_methods=("GET",),
    )


def no_answer(error: TargetError) -> bool:
    """
    Tell whether an error says that the cluster did not answer, which may pass, and not that it refused.
    """
    cause = error.__cause__
    return not isinstance(cause, ApiException) or int(cause.status or 0) in _BUSY


@contextmanager
def asked(what: str) -> Iterator[None]:
    """
    Turn the client's errors into one line that says what was requested.

    Args:
        what: What was requested, such as ``patch deployments/scale repair-shop/repair-worker``.

    Raises:
        TargetError: The cluster refused, the object does not exist, or there was no answer.
    """
    try:
        yield
    except ApiException as error:
        answered = _as_answered(error)
        raise TargetError(_line(what, answered)) from answered
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise TargetError(f"{what}: {_silence(error)}") from error


def found_or_none(what: str, read: Callable[..., Any], *where: str) -> Any | None:
    """
    Read an object of the cluster; ``None`` where it does not exist.

    Args:
        what: What is read, such as ``jobs repair-shop/loadtest-sweep``.
        read: The client's function that reads such an object.
        where: Arguments of the function: name and namespace, or what else it takes.

    Raises:
        TargetError: The cluster refused, or there was no answer.
    """
    try:
        with asked(f"get {what}"):
            return read(*where, _request_timeout=REQUEST_SECONDS)
    except TargetError as error:
        if missing(error):
            return None
        raise


def conflicts(error: TargetError) -> bool:
    """
    Tell whether an error says that somebody else has made or changed the object in the meantime.
    """
    return isinstance(error.__cause__, ApiException) and error.__cause__.status == 409


def missing(error: TargetError) -> bool:
    """
    Tell whether an error says that the requested object does not exist.
    """
    return isinstance(error.__cause__, ApiException) and error.__cause__.status == 404


def forbidden(error: TargetError) -> bool:
    """
    Tell whether an error says that the account lacks the permission.
    """
    return isinstance(error.__cause__, ApiException) and error.__cause__.status == 403


def lacks_a_right(error: TargetError) -> bool:
    """
    Tell whether an error says that the account is not known, or lacks the permission; what a quota or a policy of the
    cluster refuses is no matter of rights.
    """
    cause = error.__cause__
    return (
        isinstance(cause, ApiException)
        and cause.status in (401, 403)
        and not is_not_admitted(_message(cause))
    )


def _silence(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    if isinstance(reason, urllib3.exceptions.ProxyError):
        return (
            f"the proxy before the cluster does not let it through ({_cause(reason.original_error)}); it is the "
            "kubeconfig's `proxy-url` or HTTPS_PROXY, which NO_PROXY excepts hosts from"
        )
    return f"the cluster does not answer ({_cause(reason)}); check that it runs: `make status`"


def _cause(reason: object) -> str:
    # urllib3 first names the connection's object, which helps nobody.
    return str(reason).rpartition("): ")[2].strip(" .")


def is_not_admitted(message: str) -> bool:
    """
    Tell whether a quota, a LimitRange, Pod Security or a webhook refused, which no right would change.
    """
    return "admission webhook" in message or (
        " is forbidden: " in message and _LACKS_A_RIGHT.search(message) is None
    )


def _as_answered(error: ApiException) -> ApiException:
    """
    Return an error with status and body as the cluster answered; of a stream the client writes both into the reason.
    """
    found = _REFUSED_STREAM.match(str(error.reason))
    if found is None:
        return error
    answered = ApiException(status=int(found[1]), reason=found[2].strip())
    answered.body = found[3]
    return answered


def _message(error: ApiException) -> str:
    """
    Return what the cluster says in one line, as a policy engine writes a paragraph for each of its policies.
    """
    try:
        message = json.loads(error.body or "{}").get("message", "")
    except ValueError:
        message = str(error.body)
    return " ".join(message.split())


def _line(what: str, error: ApiException) -> str:
    message = _message(error)
    if error.status == 401 or _NOBODY in message:
        return (
            f"{what}: the cluster does not know who asks ({message or error.reason}); the credentials of the kubeconfig "
            "have expired or could not be had, so log in anew: `kubectl auth whoami` tries them"
        )
    if is_not_admitted(message):
        return f"{what}: the cluster does not admit it ({message})"
    if error.status == 403:
        return (
            f"{what}: not allowed ({message}); let an administrator grant it: charts/loadtest shows the Role"
        )
    if error.status == 404:
        return f"{what}: not there ({message or error.reason}); `make deploy` installs it"
    return f"{what}: refused ({error.status} {message or error.reason})"
