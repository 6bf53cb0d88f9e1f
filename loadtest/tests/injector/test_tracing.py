"""
One order is one trace, from the moment its schedule asked for it to settlement.

Spans go to a real OTLP receiver, by the standard environment variables.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from otlp_receiver import Receiver, receiving
from watched_stack import process

from loadtest.errors import InputError
from loadtest.injector.asked_tracing import tracing
from loadtest.injector.launch import launch
from loadtest.plan import ArrivalKind, Arrivals, Work
from loadtest.results.step_instruction import StepInstruction
from loadtest.server_access import ServerAccess

ORDERS = 3
ACTIVITIES = ("register", "classify", "assign_technician", "set_deadline", "assign_inspector", "settle")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def instruction(task_queue: str, start_at: float) -> StepInstruction:
    """
    Instructs to start a few orders within a second.
    """
    return StepInstruction(
        step="1-open-1",
        id_prefix=f"traced-{task_queue}",
        scenario="repair",
        task_queue=task_queue,
        seed=1,
        schedule_seed="1",
        work=Work(seconds=0.01),
        arrival_rate=float(ORDERS),
        in_flight=None,
        arrivals=Arrivals(kind=ArrivalKind.CONSTANT),
        start_at=start_at,
        warm_up_seconds=0.0,
        window_seconds=1.0,
        drain_seconds=60.0,
        max_in_flight=100,
        end_to_end_bound_seconds=None,
    )


async def inject(address: str, task_queue: str, logs: Path) -> float:
    async with launch(ServerAccess(address, "default", {}), injectors=1, logs=logs) as locust:
        start_at = time.time() + 1.0
        report = await locust.run(instruction(task_queue, start_at), lambda second: None)
        assert report.whole.completed == ORDERS, report
        return start_at


def order_of(span: Span) -> str:
    (found,) = [a.value.string_value for a in span.attributes if a.key == "order"]
    return found


def seconds(nanoseconds: int) -> float:
    return nanoseconds / 1e9


@pytest.mark.server
@pytest.mark.timeout(300)
def test_an_order_is_one_trace_from_its_intended_start_to_settlement(
    server, task_queue: str, receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Injector, workflow and every activity are of one trace; its root begins when the schedule asked for it.
    """
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint)
    environment = {"TEMPORAL_ADDRESS": server.address, "REPAIRSHOP_TASK_QUEUE": task_queue}

    with process([sys.executable, "-m", "repairshop"], tmp_path / "worker.log", environment):
        start_at = asyncio.run(inject(server.address, task_queue, tmp_path))
        roots = receiver.wait_for("order", ORDERS)
        runs = receiver.wait_for("RunActivity:settle", ORDERS)

    assert len({root.trace_id for root in roots}) == ORDERS
    for root in roots:
        trace = [(service, span) for service, span in receiver.spans if span.trace_id == root.trace_id]
        names = {span.name for _, span in trace}
        assert root.parent_span_id == b""
        assert {f"RunActivity:{name}" for name in ACTIVITIES} <= names
        assert {"StartWorkflow:RepairWorkflow", "RunWorkflow:RepairWorkflow"} <= names
        assert {service for service, _ in trace} == {"loadtest-injector", "repair-worker"}
        ids = {span.span_id for _, span in trace}
        assert all(span.parent_span_id in ids for _, span in trace if span is not root)
        assert all(
            span.end_time_unix_nano <= root.end_time_unix_nano for _, span in trace if "settle" in span.name
        )
        assert start_at - 0.001 <= seconds(root.start_time_unix_nano) <= start_at + 1.0
    assert {span.trace_id for span in runs} == {root.trace_id for root in roots}


async def test_a_late_start_does_not_make_its_trace_shorter(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The root counts from the intended start: two seconds of delay at the injector stand in the trace.
    """
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint)
    begun = tracing()
    assert begun is not None
    intended_at = time.time() - 2.0

    with begun.order("repair-late", intended_at):
        pass
    with contextlib.suppress(RuntimeError), begun.order("repair-broken", intended_at):
        raise RuntimeError("refused")

    assert begun.flush() == 2
    late, broken = receiver.named("order")
    assert order_of(late) == "repair-late"
    assert seconds(late.start_time_unix_nano) == pytest.approx(intended_at, abs=1e-3)
    assert seconds(late.end_time_unix_nano - late.start_time_unix_nano) >= 2.0
    assert broken.status.message == "RuntimeError: refused"
    assert begun.lost == 0


def test_spans_that_are_refused_are_counted(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A receiver that takes nothing costs traces, never a start, and the loss is known.
    """
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"{receiver.endpoint}/v1/traces")
    receiver.status = 400
    begun = tracing()
    assert begun is not None

    with begun.order("repair-1", time.time()):
        pass

    assert begun.flush() == 0
    assert begun.lost == 1


def test_tracing_is_off_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Without an endpoint there is no plugin, no span and no thread.
    """
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)

    assert tracing() is None


def test_grpc_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Its exporter would block Locust; the message says what to write.
    """
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")

    with pytest.raises(InputError, match=r"OTEL_EXPORTER_OTLP_PROTOCOL = grpc: .*; write http/protobuf"):
        tracing()
