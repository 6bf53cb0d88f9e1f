"""
A run as plain text for a terminal: verdict and its meaning, headlines, one table.

The numbers of an invalid step are in brackets, with the reason below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from loadtest.report.deployment_text import has_goal, shortest_waits
from loadtest.report.headlines import headlines
from loadtest.report.numbers import DASH, milliseconds, percent, rate, wait_milliseconds, with_error
from loadtest.report.run_cells import common_cells, unit
from loadtest.report.text_lines import fitted, text_table
from loadtest.results.failure import told_attempts, told_orders
from loadtest.results.plan_setting import value_text
from loadtest.results.step_result import StepResult
from loadtest.results.sweep_result import RunVerdict, SweepResult


@dataclass(frozen=True, slots=True)
class Column:
    """
    One column of a table of steps.

    Attributes:
        head: First line of its head.
        unit: Second line of its head.
        read: The text of a step.
        is_number: Whether it is a reading, which an invalid step's must not be believed; else it names the step.
        is_left: Whether it is set to the left.
        is_mark: Whether it is the step's verdict, which a page marks with a colour.
    """

    head: str
    unit: str
    read: Callable[[StepResult], str]
    is_number: bool = True
    is_left: bool = False
    is_mark: bool = False


def columns(sweep: SweepResult) -> tuple[Column, ...]:
    """
    Return the columns of the table of steps: the cell with its verdict, then the readings.
    """
    several = any(step.repetition > 1 for step in sweep.steps)
    return (
        *factor_columns(sweep),
        Column("replicas", "", lambda step: str(step.replicas), is_number=False),
        Column("load", "", lambda step: _load_cell(step, several=several), is_number=False, is_left=True),
        Column("verdict", "", lambda step: step.verdict.value, is_number=False, is_left=True, is_mark=True),
        Column("offered", "1/s", lambda step: rate(step.offered_per_second)),
        Column("of", "capacity", lambda step: percent(step.utilization_ratio)),
        Column("headroom", "1/s", headroom),
        Column("completed", f"{unit(sweep)}/s", _completed),
        Column(
            "activity", "p95 ms", lambda step: wait_milliseconds(step.schedule_to_start_seconds.activity.p95)
        ),
        Column("long run", "p95 ms", long_run_text),
        Column(
            "workflow", "p95 ms", lambda step: wait_milliseconds(step.schedule_to_start_seconds.workflow.p95)
        ),
        Column("end to end", "p50 ms", lambda step: milliseconds(step.end_to_end_seconds.p50)),
        Column("slots", "used", lambda step: percent(step.slots_used_ratio)),
        Column("errors", "", lambda step: f"{step.errors.failed} of {step.errors.finished}"),
    )


def factor_columns(sweep: SweepResult) -> tuple[Column, ...]:
    """
    Return a column for each factor that the run varies.
    """
    paths = dict.fromkeys(path for each in sweep.combinations for path in each.factors)
    return tuple(_factor_column(path) for path in paths)


def ordered_steps(sweep: SweepResult) -> list[StepResult]:
    """
    Return the steps by combination, load, replicas, repetition, first or second step, and attempt.
    """
    order = {each.setting: index for index, each in enumerate(sweep.combinations)}
    return sorted(
        sweep.steps,
        key=lambda s: (order[s.setting], s.load.index, s.replicas, s.repetition, s.load.doubled, s.attempt),
    )


def headroom(step: StepResult) -> str:
    """
    Write how much more the slots could do than was offered.
    """
    if step.capacity is None or step.load.arrival_rate is None:
        return DASH
    return rate(step.capacity.orders_per_second - step.load.arrival_rate)


def long_run_text(step: StepResult) -> str:
    """
    Write the p95 of the activity queue in the long run, with its range.
    """
    found = step.long_run_p95
    if found is None or found.value is None:
        return DASH
    return f"~{milliseconds(found.value)} ({milliseconds(found.low)}-{milliseconds(found.high)})"


def load_text(step: StepResult) -> str:
    """
    Name a step's load with its rate, or with the number of orders that it keeps open.
    """
    rate_text = "" if step.load.arrival_rate is None else f" {rate(step.load.arrival_rate)}/s"
    return f"{step.key.load_name}{rate_text}"


def text_report(sweep: SweepResult, left: str = "", width: int | None = None) -> str:
    """
    Write the whole run for a terminal.

    Args:
        sweep: The run, judged.
        left: End of the sentence that says that steps were not measured.
        width: Width of the terminal in characters; ``None`` breaks no line.
    """
    above = [f"{sweep.plan}: {sweep.verdict.value} ({verdict_meaning(sweep)})", ""]
    above += [f"  {sentence}" for sentence in headlines(sweep, left)]
    lines = []
    if len(sweep.combinations) == 1 and (least := shortest_waits(common_cells(sweep))) is not None:
        lines.append(least)
    if len(sweep.combinations) > 1:
        lines += [f"{each.verdict.value}: {each.setting}" for each in sweep.combinations]
    lines += [
        f"{step.verdict.value}: {step.name}: {reason}" for step in sweep.steps for reason in step.reasons
    ]
    lines += [
        f"{step.verdict.value}: {step.name}: {told}"
        for step in sweep.steps
        for told in failures_told(step, unit(sweep))
    ]
    # The sentences above say why the answer at a rate is not known.
    undecided = sweep.verdict is RunVerdict.UNDECIDED and (not sweep.demands or lacks_settings(sweep))
    if sweep.verdict is RunVerdict.FAIL or undecided:
        lines += [f"{sweep.verdict.value}: {reason}" for reason in sweep.reasons]
    told = [piece for line in above for piece in fitted(line, width)]
    told += ["", *_table(sweep, width), "", *(piece for line in lines for piece in fitted(line, width))]
    return "\n".join(told) + "\n"


def failures_told(step: StepResult, unit: str) -> list[str]:
    """
    Return what did not end well in a step, by name: orders, then attempts of activities and of workflow tasks.
    """
    orders = told_orders(step.errors, step.failed, unit)
    attempts = told_attempts(step.activity_failures, step.workflow_task_failures, step.activity_timeouts)
    return attempts if orders is None else [orders, *attempts]


def _table(sweep: SweepResult, width: int | None) -> list[str]:
    heads = columns(sweep)
    body = [[_bracketed(column, step) for column in heads] for step in ordered_steps(sweep)]
    table = [[column.head for column in heads], [column.unit for column in heads], *body]
    left = [index for index, column in enumerate(heads) if column.is_left]
    keys = next(index for index, column in enumerate(heads) if column.is_mark)
    return text_table(table, width, left=left, keys=keys, ruled_below=2)


def _bracketed(column: Column, step: StepResult) -> str:
    text = column.read(step)
    return f"[{text}]" if column.is_number and not step.is_usable and text != DASH else text


def _factor_column(path: str) -> Column:
    table, _, key = path.partition(".")
    return Column(table, key, lambda step: value_text(step.factors[path]), is_number=False)


def _load_cell(step: StepResult, *, several: bool) -> str:
    repetition = f" #{step.repetition}" if several else ""
    again = " again" if step.attempt > 1 else ""
    return f"{load_text(step)}{repetition}{again}{', not used' if step.superseded else ''}"


def _completed(step: StepResult) -> str:
    # The schedule of an open load sets what can be completed: its noise is no error of the throughput.
    if step.load.kind == "saturate":
        return with_error(step.throughput_per_second)
    return f"{step.counts.window_completed} of {step.counts.window_offered}"


def verdict_meaning(sweep: SweepResult) -> str:
    """
    Return the meaning of a run's verdict as a clause.
    """
    loads = len(sweep.demands)
    every, one = (" at each rate", " at some rate") if loads > 1 else ("", "")
    match sweep.verdict:
        case RunVerdict.PASS if loads and not has_goal(sweep):
            return f"failures are within their bound{every}, and the plan bounds no waits"
        case RunVerdict.PASS:
            return f"some replica count keeps the goal{every}" if loads else "no step misses the goal"
        case RunVerdict.FAIL:
            return f"no replica count tried keeps the goal{one}" if loads else "a step misses the goal"
        case RunVerdict.UNDECIDED if lacks_settings(sweep):
            return "each setting that was measured keeps the goal, and not all of the plan's were"
        case RunVerdict.UNDECIDED:
            if not loads:
                return "no step is seen to miss the goal, and not all are known to keep it"
            return f"no replica count is known to keep the goal{one}, and some may"
        case RunVerdict.INVALID:
            return "a part of the plan has no step that may be believed"


def lacks_settings(sweep: SweepResult) -> bool:
    """
    Tell whether a run is undecided only because settings of its plan were not measured.
    """
    undecided = sweep.verdict is RunVerdict.UNDECIDED
    return (
        undecided
        and bool(sweep.missing)
        and all(each.verdict is RunVerdict.PASS for each in sweep.combinations)
    )
