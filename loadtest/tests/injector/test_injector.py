"""
One injector, against a frontend whose behaviour is known.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable

import pytest
from hdrh.histogram import HdrHistogram
from temporalio.client import Client

from loadtest.errors import InputError
from loadtest.injector.failure_of_error import NEVER_SENT, UNFINISHED
from loadtest.injector.injector import Injector
from loadtest.injector.locust_messages import InstructionPart, PartReport
from loadtest.injector.meters import InjectorRegistry
from loadtest.injector.starts import PAUSE_AFTER_A_FAILED_START_SECONDS
from loadtest.plan import ArrivalKind, Arrivals
from loadtest.results.failure import Failure, FailureKind
from loadtest.results.injector_report import InjectorSecond
from loadtest.results.step_instruction import StepInstruction

pytestmark = pytest.mark.process

Stub = Callable[..., tuple[str, "subprocess.Popen[str]"]]
MakeInstruction = Callable[..., StepInstruction]


async def _carry_out(address: str, instruction: StepInstruction) -> tuple[PartReport, list[InjectorSecond]]:
    client = await Client.connect(address)
    seconds: list[InjectorSecond] = []
    injector = Injector(client, InjectorRegistry(), lambda *_: None)
    report = await injector.carry_out(InstructionPart(instruction, 0, 1), seconds.append)
    return report, seconds


def _samples_from(encoded: str, seconds: float) -> int:
    histogram = HdrHistogram.decode(encoded)
    return sum(
        item.count_added_in_this_iter_step
        for item in histogram.get_recorded_iterator()
        if item.value_iterated_to >= seconds * 1e6
    )


@pytest.mark.parametrize("max_in_flight", [pytest.param(2000, id="no-cap"), pytest.param(20, id="capped")])
async def test_a_pause_of_the_server_shows_in_the_response_time(
    stub: Stub, instruction: MakeInstruction, start_only: str, max_in_flight: int
) -> None:
    """
    While the server pauses for 2 s arrivals keep falling due, and each one's wait is counted from its intended
    start: coordinated omission would show only those that were in flight when it paused.
    """
    address, _ = stub("--pause-after", "1", "--pause-seconds", "2")
    rate, pause = 100, 2.0

    report, _ = await _carry_out(
        address,
        instruction(
            scenario=start_only,
            arrival_rate=rate,
            arrivals=Arrivals(kind=ArrivalKind.CONSTANT),
            warm_up_seconds=0,
            window_seconds=5,
            max_in_flight=max_in_flight,
        ),
    )

    # Those that fell due in the first half of the pause waited at least for its second half.
    due_in_first_half = int(rate * pause / 2)
    assert report.window.offered == report.whole.sent == report.window.acknowledged == 5 * rate
    assert _samples_from(report.histograms["response"], pause / 2 - 0.05) >= due_in_first_half - 5
    if max_in_flight == 20:  # what was in flight is all that a service time can tell of the pause
        assert _samples_from(report.histograms["service"], pause / 2 - 0.05) <= max_in_flight


async def test_a_cap_queues_arrivals_and_drops_none(
    stub: Stub, instruction: MakeInstruction, start_only: str
) -> None:
    """
    Arrivals beyond the cap wait at the injector with their intended time, which is lag, and all of them leave.
    """
    address, _ = stub("--pause-after", "0.5", "--pause-seconds", "1.5")

    report, _ = await _carry_out(
        address,
        instruction(
            scenario=start_only, arrival_rate=100, warm_up_seconds=0, window_seconds=3, max_in_flight=5
        ),
    )

    assert report.whole.offered == report.whole.sent == report.whole.completed == 300
    assert _samples_from(report.histograms["lag"], 0.5) >= 50
    assert report.whole.failed == {}


async def test_starts_that_are_still_queued_at_the_drains_end_are_failures(
    stub: Stub, instruction: MakeInstruction, start_only: str
) -> None:
    """
    A server that answers nothing leaves those in flight unfinished and the queued ones never sent.
    """
    address, _ = stub("--pause-after", "0", "--pause-seconds", "600")

    report, _ = await _carry_out(
        address,
        instruction(
            scenario=start_only,
            arrival_rate=20,
            warm_up_seconds=0,
            window_seconds=2,
            drain_seconds=0.5,
            max_in_flight=7,
        ),
    )

    assert (report.whole.offered, report.whole.sent, report.whole.acknowledged) == (40, 7, 0)
    assert report.whole.failed == {UNFINISHED: 7, NEVER_SENT: 33}
    assert report.open_at_end == 40


async def test_a_closed_load_keeps_its_number_in_flight(
    stub: Stub, instruction: MakeInstruction, start_only: str
) -> None:
    """
    Each end starts the next at once, never more than asked for, and nothing starts after the window.
    """
    address, _ = stub("--pause-after", "1", "--pause-seconds", "1")

    report, seconds = await _carry_out(
        address,
        instruction(
            scenario=start_only, arrival_rate=None, in_flight=6, warm_up_seconds=0.5, window_seconds=2.5
        ),
    )

    assert max(second.in_flight for second in seconds) <= 6
    assert report.whole.sent == report.whole.completed > 50
    # In the pause the six that were in flight waited, and nobody else.
    assert _samples_from(report.histograms["response"], 0.8) <= 6
    assert report.open_at_end == 0


async def test_a_closed_load_whose_starts_are_refused_is_no_busy_loop(
    instruction: MakeInstruction, tmp_path: object
) -> None:
    """
    A refused start is followed by a pause, so an absent server is not hammered.
    """
    refusing = tmp_path / "refusing.py"  # type: ignore[operator]
    refusing.write_text(
        '"""\nRefuses.\n"""\nACTIVITIES_PER_WORKFLOW = None\n'
        "async def start(client, arrival):\n    raise ValueError('no')\n"
    )
    injector = Injector(None, InjectorRegistry(), lambda *_: None)  # type: ignore[arg-type]  # it never comes to the client

    report = await injector.carry_out(
        InstructionPart(
            instruction(
                scenario=str(refusing), arrival_rate=None, in_flight=2, warm_up_seconds=0, window_seconds=4
            ),
            0,
            1,
        ),
        lambda _: None,
    )

    # A machine that stalls can only make it fewer.
    most = 2 * (4 / PAUSE_AFTER_A_FAILED_START_SECONDS + 1)
    assert 2 <= report.whole.sent <= most
    assert report.whole.failed == {Failure(FailureKind.START, "ValueError"): report.whole.sent}


async def test_a_dead_frontend_fails_starts_by_kind(
    stub: Stub, instruction: MakeInstruction, start_only: str
) -> None:
    """
    Starts that find nobody are counted as what they are, and the step still ends with a report.
    """
    address, process = stub()
    client = await Client.connect(address)
    process.kill()
    await asyncio.to_thread(process.wait)

    report = await Injector(client, InjectorRegistry(), lambda *_: None).carry_out(
        InstructionPart(
            instruction(
                scenario=start_only, warm_up_seconds=0, window_seconds=1, drain_seconds=40, arrival_rate=4
            ),
            0,
            1,
        ),
        lambda _: None,
    )

    assert report.whole.offered == report.whole.sent == 4
    assert sum(report.whole.failed.values()) == 4
    assert report.whole.completed == 0


@pytest.mark.parametrize(
    ("elsewhere", "told"),
    [
        pytest.param(
            {"namespace": "orders"},
            "in namespace 'default' and the instruction is for 'orders'",
            id="namespace",
        ),
        pytest.param(
            {"address": "127.0.0.1:1"}, "and the instruction is for 127.0.0.1:1; give", id="address"
        ),
    ],
)
async def test_an_injector_that_is_connected_elsewhere_refuses(
    stub: Stub, instruction: MakeInstruction, start_only: str, elsewhere: dict[str, str], told: str
) -> None:
    """
    Its load would go to a server or namespace that nobody looks at.
    """
    address, _ = stub()

    with pytest.raises(InputError, match=told):
        await _carry_out(address, instruction(scenario=start_only, **elsewhere))
