"""
How a worker reaches a server that wants certificates or an API key.
"""

from __future__ import annotations

import asyncio
import time
import urllib.request
import uuid
from pathlib import Path

import pytest
import tcp_listeners
import tls_proxy
from processes import Server, StartWorker, wait_until
from shop import new_order, start_order
from temporalio.client import Client

from repairshop.environment import SettingsError
from repairshop.health import STUCK_AFTER_SECONDS
from repairshop.temporal_connection import TemporalConnection

pytestmark = pytest.mark.server


async def take(client: Client, task_queue: str) -> str:
    """
    Take one order through and return its outcome.
    """
    handle = await start_order(client, task_queue, new_order())
    return (await handle.result()).outcome


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
    ("case", "mend"),
    [
        ("no certificate", "TEMPORAL_TLS_CLIENT_CERT_PATH"),
        ("certificate of a stranger", "TEMPORAL_TLS_CLIENT_CERT_PATH"),
        (
            "server of a stranger",
            "the authority that signed its certificate by TEMPORAL_TLS_SERVER_CA_CERT_PATH",
        ),
        ("server of another name", "the name in its certificate into TEMPORAL_TLS_SERVER_NAME"),
        ("no TLS", "see TEMPORAL_TLS and TEMPORAL_TLS_CLIENT_CERT_PATH"),
    ],
)
def test_a_connection_that_must_not_be_is_told_and_waited_for(
    server: Server, start_worker: StartWorker, tmp_path: Path, case: str, mend: str
) -> None:
    """
    Neither side takes a party that the authority did not sign; the page says why and what to write, as a certificate may
    still come. No server needs to be started, as one answers.
    """
    authority, stranger = tls_proxy.Authority(tmp_path), tls_proxy.Authority(tmp_path, "stranger")
    trusted = stranger if case == "server of a stranger" else authority
    own = (stranger if case == "certificate of a stranger" else authority).issue("repair-worker")
    environ = {
        "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(trusted.certificate),
        "TEMPORAL_TLS_SERVER_NAME": "other.example" if "name" in case else tls_proxy.SERVER_NAME,
    }
    if case != "no certificate":
        environ["TEMPORAL_TLS_CLIENT_CERT_PATH"] = str(own.certificate)
        environ["TEMPORAL_TLS_CLIENT_KEY_PATH"] = str(own.key)
    with tls_proxy.serve(server.address, authority, wants_client=True) as proxy:
        worker = start_worker(address=proxy.address, environ={} if case == "no TLS" else environ)

        wait_until(lambda: "no Temporal server answers" in worker.get("/readyz")[1], "it says why")
        status, told = worker.get("/readyz")
        code = worker.end()

    assert (status, code) == (503, 0)
    assert told.startswith(
        f"not connected yet: TEMPORAL_ADDRESS={proxy.address}: no Temporal server answers: "
    )
    assert mend in told
    assert "start-dev" not in told
    assert "Traceback" not in worker.errors
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
                "TEMPORAL_API_KEY": f"{key}\n",  # as a file holds it
                "TEMPORAL_GRPC_META_X_SHOP": "seven\n",
                "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(authority.certificate),
                "TEMPORAL_TLS_SERVER_NAME": tls_proxy.SERVER_NAME,
            },
        ).wait_ready()

        assert await take(client, task_queue) == "settled"
        assert worker.end() == 0

    assert proxy.authorizations == {f"Bearer {key}"}
    assert "PollActivityTaskQueue" in proxy.methods
    assert key not in worker.errors + worker.first_line


async def test_a_renewed_certificate_is_taken_up(
    client: Client, server: Server, task_queue: str, start_worker: StartWorker, tmp_path: Path
) -> None:
    """
    What a Secret's new version brings is used from the next call on, without a restart; what cannot be used is told
    and changes nothing.
    """
    authority = tls_proxy.Authority(tmp_path)
    first, second = authority.issue("first"), authority.issue("second")
    certificate, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    certificate.write_bytes(first.certificate.read_bytes())
    key.write_bytes(first.key.read_bytes())
    with tls_proxy.serve(server.address, authority, wants_client=True) as proxy:
        worker = start_worker(
            address=proxy.address,
            environ={
                "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(authority.certificate),
                "TEMPORAL_TLS_CLIENT_CERT_PATH": str(certificate),
                "TEMPORAL_TLS_CLIENT_KEY_PATH": str(key),
                "TEMPORAL_TLS_SERVER_NAME": tls_proxy.SERVER_NAME,
            },
        ).wait_ready()
        assert await take(client, task_queue) == "settled"
        before = set(proxy.names)

        key.write_text("not a key")
        wait_until(lambda: "the connection is not renewed" in worker.errors, "a broken key is told")
        with_broken_key = await take(client, task_queue)
        certificate.write_bytes(second.certificate.read_bytes())
        key.write_bytes(second.key.read_bytes())
        wait_until(lambda: "second" in proxy.names, "the new certificate is shown")
        proxy.names.clear()
        proxy.methods.clear()
        with_renewed = [await take(client, task_queue) for _ in range(3)]
        wait_until(lambda: proxy.names == {"second"} or proxy.names.clear(), "the old one is shown no more")
        assert worker.end() == 0

    assert before == {"first"}
    assert [with_broken_key, *with_renewed] == ["settled"] * 4
    assert "connected anew" in worker.errors


def test_a_worker_that_is_told_to_end_while_it_connects_ends(start_worker: StartWorker) -> None:
    """
    An address that takes connections and never answers cannot hold the process.
    """
    with tcp_listeners.silent() as address:
        worker = start_worker(address=address)
        wait_until(lambda: worker.first_line, "its pages are served")

        code = worker.end(seconds=15)

    assert code == 0
    assert "told to end before a server answered" in worker.errors


def test_a_server_that_comes_later_is_waited_for(
    tmp_path: Path, task_queue: str, start_worker: StartWorker
) -> None:
    """
    Until then the process is alive and not ready, says why, and logs it once.
    """
    late = Server(tmp_path)
    worker = start_worker(address=late.address)
    wait_until(lambda: "no Temporal server answers" in worker.get("/readyz")[1], "it says why")
    # Longer than an event loop may be silent.
    time.sleep(STUCK_AFTER_SECONDS + 1)
    alive, ready = worker.get("/livez"), worker.get("/readyz")

    with late:
        worker.wait_ready()
        code = worker.end()

    assert alive == (200, "ok\n")
    assert ready[0] == 503
    assert ready[1].startswith(
        f"not connected yet: TEMPORAL_ADDRESS={late.address}: no Temporal server answers: "
    )
    assert worker.errors.count("no Temporal server answers") == 1
    assert code == 0


def test_a_namespace_that_is_not_there_is_waited_for(server: Server, start_worker: StartWorker) -> None:
    """
    It may be made a moment later; until then the page names it.
    """
    worker = start_worker(environ={"TEMPORAL_NAMESPACE": "nowhere"})
    wait_until(lambda: "TEMPORAL_NAMESPACE=nowhere" in worker.get("/readyz")[1], "it says why")

    assert "the server has no such namespace" in worker.get("/readyz")[1]
    assert worker.end() == 0


async def test_ipv6_addresses_serve_and_reach(
    client: Client, server: Server, task_queue: str, start_worker: StartWorker
) -> None:
    """
    A server at [::1] is worked for, and pages at `::` answer callers of both kinds.
    """
    async with tcp_listeners.at_ipv6(server.address) as address:
        worker = start_worker(address=address, health_host="::")
        port = (await asyncio.to_thread(lambda: worker.base)).rsplit(":", 1)[1]
        await asyncio.to_thread(worker.wait_ready)
        outcome = await take(client, task_queue)
        answers = [
            await asyncio.to_thread(
                lambda host=host: urllib.request.urlopen(f"http://{host}:{port}/livez").status
            )
            for host in ("127.0.0.1", "[::1]")
        ]
        code = await asyncio.to_thread(worker.end)

    assert outcome == "settled"
    assert answers == [200, 200]
    assert code == 0


@pytest.mark.parametrize("address", ["::1:7233", "nonsense", "host:port", "http://127.0.0.1:7233:1"])
async def test_an_address_that_is_none_is_a_setting_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """
    One line that names it; nobody waits for a server there.
    """
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)

    with pytest.raises(SettingsError) as refused:
        await TemporalConnection({}).connect()

    assert refused.value.lines.startswith(f"error: TEMPORAL_ADDRESS={address}: ")
    assert len(refused.value.lines.splitlines()) == 1


def test_a_worker_of_an_address_that_is_none_ends(start_worker: StartWorker) -> None:
    """
    What no waiting mends is a setting that cannot be used.
    """
    worker = start_worker(address="nonsense")

    assert worker.process.wait(60) == 2
    assert worker.errors.startswith("error: TEMPORAL_ADDRESS=nonsense: ")
    assert len(worker.errors.splitlines()) == 1
