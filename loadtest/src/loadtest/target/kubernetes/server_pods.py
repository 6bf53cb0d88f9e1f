"""
The pods of the Temporal server: their /metrics pages, and when their containers and those of its database were started.

A headless Service answers with the addresses of all its pods; each page is read separately, as an ordinary Service
would answer with another pod's counters each time.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from loadtest.errors import InputError
from loadtest.page_url import HTTPS_PORT, at_address, demand_page_urls
from loadtest.target.kubernetes.api import REQUEST_SECONDS, Api, asked
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
