"""
What a real server keeps, shows and refuses when payloads are encrypted.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess

import pytest
from codec_endpoint import KEYS, TOKEN
from payload_workflows import ACTIVITIES, WORKFLOWS, Story
from processes import BIN, PATIENCE_SECONDS, Server
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import Worker

from repairshop import codec
from repairshop.settings import Settings
from repairshop.temporal_worker import build_worker

CLIENT_DATA = "Erika Mustermann, Heidestr. 17"
STRICT = {**KEYS, "REPAIRSHOP_CODEC_REQUIRED": "true"}

pytestmark = pytest.mark.server


def worker_of(client: Client, task_queue: str) -> Worker:
    """
    Return a worker of this process for the tests' own workflows.
    """
    return build_worker(client, Settings(task_queue=task_queue), WORKFLOWS, ACTIVITIES)


async def connect(server: Server, environ: dict[str, str]) -> Client:
    """
    Connect as a process with that environment does.
    """
    return await Client.connect(server.address, **codec.client_options(environ))


async def test_nothing_of_a_client_is_in_the_servers_database(own_server: Server, task_queue: str) -> None:
    """
    Input, result, failure, heartbeat, memo, summaries, details and signals are encrypted; a story told in
    plain shows that the search would find them.
    """
    secret, plain = await connect(own_server, STRICT), await connect(own_server, {})
    known = "told in plain, so found"

    for client, text, queue in ((secret, CLIENT_DATA, f"{task_queue}-s"), (plain, known, f"{task_queue}-p")):
        async with worker_of(client, queue):
            told = await client.execute_workflow(
                Story.run,
                args=[text, False, False],
                id=f"{queue}-told",
                task_queue=queue,
                memo={"who": text},
                static_summary=text,
                static_details=text,
                start_signal="hear",
                start_signal_args=[text],
            )
            assert told == text
            with pytest.raises(WorkflowFailureError) as caught:
                await client.execute_workflow(
                    Story.run, args=[text, True], id=f"{queue}-failed", task_queue=queue
                )
            failed = caught.value.cause
            assert isinstance(failed, ActivityError)
            assert isinstance(failed.cause, ApplicationError)
            assert (failed.cause.message, failed.cause.details) == (text, (text,))
            description = await client.get_workflow_handle(f"{queue}-told").describe()
            assert (await description.memo())["who"] == text
            assert await description.static_summary() == text
    own_server.stop()

    files = sorted(own_server.folder.glob("temporal.db*"))
    kept = b"".join(file.read_bytes() for file in files)
    assert kept.count(known.encode()) >= 8
    for part in ("Erika", "Mustermann", "Heidestr"):
        assert kept.count(part.encode()) == 0
        assert kept.count(base64.b64encode(part.encode())[:-3]) == 0


async def test_failures_show_neither_message_nor_stack_trace(server: Server, task_queue: str) -> None:
    """
    Whoever reads the history without keys learns that an activity failed, and nothing of how.
    """
    client = await connect(server, STRICT)
    async with worker_of(client, task_queue):
        handle = await client.start_workflow(
            Story.run, args=[CLIENT_DATA, True], id=task_queue, task_queue=task_queue
        )
        with pytest.raises(WorkflowFailureError):
            await handle.result()

    history = await (await connect(server, {})).get_workflow_handle(task_queue).fetch_history()

    failures = [
        event.activity_task_failed_event_attributes.failure
        for event in history.events
        if event.HasField("activity_task_failed_event_attributes")
    ]
    assert [(failure.message, failure.stack_trace) for failure in failures] == [("Encoded failure", "")]
    assert failures[0].encoded_attributes.metadata["encryption-key-id"] == b"2026"


async def test_unencrypted_input_fails_the_order_with_a_typed_error(server: Server, task_queue: str) -> None:
    """
    A start without keys ends at once and says why, instead of failing its task again and again.
    """
    client, stranger = await connect(server, STRICT), await connect(server, {})
    async with worker_of(client, task_queue):
        handle = await stranger.start_workflow(Story.run, "in plain", id=task_queue, task_queue=task_queue)

        with pytest.raises(WorkflowFailureError) as caught:
            await client.get_workflow_handle(handle.id).result()

    assert isinstance(caught.value.cause, ApplicationError)
    assert (caught.value.cause.type, caught.value.cause.non_retryable) == ("UnencryptedPayload", True)


async def test_an_unencrypted_signal_is_dropped_and_the_order_goes_on(
    server: Server, task_queue: str
) -> None:
    """
    One stray signal cannot block an order.
    """
    client, stranger = await connect(server, STRICT), await connect(server, {})
    async with worker_of(client, task_queue):
        handle = await client.start_workflow(
            Story.run, args=[CLIENT_DATA, False, True], id=task_queue, task_queue=task_queue
        )
        await stranger.get_workflow_handle(handle.id).signal(Story.hear, "in plain")
        await handle.signal(Story.hear, "with a key")

        assert await handle.query(Story.said) == ["with a key"]

        await handle.signal(Story.finish)
        assert await handle.result() == CLIENT_DATA


async def test_an_order_goes_on_through_a_rotation_of_keys(server: Server, task_queue: str) -> None:
    """
    A worker with the new key and the old one ends what began under the old.
    """
    rotated = {
        "REPAIRSHOP_CODEC_KEYS": KEYS["REPAIRSHOP_CODEC_KEYS"]
        + f",2027={base64.b64encode(os.urandom(32)).decode()}",
        "REPAIRSHOP_CODEC_KEY_ID": "2027",
        "REPAIRSHOP_CODEC_REQUIRED": "true",
    }
    before, after = await connect(server, STRICT), await connect(server, rotated)
    handle = await before.start_workflow(Story.run, args=[CLIENT_DATA], id=task_queue, task_queue=task_queue)

    async with worker_of(after, task_queue):
        told = await after.get_workflow_handle(handle.id, result_type=str).result()

    assert told == CLIENT_DATA
    history = await handle.fetch_history()
    completed = history.events[-1].workflow_execution_completed_event_attributes.result.payloads[0]
    assert completed.metadata["encryption-key-id"] == b"2027"


async def test_temporals_own_command_line_shows_decrypted_payloads(
    server: Server, task_queue: str, codec_endpoint: str
) -> None:
    """
    With the codec server and its token people see the client's data; without them they do not.
    """
    client = await connect(server, STRICT)
    async with worker_of(client, task_queue):
        await client.execute_workflow(Story.run, args=[CLIENT_DATA], id=task_queue, task_queue=task_queue)
    show = [BIN / "temporal", "workflow", "show", "--address", server.address, "--workflow-id", task_queue]

    def shown(*more: str) -> str:
        done = subprocess.run(
            [*show, "--output", "json", *more], capture_output=True, text=True, timeout=PATIENCE_SECONDS
        )
        return done.stdout + done.stderr

    readable = shown("--codec-endpoint", codec_endpoint, "--codec-auth", f"Bearer {TOKEN}")
    without_codec = shown()
    with_wrong_token = shown(
        "--codec-endpoint", codec_endpoint, "--codec-auth", "Bearer guess", "--command-timeout", "2s"
    )

    # The command line prints a payload's data as base64.
    data = base64.b64encode(json.dumps(CLIENT_DATA).encode()).decode()
    assert json.loads(readable)["events"]
    assert readable.count(data) >= 4
    assert data not in without_codec
    assert data not in with_wrong_token
    assert with_wrong_token.startswith("Error: ")
