"""
What is too large is refused by an error of our own, before the SDK's and the server's.
"""

from __future__ import annotations

import base64
import os
from typing import Any

import pytest
from payload_workflows import ACTIVITIES, WORKFLOWS, Growth, Story
from processes import Server
from temporalio.client import Client, WorkflowFailureError
from temporalio.converter import DataConverter
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.service import RPCError

from repairshop import codec
from repairshop.codec_settings import CodecSettings
from repairshop.payload_limits import PAYLOAD_LIMIT_BYTES, MemoTooLargeError, PayloadTooLargeError
from repairshop.settings import Settings
from repairshop.temporal_worker import build_worker

KEYS = {"REPAIRSHOP_CODEC_KEYS": f"2026={base64.b64encode(os.urandom(32)).decode()}"}
UNBOUND = {"REPAIRSHOP_PAYLOAD_LIMIT_BYTES": str(10**9), "REPAIRSHOP_MEMO_LIMIT_BYTES": str(10**9)}

pytestmark = pytest.mark.server
plain_and_encrypted = pytest.mark.parametrize("keys", [{}, KEYS], ids=["plain", "encrypted"])


async def connect(server: Server, environ: dict[str, str]) -> Client:
    """
    Connect as a process with that environment does.
    """
    return await Client.connect(server.address, **codec.client_options(environ))


def converter_of(environ: dict[str, str]) -> DataConverter:
    """
    Return the converter of a process with that environment.
    """
    return codec.data_converter(CodecSettings.from_environment(environ))


async def text_of(size_bytes: int, keys: dict[str, str]) -> str:
    """
    Return a text that weighs that much on the wire as the one argument of a call.
    """
    converter = converter_of({**keys, **UNBOUND})
    length = size_bytes - 4096
    for _ in range(3):
        length += size_bytes - (await converter.encode_wrapper(["x" * length])).ByteSize()
    assert (await converter.encode_wrapper(["x" * length])).ByteSize() == size_bytes
    return "x" * length


@plain_and_encrypted
async def test_the_clients_limit_is_the_servers_to_the_byte(
    server: Server, task_queue: str, keys: dict[str, str]
) -> None:
    """
    A start of exactly the limit passes client and server; one byte more is refused by the client, and the
    server would have refused it too.
    """
    at_limit, beyond = await text_of(PAYLOAD_LIMIT_BYTES, keys), await text_of(PAYLOAD_LIMIT_BYTES + 1, keys)
    bound, unbound = await connect(server, keys), await connect(server, {**keys, **UNBOUND})

    started = await bound.start_workflow("Story", at_limit, id=f"{task_queue}-at", task_queue=task_queue)
    with pytest.raises(PayloadTooLargeError) as ours:
        await bound.start_workflow("Story", beyond, id=f"{task_queue}-beyond", task_queue=task_queue)
    with pytest.raises(RPCError) as servers:
        await unbound.start_workflow("Story", beyond, id=f"{task_queue}-beyond", task_queue=task_queue)

    assert (ours.value.size_bytes, ours.value.limit_bytes) == (PAYLOAD_LIMIT_BYTES + 1, PAYLOAD_LIMIT_BYTES)
    assert (ours.value.type, ours.value.non_retryable) == ("PayloadTooLarge", True)
    assert "REPAIRSHOP_PAYLOAD_LIMIT_BYTES" in str(ours.value)
    assert "limit" in servers.value.message
    await started.terminate()


@plain_and_encrypted
async def test_the_memos_limit_holds_to_the_byte(
    server: Server, task_queue: str, keys: dict[str, str]
) -> None:
    """
    A memo is measured whole, after encryption, with every way to start a workflow.
    """
    memo: dict[str, Any] = {"note": "n" * 300, "more": "m" * 200}
    size = (await converter_of(keys)._encode_memo(memo)).ByteSize()
    at_limit = await connect(server, {**keys, "REPAIRSHOP_MEMO_LIMIT_BYTES": str(size)})
    below = await connect(server, {**keys, "REPAIRSHOP_MEMO_LIMIT_BYTES": str(size - 1)})
    how: dict[str, Any] = {"task_queue": task_queue, "memo": memo}

    handle = await at_limit.start_workflow("Story", "x", id=f"{task_queue}-at", **how)
    with pytest.raises(MemoTooLargeError) as caught:
        await below.start_workflow("Story", "x", id=f"{task_queue}-beyond", **how)
    with pytest.raises(MemoTooLargeError):
        await below.start_workflow("Story", "x", id=f"{task_queue}-b2", start_signal="hear", **how)

    assert (caught.value.size_bytes, caught.value.limit_bytes, caught.value.type) == (
        size,
        size - 1,
        "MemoTooLarge",
    )
    assert await (await handle.describe()).memo() == memo
    await handle.terminate()


async def test_the_memos_default_limit_is_not_above_the_servers(server: Server, task_queue: str) -> None:
    """
    What the default lets through the server takes, and one byte more our error refuses.
    """
    client = await connect(server, {})
    empty = (await converter_of({})._encode_memo({"note": ""})).ByteSize()
    # Lengths of two mebibytes take four bytes to write where an empty text's take one, at three levels.
    for length in range(PAYLOAD_LIMIT_BYTES - empty - 16, PAYLOAD_LIMIT_BYTES):
        size = (await converter_of({})._encode_memo({"note": "x" * length})).ByteSize()
        if size == PAYLOAD_LIMIT_BYTES:
            break

    handle = await client.start_workflow(
        "Story", "x", id=f"{task_queue}-at", task_queue=task_queue, memo={"note": "x" * length}
    )
    with pytest.raises(MemoTooLargeError):
        await client.start_workflow(
            "Story", "x", id=f"{task_queue}-b", task_queue=task_queue, memo={"note": "x" * (length + 1)}
        )

    await handle.terminate()


@plain_and_encrypted
@pytest.mark.parametrize("in_workflow", [False, True], ids=["activity's result", "workflow's argument"])
async def test_what_is_made_on_the_worker_fails_once_and_typed(
    server: Server, task_queue: str, keys: dict[str, str], in_workflow: bool
) -> None:
    """
    At the limit an activity's result and an activity's argument pass; one byte beyond, the order fails with
    our type at the first attempt.
    """
    limit = 3000
    client = await connect(server, {**keys, "REPAIRSHOP_PAYLOAD_LIMIT_BYTES": str(limit)})
    free = converter_of({**keys, **UNBOUND})
    extra: list[Any] = [False] if in_workflow else []
    length = limit - (await free.encode_wrapper(["x" * 1000, *extra])).ByteSize() + 1000
    assert (await free.encode_wrapper(["x" * length, *extra])).ByteSize() == limit
    settings = Settings(task_queue=task_queue)

    async with build_worker(client, settings, WORKFLOWS, ACTIVITIES):
        passed = await client.execute_workflow(
            Growth.run, args=[length, in_workflow], id=f"{task_queue}-at", task_queue=task_queue
        )
        with pytest.raises(WorkflowFailureError) as caught:
            await client.execute_workflow(
                Growth.run, args=[length + 1, in_workflow], id=f"{task_queue}-beyond", task_queue=task_queue
            )

    assert passed == length
    cause = caught.value.cause
    if not in_workflow:
        assert isinstance(cause, ActivityError)
        cause = cause.cause
    assert isinstance(cause, ApplicationError)
    assert (cause.type, cause.non_retryable) == ("PayloadTooLarge", True)
    assert f"payload of {limit + 1} bytes: the limit is {limit}" in str(cause)
    history = await client.get_workflow_handle(f"{task_queue}-beyond").fetch_history()
    assert not any(event.HasField("workflow_task_failed_event_attributes") for event in history.events)
    started = [event.activity_task_started_event_attributes.attempt for event in history.events]
    assert max(started) == (0 if in_workflow else 1)


async def test_a_signal_is_measured_too(server: Server, task_queue: str) -> None:
    """
    Everything a client sends goes through the same converter.
    """
    client = await connect(server, {"REPAIRSHOP_PAYLOAD_LIMIT_BYTES": "500"})
    handle = await client.start_workflow(
        Story.run, args=["x", False, True], id=task_queue, task_queue=task_queue
    )

    with pytest.raises(PayloadTooLargeError):
        await handle.signal(Story.hear, "x" * 500)

    await handle.terminate()
