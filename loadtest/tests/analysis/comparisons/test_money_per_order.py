"""
What an order costs at the user's prices, on blocks whose use is known.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps

from loadtest.analysis import read_step
from loadtest.analysis.comparisons.compared_quantities import QUANTITIES
from loadtest.analysis.comparisons.money_per_order import compared_quantities, money_note, prices_an_order
from loadtest.analysis.comparisons.settings_comparison import Block, compare_settings
from loadtest.plan.prices import PriceTable, SidePrices
from loadtest.results.comparison_result import MONEY, QuantityComparison, Standing
from loadtest.results.measured_step import Measured

PLAN = synthetic_steps.demo_plan()


def _block(actions: int, orders: int) -> Block:
    """
    Return a block whose server counted so many actions of each of so many orders.
    """
    step = synthetic_steps.step(1, "saturate", plan=PLAN)
    assert step.server_whole is not None
    counters = {"server.workflow_closed": orders, "server.actions": actions * orders}
    kinds = {"command_ScheduleActivityTask": (actions - 1) * orders, "grpc_StartWorkflowExecution": orders}
    whole = replace(
        step.server_whole,
        counters=step.server_whole.counters | counters,
        by_label=step.server_whole.by_label | {"server.actions": kinds},
    )
    measured: Measured = replace(step, server_whole=whole)
    return measured, read_step(measured, PLAN)


def _money(prices: PriceTable, *actions: int, b: PriceTable | None = None) -> QuantityComparison:
    sides = SidePrices(prices, b or prices)
    blocks = [_block(number, orders) for number, orders in zip(actions, (48, 53, 61, 57), strict=True)]
    return next(one for one in compare_settings([blocks] * 3, PLAN, prices=sides) if one.quantity == MONEY)


def test_actions_cost_what_they_are_many() -> None:
    """
    Seven actions of an order, five with the change, at 2 coins a million: counted, so without a width.
    """
    found = _money(PriceTable(currency="coins", million_actions=2.0), 7, 5, 5, 7)

    assert (found.a, found.b) == (pytest.approx(14), pytest.approx(10))
    assert (found.low, found.ratio, found.high) == pytest.approx((5 / 7,) * 3)
    assert found.standing is Standing.BETTER
    assert found.unit == "coins a million orders"


def test_parts_are_added_in_their_units() -> None:
    """
    A core for an hour is 3,600 s of CPU, and CPU that is counted in a window is no finer than the window's edges.
    """
    measured, result = _block(7, 50)
    cpu = QUANTITIES["worker-cpu"].of(measured, result, PLAN)
    assert isinstance(cpu, float)
    prices = PriceTable(currency="coins", worker_core_hour=3600.0, million_actions=2.0)

    found = _money(prices, 7, 7, 7, 7)

    assert found.a == pytest.approx(1e6 * cpu + 14)
    assert found.low is not None and found.high is not None and found.low < 1 < found.high


def test_each_setting_is_priced_by_its_own_table() -> None:
    """
    Actions at 2 coins a million in A and at 5 in B: the same seven actions cost two and a half times as much, and B's table
    prices what A's does not.
    """
    two, five = (PriceTable(currency="coins", million_actions=price) for price in (2.0, 5.0))
    by_cores = PriceTable(currency="coins", worker_core_hour=3600.0)

    found = _money(two, 7, 7, 7, 7, b=five)

    assert (found.a, found.b) == (pytest.approx(14), pytest.approx(35))
    assert found.ratio == pytest.approx(2.5)
    assert found.standing is Standing.WORSE
    measured, result = _block(7, 50)
    cpu = QUANTITIES["worker-cpu"].of(measured, result, PLAN)
    assert isinstance(cpu, float)
    assert _money(two, 7, 7, 7, 7, b=by_cores).b == pytest.approx(1e6 * cpu)


def test_a_part_that_is_not_known_leaves_the_sum_unknown() -> None:
    """
    A sum without a part would look cheap.
    """
    step = replace(synthetic_steps.step(1, "saturate", plan=PLAN), server_whole=None)
    prices = PriceTable(currency="coins", million_actions=2.0, worker_core_hour=1.0)
    (*_, money) = compared_quantities(SidePrices(prices, prices))

    told = money["A"].of(step, read_step(step, PLAN), PLAN)

    assert isinstance(told, str)
    assert told.startswith("actions, which million_actions prices, is not known: ")


def test_money_is_compared_with_prices_alone() -> None:
    """
    Without them there is no such row.
    """
    blocks = [_block(7, 50)] * 4

    assert MONEY not in {one.quantity for one in compare_settings([blocks] * 3, PLAN)}


def test_what_belongs_to_no_order_is_told() -> None:
    """
    A price of memory or of a month is not silently left out.
    """
    prices = PriceTable(currency="coins", million_actions=2.0, worker_gib_hour=1.0, fixed_month=9.0)

    assert money_note(SidePrices(prices, prices)) == (
        "money is what an order used, at your prices: actions; "
        "not in it: cores that idle, memory, what a month costs whatever the rate is"
    )
    assert prices_an_order(prices)
    assert not prices_an_order(PriceTable(currency="coins", worker_gib_hour=1.0, million_actions=0.0))
