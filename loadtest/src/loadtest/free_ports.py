"""
Free TCP ports of this machine.
"""

from __future__ import annotations

import contextlib
import random
import socket

from loadtest.errors import InputError, TargetError
from loadtest.plural import counted, plural

# Below the ports that Linux (from 32768) and macOS (from 49152) give to outgoing connections: a port from there
# can be taken by any client between our look and the server's start.
_FIRST, _LAST = 10_000, 29_999
_HIGHEST = 65_535


def free_ports(count: int, host: str = "127.0.0.1") -> tuple[int, ...]:
    """
    Return that many different ports of an address of this machine that nothing listens on.

    Raises:
        TargetError: There are not so many.
    """
    ports: list[int] = []
    with contextlib.ExitStack() as held:
        among = _LAST + 1 - _FIRST
        begin = random.randrange(among)
        for offset in range(among):
            if len(ports) == count:
                break
            port = _FIRST + (begin + offset) % among
            with contextlib.ExitStack() as tried:
                probe = tried.enter_context(socket.socket())
                try:
                    probe.bind((host, port))
                except OSError:  # it is taken: the next one
                    continue
                held.push(tried.pop_all())
                ports.append(port)
    if len(ports) < count:
        raise TargetError(
            f"{host}: only {len(ports)} of the {counted(count, 'port')} needed from {_FIRST} to {_LAST} "
            f"{plural(len(ports), 'is', 'are')} free; end what listens there"
        )
    return tuple(ports)


def demand_free(port: int, option: str) -> None:
    """
    Refuse a port that something listens on.

    Raises:
        InputError: It is none or is in use; names the option.
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
