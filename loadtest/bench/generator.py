"""
The cost and the lag of the load generator itself, against a frontend that does nothing.

Closed loop: CPU time per start. Open loop: the share of the asked starts that left, how late they left, and CPU time
per start. One injector process under Locust, as a sweep runs it. Rounds are interleaved; compare only figures of one
run.

    python loadtest/bench/generator.py [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from hdrh.histogram import HdrHistogram

from loadtest.injector.launch import launch
from loadtest.injector.running_locust import Locust
from loadtest.plan import ArrivalKind, Arrivals, Work
from loadtest.results.step_instruction import StepInstruction
from loadtest.server_access import ServerAccess

_PARTS = Path(__file__).with_name("parts")
_WINDOW_SECONDS = 6.0
_WARM_UP_SECONDS = 2.0
_IN_FLIGHT = 50


@dataclass(frozen=True, slots=True)
class Case:
    """
    One way to start workflows.
    """

    name: str
    arrival_rate: float | None
    goal_microseconds: float | None
    goal_lag_milliseconds: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    One round of a case.

    Attributes:
        starts_per_second: Starts per second in the window.
        sent_ratio: Starts sent in the window over those asked.
        failed: Number of starts without an answer, in the whole step.
        lag_milliseconds: Median, p99 and maximum of the lag by the injector's own clock; ``None`` where starts have no
            intended time.
        seen_milliseconds: p99 of the lag by the stub's clock: arrival there minus place on an even grid.
        microseconds: CPU time of the injector's process per start, over the window.
        rss_bytes: Resident size of the injector's process.
    """

    starts_per_second: float
    sent_ratio: float
    failed: int
    lag_milliseconds: tuple[float, float, float] | None
    seen_milliseconds: float | None
    microseconds: float
    rss_bytes: int


_CASES = (
    Case(f"closed loop, {_IN_FLIGHT} in flight", None, 200, None),
    Case("open, 500/s", 500, None, 2),
    Case("open, 1,000/s", 1000, 400, 2),
    Case("open, 3,000/s", 3000, None, 10),
)


@contextlib.contextmanager
def _stub(arrivals: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    argv = [sys.executable, str(_PARTS / "stub_server.py"), "--arrivals", str(arrivals)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"127.0.0.1:{process.stdout.readline().strip()}", process
        finally:
            process.terminate()


def _instruction(case: Case, number: int) -> StepInstruction:
    return StepInstruction(
        step=f"{number}",
        id_prefix=f"bench-{number}",
        scenario=str(_PARTS / "start_only.py"),
        task_queue="nobody",
        seed=number,
        schedule_seed=str(number),
        work=Work(),
        arrival_rate=case.arrival_rate,
        in_flight=_IN_FLIGHT if case.arrival_rate is None else None,
        arrivals=Arrivals(kind=ArrivalKind.CONSTANT),
        start_at=time.time() + 0.7,
        warm_up_seconds=_WARM_UP_SECONDS,
        window_seconds=_WINDOW_SECONDS,
        drain_seconds=10,
        max_in_flight=100_000,
        end_to_end_bound_seconds=None,
    )


async def _cpu_between(process: psutil.Process, start: float, end: float) -> float:
    """
    CPU seconds of a process between two unix times.
    """
    spent = []
    for at in (start, end):
        await asyncio.sleep(at - time.time())
        times = process.cpu_times()
        spent.append(times.user + times.system)
    return spent[1] - spent[0]


async def _round(locust: Locust, case: Case, number: int) -> tuple[Outcome, StepInstruction]:
    process = psutil.Process(locust.pids[0])
    instruction = _instruction(case, number)
    start = instruction.start_at + _WARM_UP_SECONDS
    report, cpu = await asyncio.gather(
        locust.run(instruction, lambda _: None), _cpu_between(process, start, start + _WINDOW_SECONDS)
    )
    if report.problems:
        raise SystemExit(f"{case.name}: {'; '.join(problem.text for problem in report.problems)}")
    lag = HdrHistogram.decode(report.histograms["lag"])
    asked = case.arrival_rate * _WINDOW_SECONDS if case.arrival_rate else report.window.offered
    return (
        Outcome(
            starts_per_second=report.window.sent / _WINDOW_SECONDS,
            sent_ratio=report.window.sent / asked,
            failed=sum(report.whole.failed.values()),
            lag_milliseconds=None
            if case.arrival_rate is None
            else (
                lag.get_value_at_percentile(50) / 1e3,
                lag.get_value_at_percentile(99) / 1e3,
                lag.get_max_value() / 1e3,
            ),
            seen_milliseconds=None,
            microseconds=cpu / report.window.sent * 1e6,
            rss_bytes=process.memory_info().rss,
        ),
        instruction,
    )


def _seen_late(times: Sequence[float], rate: float) -> float:
    """
    p99 in milliseconds of arrival minus place on an even grid that is fitted to the earliest of them.
    """
    places = [at - number / rate for number, at in enumerate(times)]
    earliest = min(places)
    late = sorted(place - earliest for place in places)
    return late[int(0.99 * len(late))] * 1e3


async def _measure(cases: Sequence[Case], rounds: int, folder: Path) -> dict[Case, list[Outcome]]:
    found: dict[Case, list[Outcome]] = {case: [] for case in cases}
    for number in range(rounds):
        for case in cases:
            seen = folder / f"{number}-{_CASES.index(case)}.txt"
            with _stub(seen) as (address, _):
                logs = folder / "logs"
                async with launch(ServerAccess(address, "default", {}), injectors=1, logs=logs) as locust:
                    outcome, instruction = await _round(locust, case, number)
            found[case].append(
                outcome if case.arrival_rate is None else _with_seen(outcome, seen, case, instruction)
            )
    return found


def _with_seen(outcome: Outcome, seen: Path, case: Case, instruction: StepInstruction) -> Outcome:
    assert case.arrival_rate is not None
    start = instruction.start_at + instruction.warm_up_seconds
    times = sorted(at for at in map(float, seen.read_text().split()) if start <= at < start + _WINDOW_SECONDS)
    late = _seen_late(times, case.arrival_rate)
    return replace(outcome, seen_milliseconds=late)


def _spread(values: Sequence[float], digits: int) -> str:
    middle = f"{statistics.median(values):,.{digits}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):,.{digits}f}-{max(values):,.{digits}f})"


def _table(found: dict[Case, list[Outcome]]) -> str:
    first = statistics.median(outcome.microseconds for outcome in next(iter(found.values())))
    lines = [
        "| load | starts/s | sent | failed | lag p50 ms | lag p99 ms | lag max ms | p99 at the stub ms | CPU us a start "
        "| ratio | RSS MiB | goals |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for case, outcomes in found.items():
        lags = [outcome.lag_milliseconds for outcome in outcomes if outcome.lag_milliseconds is not None]
        at_stub = [o.seen_milliseconds for o in outcomes if o.seen_milliseconds is not None]
        cells = [
            case.name,
            _spread([outcome.starts_per_second for outcome in outcomes], 0),
            f"{min(outcome.sent_ratio for outcome in outcomes):.1%}",
            f"{max(outcome.failed for outcome in outcomes)}",
            *(_spread([lag[i] for lag in lags], 1) if lags else "" for i in range(3)),
            _spread(at_stub, 1) if at_stub else "",
            _spread([outcome.microseconds for outcome in outcomes], 0),
            f"{statistics.median(o.microseconds for o in outcomes) / first:.2f}",
            f"{statistics.median(o.rss_bytes for o in outcomes) / 2**20:.0f}",
            _goals(case, outcomes),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _goals(case: Case, outcomes: Sequence[Outcome]) -> str:
    texts = []
    if case.goal_microseconds is not None:
        kept = statistics.median(o.microseconds for o in outcomes) <= case.goal_microseconds
        texts.append(f"CPU <= {case.goal_microseconds:.0f} us: {'met' if kept else 'missed'}")
    if case.goal_lag_milliseconds is not None:
        lags = [o.lag_milliseconds[1] for o in outcomes if o.lag_milliseconds is not None]
        kept = statistics.median(lags) <= case.goal_lag_milliseconds
        texts.append(f"lag p99 <= {case.goal_lag_milliseconds:.0f} ms: {'met' if kept else 'missed'}")
    return "; ".join(texts)


def main() -> None:
    """
    Measure and print a table.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="loads whose name holds this")
    options = parser.parse_args()
    cases = [case for case in _CASES if options.only in case.name]
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(_measure(cases, options.rounds, Path(folder)))
    sys.stdout.write(
        f"Generator, one injector process, {options.rounds} interleaved rounds of {_WINDOW_SECONDS:g} s "
        f"after {_WARM_UP_SECONDS:g} s; median (min-max)\n\n{_table(found)}\n"
    )


if __name__ == "__main__":
    main()
