"""
A sweep's pod is found by its injectors and by Prometheus whichever addresses its cluster has.
"""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from loadtest.cli.cluster_flags import MASTER_HOST, pod_host
from loadtest.free_ports import free_ports
from loadtest.listeners.step_info import StepInfo

pytestmark = pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="the kernel has no IPv6")
LOOPBACKS = ["127.0.0.1", "::1"]
# In a process of its own, as Locust changes what it is imported into.
MASTER = """
import sys
from locust.rpc.zmqrpc import Server
server = Server(sys.argv[1], int(sys.argv[2]))
print("listens", flush=True)
sys.stdin.read()
"""


@pytest.mark.process
def test_injectors_find_their_master() -> None:
    """In a cluster without IPv4 they know it by an address of IPv6 alone."""
    (port,) = free_ports(1)
    with subprocess.Popen(
        [sys.executable, "-c", MASTER, MASTER_HOST, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as master:
        assert master.stdout is not None
        assert master.stdout.readline() == "listens\n"
        for address in LOOPBACKS:
            socket.create_connection((address, port), timeout=20).close()
        master.communicate()


@pytest.mark.parametrize("address", LOOPBACKS)
def test_the_page_of_a_sweep_is_found(address: str) -> None:
    """A scrape goes to the pod's own address."""
    info = StepInfo("run", 0, pod_host())
    try:
        socket.create_connection((address, info.port), timeout=20).close()
    finally:
        info.close()
