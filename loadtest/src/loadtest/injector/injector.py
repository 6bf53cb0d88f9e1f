"""
The load of one injector process: a planned share of a step, or a rate that people set.

All of it is asyncio on one client, in a thread beside Locust's greenlets.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from temporalio.client import Client
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

from loadtest import arrivals, connection
from loadtest.child_environment import CODEC_KEYS, without_encryption
from loadtest.container_cpu import allowed_cores
from loadtest.errors import InputError
from loadtest.injector import pacing
from loadtest.injector.locust_messages import InstructionPart, LevelReport, PartReport
from loadtest.injector.locust_process_use import CpuUse, WindowCpu, largest_rss_bytes
from loadtest.injector.meters import InjectorRegistry
from loadtest.injector.pacing import WindowEnd
from loadtest.injector.start_settings import AWAITED_AT_ONCE, SampleSink, SharedStartSettings
from loadtest.injector.starts import Starts
from loadtest.injector.tally import Bounds, Tally, TallyCounts
from loadtest.results import hdr
from loadtest.results.failure import FailureKind, count_of
from loadtest.results.injector_report import START_HISTOGRAMS, InjectorCounts, InjectorSecond
from loadtest.results.problem import Problem, ProblemCause
from loadtest.results.step_instruction import StepInstruction
from loadtest.scenario import Scenario, load
from repairshop.codec import SettingsError, client_options

if TYPE_CHECKING:
    from loadtest.injector.tracing import Tracing


# Largest movement of the wall clock against the monotonic one in a step; beyond it the schedule is in doubt.
CLOCK_STEP_SECONDS = 0.05

now = time.perf_counter


async def connect(tracing: Tracing | None) -> Client:
    """
    Connect as this process's environment says, with a runtime of the injector's own and the kit's converter.

    Raises:
        InputError: No server answers, or a setting cannot be used; one line for each problem.
    """
    plugins = [tracing.plugin] if tracing is not None else []
    quiet = LoggingConfig(filter=TelemetryFilter(core_level="WARN", other_level="ERROR"))
    runtime = Runtime(telemetry=TelemetryConfig(logging=quiet, metrics=None))
    try:
        options = client_options()
    except SettingsError as error:
        raise InputError(str(error)) from None
    return await connection.connect(**options, plugins=plugins, runtime=runtime, demand_namespace=False)


class Injector:
    """
    Carries out one share of an instruction after the other, on one client.
    """

    def __init__(
        self, client: Client, page: InjectorRegistry, stock: SampleSink, tracing: Tracing | None = None
    ) -> None:
        self._client = client
        self._page = page
        self._stock = stock
        self._tracing = tracing
        self._end_window: Callable[[float], None] | None = None

    async def carry_out(
        self, share: InstructionPart, each_second: Callable[[InjectorSecond], None]
    ) -> PartReport:
        """
        Send a share's arrivals, drain and report.

        Raises:
            InputError: The scenario cannot be loaded or returns no handle, or this injector is connected to another server
                or namespace.
        """
        instruction = share.instruction
        _demand_same_server(instruction, self._client)
        wall_to_clock = now() - time.time()
        origin = instruction.start_at + wall_to_clock
        start = origin + instruction.warm_up_seconds
        end = WindowEnd(start + instruction.window_seconds)
        scenario = load(instruction.scenario)
        tally = Tally(Bounds(start, end.at, instruction.end_to_end_bound_seconds))
        client = client_of_step(self._client, instruction.codec)
        flights = self.flights(_terms(scenario, share), tally, client)
        gc.collect()
        gc.freeze()  # what lives for long is not looked at again in the middle of a window
        cpu = WindowCpu(start - now(), end.at - now())

        def end_window(at: float) -> None:
            tally.end_window_at(at + wall_to_clock)
            end.bring_forward(at + wall_to_clock)

        self._end_window = end_window
        flights.on_unusable = lambda: end.bring_forward(now())
        telling = asyncio.create_task(_tell(tally, flights, origin, each_second))
        try:
            await self._send(share, origin, end, flights)
            cpu.close()
            if flights.unusable is not None:
                await flights.drain(now())
                raise flights.unusable
            open_at_end = await flights.drain(end.at + instruction.drain_seconds)
            drained = now() - end.at
        finally:
            self._end_window = None
            telling.cancel()
            gc.unfreeze()
        moved = abs((now() - time.time()) - wall_to_clock)
        if moved > CLOCK_STEP_SECONDS:
            tally.problems.append(
                Problem(ProblemCause.CLOCK, f"the wall clock moved by {moved:.3f} s in the step")
            )
        return _report(tally, flights.sampling_level, open_at_end, max(0.0, drained), cpu.use)

    def end_window(self, at: float) -> None:
        """
        End the running step's window at a Unix time that is still to come; does nothing between steps.
        """
        if self._end_window is not None:
            self._end_window(at)

    async def _send(self, share: InstructionPart, origin: float, end: WindowEnd, flights: Starts) -> None:
        instruction = share.instruction
        if instruction.in_flight is not None:
            numbers = itertools.count(share.index, share.injectors)
            await pacing.closed(numbers, share.part_of(instruction.in_flight), origin, end, flights)
            return
        mine = arrivals.split(arrivals.schedule(instruction), share.index, share.injectors)
        await pacing.planned(mine, origin, end, flights)

    def flights(self, terms: SharedStartSettings, tally: Tally, client: Client | None = None) -> Starts:
        """
        Return the object that sends and awaits the starts of one step, by default on the injector's own client.
        """
        meters = self._page.meters(terms.scenario.name)
        return Starts(client or self._client, terms, tally, meters, self._stock, self._tracing)


def _demand_same_server(instruction: StepInstruction, client: Client) -> None:
    """
    Refuse an instruction for another server or namespace than this injector's: its load would not be measured.
    """
    if instruction.namespace is None and instruction.address is None:
        return
    here = client.service_client.config.target_host
    if instruction.namespace not in (None, client.namespace):
        raise InputError(
            f"this injector is in namespace {client.namespace!r} and the instruction is for {instruction.namespace!r}; "
            "give the injectors TEMPORAL_NAMESPACE of the sweep"
        )
    if instruction.address not in (None, here):
        raise InputError(
            f"this injector is connected to {here} and the instruction is for {instruction.address}; "
            "give the injectors TEMPORAL_ADDRESS of the sweep"
        )


def _terms(scenario: Scenario, share: InstructionPart) -> SharedStartSettings:
    instruction = share.instruction
    in_flight = share.part_of(instruction.in_flight) if instruction.in_flight is not None else None
    return SharedStartSettings(
        scenario=scenario,
        id_prefix=instruction.id_prefix,
        task_queue=instruction.task_queue,
        seed=instruction.seed,
        work=instruction.work,
        max_in_flight=in_flight or max(1, share.part_of(instruction.max_in_flight)),
        awaited_at_once=in_flight or max(1, share.part_of(AWAITED_AT_ONCE)),
    )


async def _tell(
    tally: Tally, flights: Starts, origin: float, each_second: Callable[[InjectorSecond], None]
) -> None:
    for second in itertools.count(1):
        await asyncio.sleep(max(0.0, origin + second - now()))
        each_second(
            InjectorSecond(
                at=now() - origin,
                offered=tally.whole.offered,
                sent=tally.whole.sent,
                completed=max(0, tally.whole.acknowledged - flights.awaited - _bad_closes(tally)),
                failed=tally.whole.failed.total(),
                in_flight=flights.open,
            )
        )


def _bad_closes(tally: Tally) -> int:
    failed = tally.whole.failed
    return failed.total() - count_of(failed, FailureKind.START)


def _counts(counts: TallyCounts) -> InjectorCounts:
    return InjectorCounts(
        counts.offered, counts.sent, counts.acknowledged, counts.completed, dict(counts.failed)
    )


def _report(tally: Tally, level: int, open_at_end: int, drain_seconds: float, cpu: CpuUse) -> PartReport:
    return PartReport(
        whole=_counts(tally.whole),
        window=_counts(tally.window),
        sampling_level=level,
        levels={
            at: LevelReport(
                end_to_end=hdr.encode(books.end_to_end),
                closes_in_window=books.closes_in_window,
                within_slo=books.within_slo,
                closed_minus_sent_seconds=books.closed_minus_sent_seconds,
                window_closed_minus_sent_seconds=books.window_closed_minus_sent_seconds,
            )
            for at, books in tally.levels.items()
        },
        histograms={name: hdr.encode(getattr(tally, name)) for name in START_HISTOGRAMS},
        open_at_end=open_at_end,
        drain_seconds=drain_seconds,
        problems=tuple(tally.problems),
        sampled_workflow_ids=tuple(tally.sampled_ids),
        cpu_seconds=cpu.seconds,
        rss_bytes=largest_rss_bytes(),
        words=tally.words,
        core_limit=allowed_cores(),
        throttled_seconds=cpu.throttled_seconds,
    )


def client_of_step(client: Client, codec: bool | None) -> Client:
    """
    Return a client that encrypts as the step asks.

    Args:
        client: Client of the injector, which encrypts where its environment has keys.
        codec: Whether the step's payloads are encrypted; ``None`` leaves it to the injector.

    Raises:
        InputError: The step's payloads must be encrypted and this injector has no keys.
    """
    if codec is None or codec is (client.data_converter.payload_codec is not None):
        return client
    if codec:
        raise InputError(f"codec = true: the injectors have no keys; set {' or '.join(CODEC_KEYS)}")
    options = client.config()
    options["plugins"] = []  # they have put in their part already
    options["data_converter"] = client_options(without_encryption(os.environ))["data_converter"]
    return Client(**options)
