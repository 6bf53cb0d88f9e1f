"""
How numbers are written for people: milliseconds, percent, actions by their kinds, and as many digits as their error
allows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from loadtest.analysis.estimators.number_text import milliseconds_text, rate_text, wait_milliseconds_text
from loadtest.catalogue.action_kinds import action_kind
from loadtest.plural import counted
from loadtest.results.estimate import Estimate
from loadtest.results.manifest import Machine
from loadtest.results.sweep_result import Interval

DASH = "–"


def milliseconds(seconds: float | None) -> str:
    """
    Write seconds as milliseconds without a unit, one decimal below 10.
    """
    return DASH if seconds is None else milliseconds_text(seconds)


def wait_milliseconds(seconds: float | None) -> str:
    """
    Write a percentile of waits as milliseconds, or that it is below the first bound of their histogram.
    """
    return DASH if seconds is None else wait_milliseconds_text(seconds)


def bound_text(seconds: float) -> str:
    """
    Write a bound as it was given, as a rounded one would be another goal.
    """
    return f"{seconds:.10g} s" if seconds >= 1 else f"{seconds * 1000:.10g} ms"


def rate(per_second: float | None) -> str:
    """
    Write a rate with three significant digits, without trailing zeros.
    """
    return DASH if per_second is None else rate_text(per_second)


def money(amount: float) -> str:
    """
    Write an amount in whole units, a small one with three significant digits.
    """
    return f"{amount:,.0f}" if amount >= 99.5 else rate_text(amount)


def plain(value: float | None, decimals: int = 2) -> str:
    """
    Write a number with fixed decimals.
    """
    return DASH if value is None else f"{value:,.{decimals}f}"


def milliseconds_with_error(estimate: Estimate) -> str:
    """
    Write a mean of seconds with its half width as milliseconds.
    """
    if estimate.value is not None and estimate.half_width is None:
        return milliseconds(estimate.value)
    if estimate.value is None or estimate.half_width is None:
        return DASH
    return with_error(Estimate(estimate.value * 1000, estimate.half_width * 1000, estimate.n, estimate.of))


def percent(ratio: float | None, decimals: int = 0) -> str:
    """
    Write a share as percent.
    """
    return DASH if ratio is None else f"{ratio * 100:.{decimals}f} %"


def share(ratio: float) -> str:
    """
    Write a counted share as percent: without decimals from a tenth on, with one below, and with more where a share
    would read as none or as all.
    """
    decimals = 0 if ratio >= 0.1 else 1
    left = 100 * min(ratio, 1 - ratio)
    return percent(ratio, max(decimals, -math.floor(math.log10(left))) if left > 0 else decimals)


def with_error(estimate: Estimate) -> str:
    """
    Write a mean with its half width, both with as many decimals as the half width allows.
    """
    if estimate.value is None or estimate.half_width is None:
        return DASH
    decimals = _decimals(estimate.value, estimate.half_width)
    return f"{estimate.value:,.{decimals}f} ± {estimate.half_width:,.{decimals}f}"


def with_ends(interval: Interval, write: Callable[[float], str], unit: str) -> str:
    """
    Write a number that is not below zero with its unit and the ends of its interval, where it has one.
    """
    told = f"{write(max(0.0, interval.value))}{unit}"
    if interval.low is None or interval.high is None:
        return told
    return f"{told} ({write(max(0.0, interval.low))} to {write(interval.high)})"


def mebibytes(size: float | None) -> str:
    """
    Write bytes as MiB.
    """
    return DASH if size is None else f"{size / (1 << 20):,.0f}"


def capitalised(text: str) -> str:
    """
    Begin a sentence, and leave names such as CPU as they are.
    """
    return text[:1].upper() + text[1:]


def listed(names: list[str], joint: str = "and") -> str:
    """
    Join words as a sentence does, the last two by a joint.
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {joint} {names[-1]}"


def core_count(machine: Machine) -> str:
    """
    Write the cores of a machine, and how many of them may be used where those are fewer.
    """
    cores = counted(machine.cores, "core")
    return (
        cores if machine.allowed_cores is None else f"{cores}, of which {machine.allowed_cores:g} may be used"
    )


def _decimals(value: float, half_width: float) -> int:
    # Rates of orders that take minutes are thousandths per second: no fixed number of decimals shows them.
    first = max(0, -math.floor(math.log10(abs(value)))) if value else 0
    if half_width == 0 or half_width < 1e-4 * min(1.0, abs(value)):
        return first + 2
    power: int = math.floor(math.log10(half_width))
    # A half width that begins with 1 keeps a second digit: rounding it would change it too much.
    begins_with_one = half_width < 2 * 10.0**power
    return min(first + 3, max(0, -power + begins_with_one))


def actions_text(number_by_type: Mapping[str, float]) -> str:
    """
    Return the numbers with their kinds, such as "6 activities and 1 start".

    Args:
        number_by_type: Actions of one order by the server's ``action_type``; one at least.
    """
    return listed([f"{rate(number)} {action_kind(kind, number)}" for kind, number in number_by_type.items()])
