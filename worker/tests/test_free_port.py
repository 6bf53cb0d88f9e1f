"""
Ports that are chosen before somebody else listens there.
"""

from __future__ import annotations

import random
import socket

import pytest

from repairshop.free_port import free_port


def test_no_outgoing_connection_can_take_the_port() -> None:
    """
    Linux and macOS give those to clients from 32768 on: a server that starts a second later found its port taken.
    """
    assert max(free_port() for _ in range(50)) < 32_768


def test_a_port_that_is_taken_is_not_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The next one is, and none is an error that names what was looked at.
    """
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        held = taken.getsockname()[1]
        free = next(port for port in iter(free_port, None) if port != held)
        monkeypatch.setattr(random, "sample", lambda *_: [held, free])

        assert free_port() == free

        monkeypatch.setattr(random, "sample", lambda *_: [held])
        with pytest.raises(OSError, match="no port from 10000 to 29999 is free"):
            free_port()
