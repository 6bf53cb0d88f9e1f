"""
A worker process as its operator sees it: pages, lines, exit codes.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from processes import StartWorker, wait_until
from shop import new_order, start_order
from temporalio.client import Client

from repairshop.contract import RepairResult, WorkProfile

pytestmark = pytest.mark.process

ALWAYS = (
    "temporal_worker_task_slots_available",
    "temporal_worker_task_slots_used",
    "temporal_num_pollers",
    "temporal_sticky_cache_size",
    "temporal_workflow_task_schedule_to_start_latency_seconds_bucket",
    "temporal_activity_schedule_to_start_latency_seconds_bucket",
    "temporal_workflow_endtoend_latency_seconds_sum",
    "temporal_activity_execution_latency_seconds_count",
    "temporal_workflow_completed_total",
    "temporal_request_total",
    "process_cpu_seconds_total",
    "process_start_time_seconds",
    "process_resident_memory_bytes",
    "repairshop_orders_total",
    "repairshop_activities_total",
    "repairshop_server_up",
)


async def take(client: Client, task_queue: str, work: WorkProfile | None = None) -> RepairResult:
    """
    Take one order through.
    """
    handle = await start_order(client, task_queue, new_order(work=work or WorkProfile()))
    return await handle.result()


@pytest.mark.server
async def test_one_page_holds_what_sdk_process_and_shop_count(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    One scrape is a whole reading: every family that a sweep reads is on it, in seconds and with our buckets.
    """
    worker = start_worker(identity="replica-1").wait_ready()
    assert (await take(client, task_queue)).outcome == "settled"

    status, page = worker.get("/metrics")

    samples = [line for line in page.splitlines() if not line.startswith("#")]
    assert status == 200
    assert [family for family in ALWAYS if not any(line.startswith(family) for line in samples)] == []
    orders = [line for line in samples if line.startswith("repairshop_orders_total")]
    assert len(orders) == 1
    assert 'outcome="settled"' in orders[0]
    assert orders[0].endswith("} 1")
    done = [
        line
        for line in samples
        if line.startswith("repairshop_activities_total") and 'outcome="done"' in line
    ]
    assert sum(float(line.rsplit(" ", 1)[1]) for line in done) == 6
    family = "temporal_activity_schedule_to_start_latency_seconds_bucket"
    bounds = [line.split('le="')[1].split('"')[0] for line in samples if line.startswith(family)]
    assert (bounds[0], bounds[-2], bounds[-1]) == ("0.001", "60", "+Inf")
    assert worker.end() == 0


@pytest.mark.server
async def test_the_identity_given_is_the_one_that_polls(
    client: Client, task_queue: str, start_worker: StartWorker
) -> None:
    """
    A sweep knows its replicas by the identities it gave them.
    """
    from temporalio.api.enums.v1 import TaskQueueType
    from temporalio.api.taskqueue.v1 import TaskQueue
    from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

    start_worker(identity="run-1/replica-3").wait_ready()
    await take(client, task_queue)

    for kind in (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY):
        request = DescribeTaskQueueRequest(
            namespace="default", task_queue=TaskQueue(name=task_queue), task_queue_type=kind
        )
        reply = await client.workflow_service.describe_task_queue(request)
        assert {poller.identity for poller in reply.pollers} == {"run-1/replica-3"}


@pytest.mark.server
def test_an_idle_worker_ends_with_0_on_either_signal(start_worker: StartWorker) -> None:
    """
    SIGTERM and SIGINT drain, and the interpreter does not crash on its way out.
    """
    workers = {number: start_worker() for number in (signal.SIGTERM, signal.SIGINT)}
    for worker in workers.values():
        worker.wait_ready()

    codes = {number: worker.end(number) for number, worker in workers.items()}

    assert codes == {signal.SIGTERM: 0, signal.SIGINT: 0}


@pytest.mark.server
def test_the_first_line_is_text_for_people(start_worker: StartWorker) -> None:
    """
    Without JSON logs the address of the pages is told in words.
    """
    worker = start_worker(log_format="text", identity="me")

    wait_until(lambda: worker.first_line, "first line")

    assert worker.first_line.startswith("worker me on task queue ")
    assert ": metrics at http://127.0.0.1:" in worker.first_line


def test_settings_that_cannot_be_used_end_with_2_and_one_line_each(start_worker: StartWorker) -> None:
    """
    Problems of the codec stand beside those of the worker, and no traceback does.
    """
    worker = start_worker(
        address="127.0.0.1:1", activity_slots=0, codec_required="true", payload_limit_bytes="-1"
    )

    code = worker.process.wait(60)

    assert code == 2
    assert worker.errors.splitlines() == [
        "error: REPAIRSHOP_ACTIVITY_SLOTS=0: must be at least 1; write REPAIRSHOP_ACTIVITY_SLOTS=100",
        "error: REPAIRSHOP_CODEC_REQUIRED=true: no keys are given; set REPAIRSHOP_CODEC_KEYS_FILE",
        "error: REPAIRSHOP_PAYLOAD_LIMIT_BYTES=-1: must be at least 1; "
        "write REPAIRSHOP_PAYLOAD_LIMIT_BYTES=2097152",
    ]


@pytest.mark.server
@pytest.mark.parametrize(
    ("environ", "code", "line"),
    [
        pytest.param(
            {"REPAIRSHOP_LEDGER": "mysql://x"},
            2,
            "error: REPAIRSHOP_LEDGER=mysql:...: ",
            id="ledger of no known kind",
        ),
        pytest.param(
            {"TEMPORAL_CONFIG_FILE": __file__},
            2,
            "error: TEMPORAL_* variables",
            id="profile file that is no TOML",
        ),
    ],
)
def test_other_crashes_at_start_end_with_one_line(
    start_worker: StartWorker, environ: dict[str, str], code: int, line: str
) -> None:
    """
    Whatever is wrong at the start, the last line says what, and no traceback stands before it.
    """
    worker = start_worker(environ=environ)

    assert worker.process.wait(60) == code

    assert worker.errors.splitlines()[-1].startswith(line), worker.errors
    assert "Traceback" not in worker.errors


def test_a_port_in_use_is_named(start_worker: StartWorker) -> None:
    """
    The setting to change is in the message.
    """
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        worker = start_worker(address="127.0.0.1:1", health_port=port)

        code = worker.process.wait(60)

    assert code == 2
    assert worker.errors.startswith(
        f"error: REPAIRSHOP_HEALTH_HOST=127.0.0.1, REPAIRSHOP_HEALTH_PORT={port}: 127.0.0.1:{port} cannot be served: "
    )


@pytest.mark.server
def test_a_worker_dies_with_its_parent(start_worker: StartWorker) -> None:
    """
    A killed parent leaves no worker behind.
    """
    program = "import subprocess, sys; subprocess.run([sys.executable, '-m', 'repairshop'])"
    parent = start_worker(command=[sys.executable, "-c", program]).wait_ready()
    pid = int(json.loads(parent.first_line)["pid"])
    assert _runs(pid)

    parent.process.kill()

    wait_until(lambda: not _runs(pid), "child is gone", seconds=10)


def test_a_process_dies_with_its_parent_where_the_kernel_does_not_see_to_it(tmp_path: Path) -> None:
    """
    As on macOS, which has no PR_SET_PDEATHSIG: the process looks after its parent itself.
    """
    told = tmp_path / "pid"
    child = (
        "import os, pathlib, time; from repairshop import process_exit; process_exit._LIBC = None; "
        f"process_exit.die_with_parent(); pathlib.Path({str(told)!r}).write_text(str(os.getpid())); time.sleep(600)"
    )
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen([sys.executable, "-c", program], start_new_session=True) as parent:
        wait_until(lambda: told.exists() and told.read_text(), "the child runs")
        pid = int(told.read_text())
        parent.kill()

    wait_until(lambda: not _runs(pid), "child is gone", seconds=30)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_arguments_are_refused_and_help_lists_the_settings() -> None:
    """
    Nothing that is typed is ignored.
    """
    command = [sys.executable, "-m", "repairshop"]

    refused = subprocess.run([*command, "--slots"], capture_output=True, text=True, timeout=60)
    told = subprocess.run([*command, "--help"], capture_output=True, text=True, timeout=60)

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: --slots: a worker takes no arguments; ")
    assert told.returncode == 0
    assert "activity_slots: Most activities at the same time" in told.stdout


def test_the_package_runs_as_a_module_only_with_its_own_name() -> None:
    """
    `python -m repairshop` is the one entry; importing it starts nothing.
    """
    code = "import repairshop.__main__, json; print(json.dumps('imported'))"

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert json.loads(done.stdout) == "imported"
