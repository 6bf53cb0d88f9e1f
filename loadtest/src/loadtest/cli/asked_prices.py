"""
The price tables that a comparison is asked with: one file for both settings, or one for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loadtest.errors import InputError
from loadtest.plan.prices import PriceTable, SidePrices, read_prices

PRICE_FLAGS: Mapping[str, str] = {"prices": "--prices", "a_prices": "--a-prices", "b_prices": "--b-prices"}
"""
Parameters that name price tables -> their flags.
"""


def prices_of(parameters: Mapping[str, Any]) -> SidePrices | None:
    """
    Return the prices of both settings; ``None`` where no file was given.

    Args:
        parameters: Parameters of the verb, as far as they were given.

    Raises:
        InputError: A file cannot be used or prices nothing that an order uses, one of a pair is missing, or the two have
            different currencies.
    """
    files = {name: parameters[name] for name in PRICE_FLAGS if parameters.get(name) is not None}
    if not files:
        return None
    if "prices" in files and len(files) > 1:
        raise InputError(
            f"--prices {files['prices']}: prices both settings, and --a-prices and --b-prices one each; leave it out"
        )
    if len(files) == 1 and "prices" not in files:
        raise InputError(
            f"--prices of one setting alone ({next(iter(files.values()))}); give both --a-prices and --b-prices, or "
            "--prices for both"
        )
    tables = [_prices_of_orders(Path(file), PRICE_FLAGS[name]) for name, file in files.items()]
    a, b = tables[0], tables[-1]
    if a.currency != b.currency:
        raise InputError(
            f"--a-prices and --b-prices: currency {a.currency!r} and {b.currency!r}: sums of two currencies cannot be compared; "
            "write both tables in one"
        )
    return SidePrices(a, b)


def without_prices(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the parameters that name no price table.
    """
    return {name: value for name, value in parameters.items() if name not in PRICE_FLAGS}


def _prices_of_orders(path: Path, flag: str) -> PriceTable:
    # This import loads the parts that compare, which takes longer than the refusals above.
    from loadtest.analysis.comparisons.money_per_order import ORDER_PRICES, prices_an_order

    table = read_prices(path, flag)
    if not prices_an_order(table):
        raise InputError(
            f"{flag} {path}: prices nothing that an order uses; give one above 0 of {', '.join(ORDER_PRICES)}"
        )
    return table
