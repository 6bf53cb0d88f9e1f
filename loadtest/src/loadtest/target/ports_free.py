"""
Free TCP ports of this machine.
"""

from __future__ import annotations

import contextlib
import socket

from loadtest.errors import InputError


def free_ports(count: int) -> tuple[int, ...]:
    """
    Return that many different ports of the loopback address that nothing listens on.
    """
    with contextlib.ExitStack() as held:
        ports = []
        for _ in range(count):
            probe = held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            ports.append(int(probe.getsockname()[1]))
    return tuple(ports)


def demand_free(port: int, option: str) -> None:
    """
    Refuse a port that something listens on.

    Raises:
        InputError: It is in use; names the option.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise InputError(
                f"{option} {port}: cannot listen on 127.0.0.1:{port} ({error.strerror}); "
                "give a free port, or leave it out to have one chosen"
            ) from None
