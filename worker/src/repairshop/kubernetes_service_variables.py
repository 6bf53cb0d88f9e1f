"""
The variables with which Kubernetes tells a pod of every Service of its namespace; they are no settings.

A Service ``repairshop-codec-server`` gives ``REPAIRSHOP_CODEC_SERVER_SERVICE_HOST``, ``..._SERVICE_PORT``, ``..._PORT``
and more, one of which has the same name as a setting.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_HOST = "_SERVICE_HOST"
_PORTS = re.compile(r"_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?")
_ADDRESS = re.compile(r"(tcp|udp|sctp)://")


def without_service_links(environ: Mapping[str, str]) -> dict[str, str]:
    """
    Return the environment without the variables of Services.

    A variable belongs to a Service if both ``<SERVICE>_SERVICE_HOST`` and ``<SERVICE>_SERVICE_PORT`` exist;
    ``<SERVICE>_PORT`` is kept where the pod itself sets it, which its value shows.
    """
    services = [
        name.removesuffix(_HOST)
        for name in environ
        if name.endswith(_HOST) and f"{name.removesuffix(_HOST)}_SERVICE_PORT" in environ
    ]
    return {
        name: value
        for name, value in environ.items()
        if not any(_is_link(name, value, service) for service in services)
    }


def _is_link(name: str, value: str, service: str) -> bool:
    if not name.startswith(service):
        return False
    rest = name.removeprefix(service)
    if rest in (_HOST, "_SERVICE_PORT") or rest.startswith("_SERVICE_PORT_"):
        return True
    if rest == "_PORT":
        return _ADDRESS.match(value) is not None
    return _PORTS.fullmatch(rest) is not None
