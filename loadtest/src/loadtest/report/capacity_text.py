"""
A search for capacities in words: its headline sentences, and its table for a terminal.
"""

from __future__ import annotations

from loadtest.plural import counted
from loadtest.report.numbers import DASH, bound_text, rate, with_error
from loadtest.report.text_lines import fitted, text_table
from loadtest.results.capacity_result import CapacityResult, Carries, CountCapacity, SearchStep
from loadtest.results.estimate import Estimate
from loadtest.results.step_result_parts import limit_text
from loadtest.results.window_decision import Decided

CONFIRMED, BY_THE_MODEL = "confirmed", "by the model"
COLUMNS = (
    "replicas",
    "within the SLO, /s",
    "kept side",
    "missed side",
    "saturated (full throttle), /s",
    "probes",
    "seconds",
)


def capacity_headlines(result: CapacityResult) -> tuple[str, ...]:
    """
    Return the answer in sentences, what the user asked first.
    """
    known = [one for one in result.counts if one.low is not None]
    lines = []
    if result.rate is not None:
        lines.append(_at_the_rate(result, result.rate))
    if known:
        told = "; ".join(
            f"{counted(one.replicas, 'replica')} {'keeps' if one.replicas == 1 else 'keep'} it at "
            f"{_stands(one.low, confirmed=one.low_confirmed)} and {'misses' if one.replicas == 1 else 'miss'} it at "
            f"{_stands(one.high, confirmed=one.high_confirmed)}"
            for one in known
        )
        late = f"{100 * result.allowed_ratio:.0f} % of the tasks wait longer than {bound_text(result.bound_seconds)}"
        lines.append(f"The SLO is that at most {late}: {told}.")
    lines += [
        f"{counted(one.replicas, 'replica')}: no bracket, as {one.why}."
        for one in result.counts
        if one.low is None
    ]
    lines.append(
        f"Measured for {result.measured_seconds:.0f} s; a grid of rates 10 % apart would have taken {result.grid_seconds:.0f} s."
    )
    return tuple(lines)


def _stands(side: float | None, *, confirmed: bool) -> str:
    """
    Name one side's rate, and say where no step at that rate confirmed it.
    """
    return f"{rate(side)}/s{'' if confirmed else ' (by the model)'}"


def capacity_text(result: CapacityResult, width: int | None = None) -> str:
    """
    Return the search as lines for a terminal.

    Args:
        result: Result of the search.
        width: Width of the terminal in characters; ``None`` breaks no line.
    """
    head = (*COLUMNS, "headroom") if result.rate is not None else COLUMNS
    lines = [piece for line in capacity_headlines(result) for piece in fitted(line, width)]
    table = text_table([head, *rows(result)], width, left=range(len(head)))
    lines += ["", *table, *[""] * ("" in table)]
    for note in (*closed_load_notes(result), *result.warnings):
        lines += fitted(f"note: {note}", width)
    return "\n".join(lines) + "\n"


def rows(result: CapacityResult) -> list[tuple[str, ...]]:
    """
    Return a row of texts for each replica count, under ``COLUMNS``, with the headroom where a rate was asked.
    """
    return [
        (
            str(one.replicas),
            bracket_text(one),
            side_text(one.low, confirmed=one.low_confirmed),
            side_text(one.high, confirmed=one.high_confirmed),
            saturated_text(one),
            " ".join(rate(step.arrival_rate) for step in one.path) or DASH,
            f"{one.measured_seconds:.0f}",
            *([headroom_text(one)] if result.rate is not None else []),
        )
        for one in result.counts
    ]


def closed_load_notes(result: CapacityResult) -> tuple[str, ...]:
    """
    Return notes for the reader on the closed loads, each with its count.
    """
    return tuple(f"{counted(one.replicas, 'replica')}: {note}" for one in result.counts for note in one.notes)


def bracket_text(one: CountCapacity) -> str:
    """
    Write a bracket as ``1.36 to 1.5``; a dash where there is none.
    """
    return DASH if one.low is None else f"{rate(one.low)} to {rate(one.high)}"


def saturated_text(one: CountCapacity) -> str:
    """
    Write a count's throughput under a closed load, with what limited it where that was not the slots.
    """
    if one.saturated_per_second is None:
        return DASH
    told = rate(one.saturated_per_second)
    if one.saturated_half_width is not None:
        told = with_error(Estimate(one.saturated_per_second, one.saturated_half_width, 1, "orders"))
    held = limit_text(one.saturated_limit) if one.saturated_limit is not None else ""
    return f"{told}{f' ({held})' if held else ''}"


def side_text(side: float | None, *, confirmed: bool) -> str:
    """
    Say what a side of a bracket rests on.
    """
    return DASH if side is None else CONFIRMED if confirmed else BY_THE_MODEL


def headroom_text(one: CountCapacity) -> str:
    """
    Say whether a count carries the rate that was asked, and how much more or less it carries.
    """
    found = one.headroom
    if found is None or found.low_ratio is None or found.high_ratio is None:
        return Carries.UNKNOWN.value
    return f"{found.carries.value}, {_signed(found.low_ratio)} to {_signed(found.high_ratio)}"


def found_text(step: SearchStep) -> str:
    """
    Say what a probe found.
    """
    slower, faster = step.against_slower, step.against_faster
    if slower is None or faster is None:
        return "; ".join(step.reasons) or "nothing was decided"
    if slower is Decided.MISSED:
        return "more are late than the model says: the capacity is lower"
    if faster is Decided.MET:
        return "fewer are late than the model says: the capacity is higher"
    sides = (
        f"5 % lower is {'kept' if slower is Decided.MET else 'not contradicted'}",
        f"5 % higher is {'missed' if faster is Decided.MISSED else 'not contradicted'}",
    )
    return ", ".join(sides)


def _at_the_rate(result: CapacityResult, asked: float) -> str:
    found = {
        each: [
            one.replicas for one in result.counts if one.headroom is not None and one.headroom.carries is each
        ]
        for each in Carries
    }
    parts = []
    if result.enough is not None:
        one = next(each for each in result.counts if each.replicas == result.enough)
        room = f", with {headroom_text(one).partition(', ')[2]} of headroom"
        parts.append(
            f"{counted(result.enough, 'replica')} {'is' if result.enough == 1 else 'are'} enough{room}"
        )
    if found[Carries.NOT_ENOUGH]:
        parts.append(f"{_listed(found[Carries.NOT_ENOUGH])} not enough")
    if found[Carries.UNKNOWN]:
        parts.append(f"of {' and '.join(map(str, found[Carries.UNKNOWN]))} it cannot be told")
    return f"At {rate(asked)}/s: {'; '.join(parts)}."


def _listed(counts: list[int]) -> str:
    return f"{' and '.join(map(str, counts))} {'is' if len(counts) == 1 else 'are'}"


def _signed(ratio: float) -> str:
    return f"{100 * ratio:+.0f} %"
