"""
The pods of the Temporal server and of its database: their /metrics pages, when their containers were started, and the
CPU that they used.

A headless Service answers with the addresses of all its pods; each page is read separately, as an ordinary Service
would answer with another pod's counters each time.

The CPU is summed from metrics.k8s.io. That API gives averages over about 15 seconds, so it is usable for a minute and
not for less. Where it does not answer for a while, the windows that this touches have no number, and the next ones do.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from kubernetes.utils.quantity import parse_quantity

from loadtest.errors import InputError, TargetError
from loadtest.page_url import HTTPS_PORT, at_address, demand_page_urls
from loadtest.results.measured_step import ProcessUse
from loadtest.target.kubernetes.api import REQUEST_SECONDS, Api, asked, missing, no_answer
from loadtest.target.kubernetes.main_container import is_over


def server_pages(urls: Sequence[str]) -> Mapping[str, str]:
    """
    Return a page for each address that each URL's host has, by the name ``host-address``.

    Raises:
        InputError: A URL cannot be used, or its host has no address.
    """
    for url in urls:
        demand_page_urls(url)
    pages: dict[str, str] = {}
    for url in urls:
        parts = urlsplit(url)
        host, port = str(parts.hostname), parts.port or (HTTPS_PORT if parts.scheme == "https" else None)
        if port is None:
            raise InputError(f"--server-metrics {url}: has no port; write http://HOST:PORT/metrics")
        try:
            found = socket.getaddrinfo(host, port, socket.AF_UNSPEC, socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise InputError(
                f"--server-metrics {url}: the host has no address ({error.strerror}); name the server's Service"
            ) from None
        # A pod with an IPv4 and an IPv6 address has one page: it is counted by its IPv4 address.
        four = {str(entry[4][0]) for entry in found if entry[0] == socket.AF_INET}
        for address in sorted(four or {str(entry[4][0]) for entry in found}):
            pages[f"{host.partition('.')[0]}-{address}"] = at_address(url, address)
    return pages


def server_starts(api: Api, namespace: str | None) -> Mapping[str, float]:
    """
    Return the Unix time of the start of each running container, by ``POD/CONTAINER``.

    Pods that are meant to end, those of Jobs, are left out. Empty for a namespace that is not known, ``None``.

    Raises:
        TargetError: The cluster refused, or did not answer.
    """
    if namespace is None:
        return {}
    with asked(f"list pods in {namespace}"):
        found = api.core.list_namespaced_pod(namespace, _request_timeout=REQUEST_SECONDS)
    return {
        f"{pod.metadata.name}/{status.name}": status.state.running.started_at.timestamp()
        for pod in found.items
        if not is_over(pod) and pod.spec.restart_policy not in ("Never", "OnFailure")
        for status in _statuses(pod)
        if status.state.running is not None
    }


def _statuses(pod: Any) -> list[Any]:
    return list(pod.status.container_statuses or [])


SHORTEST_WINDOW_SECONDS = 60.0
SAMPLE_SECONDS = 5.0
# What was said last holds for so long: twice the time that it is an average of.
LONGEST_GAP_SECONDS = 30.0


class Usage:
    """
    Sums samples up to CPU seconds since its start.
    """

    def __init__(
        self,
        api: Api,
        namespace: str | None,
        window_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            api: The cluster.
            namespace: Kubernetes namespace of the server's pods; ``None`` where it is not known.
            window_seconds: Shortest window of the plan.
            clock: Returns the time in seconds.
        """
        self._api = api
        self._namespace = namespace
        self._clock = clock
        self._at: float | None = None
        self._cores = 0.0
        self._seconds = 0.0
        self._bytes = 0
        self._gaps = 0
        # Why there is nothing to ask, and why the last look gave nothing.
        self._why: str | None = None
        self._silence: str | None = None
        if namespace is None:
            self._why = "the server's namespace was not given, so its pods are not known"
        elif window_seconds < SHORTEST_WINDOW_SECONDS:
            self._why = (
                f"metrics.k8s.io averages over some 15 s, which says nothing of a window of {window_seconds:g} s; "
                f"make it {SHORTEST_WINDOW_SECONDS:g} s or longer"
            )

    @property
    def asks(self) -> bool:
        """
        Whether there is anything to sample.
        """
        return self._why is None

    def sample(self) -> None:
        """
        Ask once and add the answer; a look that fails is a gap, and a cluster without metrics-server, or one that
        refuses from the beginning, ends the sampling with a reason.
        """
        try:
            with asked(f"list pods.metrics.k8s.io in {self._namespace}"):
                found = self._api.custom.list_namespaced_custom_object(
                    "metrics.k8s.io", "v1beta1", self._namespace, "pods", _request_timeout=REQUEST_SECONDS
                )
        except TargetError as error:
            if no_answer(error) or self._at is not None:
                # What has answered once does so again, as an API server that was started anew.
                self._silence = str(error)
            elif missing(error):
                self._why = "the cluster has no metrics-server"
            else:
                self._why = str(error)
            return
        try:
            self.take(found["items"])
        except (KeyError, TypeError, ValueError) as error:
            self._silence = f"metrics.k8s.io answered what cannot be read ({type(error).__name__}: {error})"

    def take(self, items: list[Mapping[str, Any]]) -> None:
        """
        Add one answer: until now the pods used CPU at the rate of the answer before.
        """
        if not items:
            # A metrics-server that has just begun knows of no pod, and a server without a pod answers nobody.
            self._silence = f"metrics.k8s.io knows of no pod in {self._namespace}"
            return
        # The containers of a pod that has just begun or ended may be null.
        used = [container["usage"] for item in items for container in item["containers"] or []]
        cores = float(sum(parse_quantity(usage["cpu"]) for usage in used))
        size = int(sum(parse_quantity(usage["memory"]) for usage in used))
        now = self._clock()
        if self._at is not None:
            if now - self._at > LONGEST_GAP_SECONDS:
                self._gaps += 1
            else:
                self._seconds += self._cores * (now - self._at)
        self._at, self._cores, self._bytes, self._silence = now, cores, size, None

    def use(self) -> ProcessUse:
        """
        CPU seconds since the start, or the reason why there are none.
        """
        if self._why is not None:
            return ProcessUse(None, None, self._why)
        if self._at is None:
            return ProcessUse(None, None, self._silence or "metrics.k8s.io was not asked yet")
        since = self._clock() - self._at
        if since > LONGEST_GAP_SECONDS:
            said = self._silence or "metrics.k8s.io does not answer"
            return ProcessUse(None, None, f"there is no answer for {since:.0f} s: {said}")
        spent = self._seconds + self._cores * since
        return ProcessUse(spent, self._bytes, least_seconds=SHORTEST_WINDOW_SECONDS, gaps=self._gaps)
