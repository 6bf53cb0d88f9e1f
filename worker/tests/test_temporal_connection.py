"""
How a worker reaches a server that wants certificates or an API key.
"""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
import tls_proxy
from processes import Server, StartWorker
from temporalio.client import Client

from repairshop.contract import REPAIR_WORKFLOW, RepairOrder, RepairResult, workflow_id

pytestmark = pytest.mark.server


async def take(client: Client, task_queue: str) -> str:
    """
    Take one order through and return its outcome.
    """
    order = RepairOrder(uuid.uuid4().hex)
    result = await client.execute_workflow(
        REPAIR_WORKFLOW,
        order,
        id=workflow_id(order.order_id),
        task_queue=task_queue,
        result_type=RepairResult,
    )
    return result.outcome


async def test_a_worker_works_through_mutual_tls(
    client: Client, server: Server, task_queue: str, start_worker: StartWorker, tmp_path: Path
) -> None:
    """
    With TEMPORAL_TLS_* it shows its certificate, checks the server's, and settles an order.
    """
    authority = tls_proxy.Authority(tmp_path)
    own = authority.issue("repair-worker")
    with tls_proxy.serve(server.address, authority, wants_client=True) as proxy:
        worker = start_worker(
            address=proxy.address,
            environ={
                "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(authority.certificate),
                "TEMPORAL_TLS_CLIENT_CERT_PATH": str(own.certificate),
                "TEMPORAL_TLS_CLIENT_KEY_PATH": str(own.key),
                "TEMPORAL_TLS_SERVER_NAME": tls_proxy.SERVER_NAME,
            },
        ).wait_ready()

        assert await take(client, task_queue) == "settled"
        assert worker.end() == 0

    assert proxy.names == {"repair-worker"}
    assert {"PollWorkflowTaskQueue", "PollActivityTaskQueue", "RespondActivityTaskCompleted"} <= proxy.methods


@pytest.mark.parametrize(
    "case", ["no certificate", "certificate of a stranger", "server of a stranger", "no TLS"]
)
def test_a_connection_that_must_not_be_ends_with_one_line(
    server: Server, start_worker: StartWorker, tmp_path: Path, case: str
) -> None:
    """
    Neither side takes a party that the authority did not sign, and the worker names the address.
    """
    authority, stranger = tls_proxy.Authority(tmp_path), tls_proxy.Authority(tmp_path, "stranger")
    trusted = stranger if case == "server of a stranger" else authority
    own = (stranger if case == "certificate of a stranger" else authority).issue("repair-worker")
    environ = {
        "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(trusted.certificate),
        "TEMPORAL_TLS_SERVER_NAME": tls_proxy.SERVER_NAME,
    }
    if case != "no certificate":
        environ["TEMPORAL_TLS_CLIENT_CERT_PATH"] = str(own.certificate)
        environ["TEMPORAL_TLS_CLIENT_KEY_PATH"] = str(own.key)
    with tls_proxy.serve(server.address, authority, wants_client=True) as proxy:
        worker = start_worker(address=proxy.address, environ={} if case == "no TLS" else environ)

        code = worker.process.wait(60)

    assert code == 1
    assert worker.errors.startswith(f"error: TEMPORAL_ADDRESS={proxy.address}: no Temporal server answers: ")
    assert len(worker.errors.splitlines()) == 1, worker.errors
    assert proxy.methods == set()


async def test_an_api_key_goes_with_every_call_and_into_no_log(
    client: Client, server: Server, task_queue: str, start_worker: StartWorker, tmp_path: Path
) -> None:
    """
    TEMPORAL_API_KEY becomes the header of each request, over TLS.
    """
    authority = tls_proxy.Authority(tmp_path)
    key = f"key-{uuid.uuid4().hex}"
    with tls_proxy.serve(server.address, authority, wants_client=False) as proxy:
        worker = start_worker(
            address=proxy.address,
            log_level="debug",
            environ={
                "TEMPORAL_API_KEY": key,
                "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(authority.certificate),
                "TEMPORAL_TLS_SERVER_NAME": tls_proxy.SERVER_NAME,
            },
        ).wait_ready()

        assert await take(client, task_queue) == "settled"
        assert worker.end() == 0

    assert proxy.authorizations == {f"Bearer {key}"}
    assert "PollActivityTaskQueue" in proxy.methods
    assert key not in worker.errors + worker.first_line
