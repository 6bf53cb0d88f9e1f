"""
How numbers read to people: milliseconds, percent, and as many digits as their error allows.
"""

from __future__ import annotations

import math

from loadtest.analysis.rate_text import rate_text
from loadtest.plural import counted
from loadtest.results.estimate import Estimate
from loadtest.results.manifest import Machine

DASH = "–"


def milliseconds(seconds: float | None) -> str:
    """
    Write seconds as milliseconds without a unit, one decimal below 10.
    """
    if seconds is None:
        return DASH
    value = seconds * 1000
    return f"{value:.1f}" if 0 < value < 9.95 else f"{value:,.0f}"


def duration(seconds: float) -> str:
    """
    Write measured seconds with the unit that suits.
    """
    return f"{seconds:.1f} s" if seconds >= 1 else f"{milliseconds(seconds)} ms"


def bound_text(seconds: float) -> str:
    """
    Write a bound as it was given: a rounded one would be another goal.
    """
    return f"{seconds:.10g} s" if seconds >= 1 else f"{seconds * 1000:.10g} ms"


def rate(per_second: float | None) -> str:
    """
    Write a rate with three digits that count, without trailing zeros.
    """
    return DASH if per_second is None else rate_text(per_second)


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
    Write a counted share as percent: no decimals from a tenth on and one below, and as many more as keep some from reading
    as none, and most from reading as all.
    """
    decimals = 0 if ratio >= 0.1 else 1
    left = 100 * min(ratio, 1 - ratio)
    return percent(ratio, max(decimals, -math.floor(math.log10(left))) if left > 0 else decimals)


def with_error(estimate: Estimate) -> str:
    """
    Write a mean with its half width, both with the decimals that the half width bears.
    """
    if estimate.value is None or estimate.half_width is None:
        return DASH
    decimals = _decimals(estimate.value, estimate.half_width)
    return f"{estimate.value:,.{decimals}f} ± {estimate.half_width:,.{decimals}f}"


def megabytes(size: float | None) -> str:
    """
    Write bytes as MiB.
    """
    return DASH if size is None else f"{size / (1 << 20):,.0f}"


def listed(names: list[str]) -> str:
    """
    Join words as a sentence does.
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def replica_count(count: int) -> str:
    """
    Write a number of replicas with its noun.
    """
    return counted(count, "replica")


def core_count(machine: Machine) -> str:
    """
    Write the cores of a machine, and how many of them may be used where those are fewer.
    """
    cores = counted(machine.cores, "core")
    return (
        cores if machine.allowed_cores is None else f"{cores}, of which {machine.allowed_cores:g} may be used"
    )


def _decimals(value: float, half_width: float) -> int:
    # Orders of minutes are thousandths a second: no fixed number of decimals shows them.
    first = max(0, -math.floor(math.log10(abs(value)))) if value else 0
    if half_width == 0 or half_width < 1e-4 * min(1.0, abs(value)):
        return first + 2
    power: int = math.floor(math.log10(half_width))
    # A half width that begins with 1 keeps a second digit: rounding it would change it too much.
    begins_with_one = half_width < 2 * 10.0**power
    return min(first + 3, max(0, -power + begins_with_one))
