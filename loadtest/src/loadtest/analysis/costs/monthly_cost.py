"""
What a rate costs a month with the user's own prices.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.plan.prices import PriceTable
from loadtest.results.sizing_result import Priced, Sized
from loadtest.results.sweep_result import Interval

HOURS_OF_A_MONTH = 730.0
_MILLION = 1e6
_SECONDS_OF_AN_HOUR = 3600.0
# Key of the price -> the quantity that it prices, and the number of its units in a month.
_PRICED = {
    "worker_core_hour": ("worker cores", HOURS_OF_A_MONTH),
    "worker_gib_hour": ("worker memory", HOURS_OF_A_MONTH),
    "server_core_hour": ("server cores", HOURS_OF_A_MONTH),
    "million_actions": ("actions", HOURS_OF_A_MONTH * _SECONDS_OF_AN_HOUR / _MILLION),
    "million_state_transitions": ("state transitions", HOURS_OF_A_MONTH * _SECONDS_OF_AN_HOUR / _MILLION),
}


def priced(prices: PriceTable, quantities: Sequence[Sized]) -> tuple[Priced, ...]:
    """
    Price what a rate needs; the last entry is the sum, which is not known if one of its parts is not.
    """
    by_name = {one.quantity: one for one in quantities}
    found = []
    for key, (name, units) in _PRICED.items():
        price: float | None = getattr(prices, key)
        if price is None:
            continue
        sized = by_name[name]
        if sized.needed is None:
            found.append(Priced(key, None, f"{name} are not known: {sized.why}"))
        else:
            found.append(Priced(key, _scaled(sized.needed, price * units)))
    if prices.fixed_month is not None:
        found.append(
            Priced("fixed_month", Interval(prices.fixed_month, prices.fixed_month, prices.fixed_month))
        )
    return (*found, _sum(found))


def _scaled(value: Interval, factor: float) -> Interval:
    return Interval(
        value.value * factor,
        None if value.low is None else value.low * factor,
        None if value.high is None else value.high * factor,
    )


def _sum(parts: Sequence[Priced]) -> Priced:
    unknown = [part.item for part in parts if part.per_month is None]
    if unknown:
        return Priced("sum", None, f"{', '.join(unknown)} cannot be told")
    told = [part.per_month for part in parts if part.per_month is not None]
    lows, highs = [one.low for one in told], [one.high for one in told]
    return Priced(
        "sum",
        Interval(
            sum(one.value for one in told),
            None if None in lows else sum(low for low in lows if low is not None),
            None if None in highs else sum(high for high in highs if high is not None),
        ),
    )
