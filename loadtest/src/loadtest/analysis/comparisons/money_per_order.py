"""
What an order costs at the user's own prices: the CPU that it used, and the actions and state transitions that it made.
"""

from __future__ import annotations

from collections.abc import Mapping

from loadtest.analysis.comparisons.compared_quantities import QUANTITIES, Quantity
from loadtest.plan import Plan
from loadtest.plan.prices import PriceTable, SidePrices
from loadtest.results.comparison_result import MONEY
from loadtest.results.measured_step import Measured
from loadtest.results.step_result import StepResult

ORDERS = 1e6
"""
Orders whose sum is told, as one order costs too little to be read.
"""

_SECONDS_OF_AN_HOUR = 3600.0
# Key of the price -> the quantity of an order that it prices, how many of its units the price is for, and its name.
_PRICED = {
    "worker_core_hour": ("worker-cpu", _SECONDS_OF_AN_HOUR, "the worker's CPU"),
    "server_core_hour": ("server-cpu", _SECONDS_OF_AN_HOUR, "the server's CPU"),
    "million_actions": ("actions", 1e6, "actions"),
    "million_state_transitions": ("state-transitions", 1e6, "state transitions"),
}
ORDER_PRICES = tuple(_PRICED)
"""
Keys of the prices that an order's cost is made of.
"""

_OF_NO_ORDER = {
    "worker_gib_hour": "memory",
    "fixed_month": "what a month costs whatever the rate is",
}


def compared_quantities(prices: SidePrices | None) -> tuple[Mapping[str, Quantity], ...]:
    """
    Return the quantities by which settings are compared, each by the letter of the setting: money is one of them where
    there are prices, and each setting has its own.
    """
    alike = [dict.fromkeys("AB", quantity) for quantity in QUANTITIES.values()]
    return (*alike, *(() if prices is None else ({"A": _money(prices.a), "B": _money(prices.b)},)))


def prices_an_order(prices: PriceTable) -> bool:
    """
    Return whether any price is above 0 and for what one order uses.
    """
    return bool(_prices_of_order(prices))


def money_note(prices: SidePrices) -> str:
    """
    Say what money is made of, and what has a price and is not in it.
    """
    made = [", ".join(_PRICED[key][2] for key in _prices_of_order(table)) for table in (prices.a, prices.b)]
    parts = made[0] if prices.a == prices.b else f"in A {made[0]}; in B {made[1]}"
    tables = (prices.a, prices.b)
    left = [text for key, text in _OF_NO_ORDER.items() if any(getattr(table, key) for table in tables)]
    return f"{MONEY} is what an order used, at your prices: {parts}; not in it: {', '.join(('cores that idle', *left))}"


def _money(prices: PriceTable) -> Quantity:
    priced = _prices_of_order(prices)

    def of(measured: Measured, result: StepResult, plan: Plan) -> float | str:
        total = 0.0
        for key, price in priced.items():
            name, units, _ = _PRICED[key]
            used = QUANTITIES[name].of(measured, result, plan)
            if isinstance(used, str):
                return f"{name}, which {key} prices, is not known: {used}"
            total += price * used / units
        return total * ORDERS

    cut_by_edges = any(QUANTITIES[_PRICED[key][0]].per_order for key in priced)
    return Quantity(MONEY, f"{prices.currency} a million orders", False, of, per_order=cut_by_edges)


def _prices_of_order(prices: PriceTable) -> dict[str, float]:
    read = {key: getattr(prices, key) for key in _PRICED}
    return {key: price for key, price in read.items() if price}
