"""
The answer of ``loadtest size`` as lines for a terminal.
"""

from __future__ import annotations

from loadtest.analysis.estimators.usual_scatter import CONFIDENCE
from loadtest.plural import plural
from loadtest.report.numbers import actions_text, money, rate
from loadtest.report.text_lines import fitted, text_table
from loadtest.results.sizing_result import Basis, Sized, SizedCost, SizingResult
from loadtest.results.sweep_result import Interval


def sizing_text(result: SizingResult, width: int | None = None) -> str:
    """
    Write the answer: the sentence, the table, what an order costs, and the notes.

    Args:
        result: Answer.
        width: Width of the terminal in characters; ``None`` breaks no line.
    """
    needed = [
        ("needed", "value", "interval", "stands on"),
        *(_row(one) for one in (result.replicas, *result.quantities)),
    ]
    above = [*fitted(_headline(result), width), "", *_table(needed, width)]
    lines = []
    if any(one.needed is not None for one in (result.replicas, *result.quantities)):
        lines.append(f"All of these intervals hold at once in {100 * CONFIDENCE:.0f} of 100 answers.")
    lines += ["", *(_cost(cost) for cost in result.costs), f"contention: {result.contention}"]
    if result.actions_per_order:
        total = sum(result.actions_per_order.values())
        lines.append(f"actions of an order: {rate(total)} ({actions_text(result.actions_per_order)})")
    if result.prices:
        lines += ["", *_prices(result, width)]
    lines += [
        f"refused: {one.quantity}: {one.why}" for one in result.quantities if one.basis is Basis.REFUSED
    ]
    lines += [f"note: {note}" for note in result.notes]
    return "\n".join([*above, *(piece for line in lines for piece in fitted(line, width))]) + "\n"


def _headline(result: SizingResult) -> str:
    asked = f"{rate(result.arrival_rate)} orders/s with {result.slo}"
    needed = result.replicas.needed
    if needed is None:
        return f"{asked}: not known, {result.replicas.why}"
    told = f"{needed.value:.0f} {plural(needed.value, 'replica')}"
    ends = f"{needed.low or 1:.0f} to {'?' if needed.high is None else f'{needed.high:.0f}'}"
    if needed.low != needed.high:
        told += f" ({ends})"
    beyond = (
        ""
        if result.replicas.basis is Basis.MEASURED
        else f"; beyond what was measured: {result.replicas.why}"
    )
    return f"{asked}: {told}{beyond}"


def _row(one: Sized) -> tuple[str, str, str, str]:
    name = one.quantity if one.unit == one.quantity else f"{one.quantity}, {one.unit}"
    if one.needed is None:
        return name, "not known", "", "refused"
    basis = "measured" if one.basis is Basis.MEASURED else f"beyond: {one.why}"
    return name, _number(one.needed.value, one), _ends(one.needed, one), basis


def _number(value: float | None, one: Sized) -> str:
    if value is None:
        return "?"
    return f"{value:.0f}" if one.unit == "replicas" else rate(value)


def _ends(value: Interval, one: Sized) -> str:
    return f"{_number(value.low, one)} to {_number(value.high, one)}"


def _cost(cost: SizedCost) -> str:
    if cost.idle_cores is None or cost.marginal_seconds is None:
        return f"{cost.part}: cost not known, {cost.why}"
    idle, each = cost.idle_cores, cost.marginal_seconds
    of = "a replica" if cost.part == "worker" else "in all"
    return (
        f"{cost.part}: {rate(each.value * 1000)} ms CPU an order "
        f"({rate((each.low or 0) * 1000)} to {rate((each.high or 0) * 1000)}) "
        f"beside {idle.value:.3f} cores idle {of} ({idle.low or 0:.3f} to {idle.high or 0:.3f})"
    )


def _prices(result: SizingResult, width: int | None) -> list[str]:
    rows = [(f"{result.currency} a month", "value", "interval", "")]
    for one in result.prices:
        if one.per_month is None:
            rows.append((one.item, "not known", "", one.why))
        else:
            ends = ["?" if end is None else money(end) for end in (one.per_month.low, one.per_month.high)]
            rows.append((one.item, money(one.per_month.value), f"{ends[0]} to {ends[1]}", ""))
    return _table(rows, width)


def _table(rows: list[tuple[str, str, str, str]], width: int | None) -> list[str]:
    return text_table(rows, width, left=(0, 3))
