"""
Free TCP ports of this machine.
"""

from __future__ import annotations

import contextlib
import random
import socket

from loadtest.errors import InputError

# Below the ports that Linux (from 32768) and macOS (from 49152) give to outgoing connections: any client could take
# such a port between this check and the server's start.
_FIRST, _LAST = 10_000, 29_999
_HIGHEST = 65_535


def free_ports(count: int, host: str = "127.0.0.1") -> tuple[int, ...]:
    """
    Return that many different free TCP ports of an address of this machine.

    Raises:
        OSError: There are not that many.
    """
    ports: list[int] = []
    with contextlib.ExitStack() as held:
        among = _LAST + 1 - _FIRST
        begin = random.randrange(among)
        for offset in range(among):
            if len(ports) == count:
                break
            port = _FIRST + (begin + offset) % among
            probe = held.enter_context(socket.socket())
            with contextlib.suppress(OSError):  # it is taken: the next one
                probe.bind((host, port))
                ports.append(port)
    if len(ports) < count:
        raise OSError(f"{host}: only {len(ports)} of {count} ports from {_FIRST} to {_LAST} are free")
    return tuple(ports)


def demand_free(port: int, option: str) -> None:
    """
    Refuse a port that something listens on.

    Raises:
        InputError: The number is no port, or the port is in use; the error names the option.
    """
    if not 1 <= port <= _HIGHEST:
        raise InputError(f"{option} {port}: not a port; write a number from 1 to {_HIGHEST}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise InputError(
                f"{option} {port}: cannot listen on 127.0.0.1:{port} ({error.strerror}); "
                "give a free port, or leave it out to have one chosen"
            ) from None
