"""
A free TCP port of this machine.
"""

from __future__ import annotations

import random
import socket

# Below the ports that Linux (from 32768) and macOS (from 49152) give to outgoing connections: any client could take such a
# port between this look and the start of whoever listens there.
_PORTS = range(10_000, 30_000)


def free_port() -> int:
    """
    Return a port of the loopback address that was free a moment ago.

    Raises:
        OSError: There is none.
    """
    for port in random.sample(_PORTS, len(_PORTS)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:  # it is taken: the next one
                continue
            return port
    raise OSError(
        f"127.0.0.1: no port from {_PORTS.start} to {_PORTS.stop - 1} is free; end what listens there"
    )
