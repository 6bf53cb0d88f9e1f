"""
A run as plain text for a terminal: verdict, headlines, one table.

It knows nothing of colours; an invalid step's numbers stand in brackets with the reason below.
"""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.report.cells import unit
from loadtest.report.headlines import headlines
from loadtest.report.numbers import DASH, milliseconds, percent, plain, rate, with_error
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.sweep_result import SweepResult


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column of the table of steps: its head in two lines, the second with the unit.
    """

    head: str
    unit: str


@dataclass(frozen=True, slots=True)
class Row:
    """
    One step as texts, as many as there are columns, and whether they may be believed.
    """

    step: StepResult
    texts: tuple[str, ...]

    @property
    def is_struck(self) -> bool:
        """
        Whether the numbers must not be believed.
        """
        return self.step.verdict is StepVerdict.INVALID


def columns(sweep: SweepResult) -> tuple[Column, ...]:
    """
    Return the columns of the table of steps.
    """
    return (
        Column("replicas", ""),
        Column("load", ""),
        Column("offered", "1/s"),
        Column("of", "capacity"),
        Column("headroom", "1/s"),
        Column("completed", f"{unit(sweep)}/s"),
        Column("activity", "p95 ms"),
        Column("long run", "p95 ms"),
        Column("workflow", "p95 ms"),
        Column("end to end", "p50 ms"),
        Column("slots", "used"),
        Column("errors", ""),
        Column("verdict", ""),
    )


def rows(sweep: SweepResult) -> list[Row]:
    """
    Return the table of steps by load, replicas and repetition.
    """
    ordered = sorted(sweep.steps, key=lambda step: (step.load.index, step.replicas, step.repetition))
    several = any(step.repetition > 1 for step in ordered)
    return [Row(step, _texts(step, several=several)) for step in ordered]


def _texts(step: StepResult, *, several: bool) -> tuple[str, ...]:
    waits = step.schedule_to_start_seconds
    return (
        str(step.replicas),
        f"{load_text(step)} #{step.repetition}" if several else load_text(step),
        rate(step.offered_per_second),
        percent(step.utilization_ratio),
        headroom(step),
        with_error(step.throughput_per_second)
        if step.load.kind == "saturate"
        else f"{step.counts.window_completed} of {step.counts.window_offered}",
        milliseconds(waits.activity.p95),
        long_run_text(step),
        milliseconds(waits.workflow.p95),
        milliseconds(step.end_to_end_seconds.p50),
        percent(step.slots_used_ratio),
        f"{step.errors.failed} of {step.errors.finished}",
        step.verdict.value,
    )


def headroom(step: StepResult) -> str:
    """
    Write how much more the slots could do than was offered.
    """
    if step.capacity is None or step.load.arrival_rate is None:
        return DASH
    return plain(step.capacity.orders_per_second - step.load.arrival_rate)


def long_run_text(step: StepResult) -> str:
    """
    Write the long run's p95 of the activity queue with its range.
    """
    found = step.long_run_p95
    if found is None or found.value is None:
        return DASH
    return f"~{milliseconds(found.value)} ({milliseconds(found.low)}-{milliseconds(found.high)})"


def load_text(step: StepResult) -> str:
    """
    Name a step's load with its rate.
    """
    rate_text = "" if step.load.arrival_rate is None else f" {rate(step.load.arrival_rate)}/s"
    return f"{step.load.kind}{rate_text}"


def text_report(sweep: SweepResult, folder: str | None = None) -> str:
    """
    Write the whole run for a terminal.

    Args:
        sweep: The run, judged.
        folder: Path by which the run can be resumed from here.
    """
    lines = [f"{sweep.plan}: {sweep.verdict.value}", ""]
    lines += [f"  {sentence}" for sentence in headlines(sweep, folder)]
    lines += ["", *_table(sweep)]
    for step in sweep.steps:
        where = f"step replicas={step.replicas} load={step.load.kind} repetition={step.repetition}"
        lines += [f"{step.verdict.value}: {where}: {reason}" for reason in step.reasons]
    if sweep.verdict.value == "fail":
        lines += [f"fail: {reason}" for reason in sweep.reasons]
    return "\n".join(lines) + "\n"


def _table(sweep: SweepResult) -> list[str]:
    heads = columns(sweep)
    body = [
        [
            f"[{text}]" if row.is_struck and 1 < index < len(row.texts) - 1 and text != DASH else text
            for index, text in enumerate(row.texts)
        ]
        for row in rows(sweep)
    ]
    table = [[column.head for column in heads], [column.unit for column in heads], *body]
    widths = [max(len(line[index]) for line in table) for index in range(len(heads))]
    left = {1, len(heads) - 1}
    drawn = [
        "  ".join(
            text.ljust(width) if index in left else text.rjust(width)
            for index, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in table
    ]
    return [*drawn[:2], "-" * max(len(line) for line in drawn), *drawn[2:], ""]
