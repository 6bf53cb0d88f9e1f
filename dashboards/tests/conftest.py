"""
A running stack with a real Prometheus beside it, on which every event of the catalogue has happened.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from exporters import KUBERNETES_NAMESPACE, exporters
from needs import needs
from real_server import wait_until_it_serves
from watched_stack import MISCHIEF, Stack, dev_server, load, process, worker_environment

from dashboards.local_prometheus import KUBERNETES_RELABELING, LocalPrometheus, write_targets
from loadtest.free_ports import free_ports
from loadtest.listeners.step_info import StepInfo


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """
    Server, two workers, a mischievous one, an injector and a sweep's page, scraped by Prometheus each second.
    """
    needs("prometheus")
    folder = tmp_path_factory.mktemp("watched")
    port, http, server_page, one, two, mischief_page, injector = free_ports(7)
    address = f"127.0.0.1:{port}"
    with contextlib.ExitStack() as running:
        info = StepInfo("watched", 0)
        running.callback(info.close)
        exporter = running.enter_context(exporters())
        prometheus = running.enter_context(
            LocalPrometheus(folder, relabeling=KUBERNETES_RELABELING, exporters=[exporter])
        )
        pages = {
            "server": [server_page],
            "worker": [one, two, mischief_page],
            "injector": [injector],
            "sweep": [info.port],
        }
        # As in a cluster: a scrape has Kubernetes' namespace, which pushes Temporal's aside.
        write_targets(
            prometheus.targets,
            {job: [f"127.0.0.1:{page}" for page in ports] for job, ports in pages.items()},
            {"namespace": KUBERNETES_NAMESPACE},
        )
        running.enter_context(process(dev_server(folder, port, http, server_page), folder / "server.log"))
        asyncio.run(wait_until_it_serves(address))
        for page in (one, two):
            running.enter_context(
                process(
                    [sys.executable, "-m", "repairshop"],
                    folder / f"worker-{page}.log",
                    worker_environment(address, page),
                )
            )
        script = str(Path(__file__).parent / "helpers" / "mischief.py")
        mischief = running.enter_context(
            process([sys.executable, script, address, str(mischief_page), MISCHIEF], folder / "mischief.log")
        )
        assert mischief.stdout is not None
        assert "done\n" in iter(mischief.stdout.readline, ""), (folder / "mischief.log").read_text()[-3000:]
        workers = {f"watched-{page}": f"http://127.0.0.1:{page}/metrics" for page in (one, two)}
        yield Stack(prometheus, *asyncio.run(load(address, injector, info, folder, workers)))
