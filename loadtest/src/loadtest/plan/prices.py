"""
A user's own prices, with which ``loadtest size`` and ``loadtest compare`` turn what orders need into money.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from loadtest.errors import InputError
from loadtest.plan.plan_file import TomlKind
from loadtest.plan.plan_problems import problem_lines
from loadtest.plan.strict_model import StrictModel

EXAMPLE = "loadtest/plans/prices.toml"
_PRICES = TomlKind("price table", f"{EXAMPLE} is one to copy", EXAMPLE)

_Price = Annotated[float, Field(ge=0)] | None


class PriceTable(StrictModel):
    """
    Prices; one that is left out costs nothing and is not shown.
    """

    currency: Annotated[str, Field(min_length=1, max_length=20)] = Field(description="Shown beside each sum.")
    worker_core_hour: _Price = Field(default=None, description="One core of a worker for an hour.")
    worker_gib_hour: _Price = Field(default=None, description="One GiB of a worker's memory for an hour.")
    server_core_hour: _Price = Field(default=None, description="One core of the server for an hour.")
    million_actions: _Price = Field(default=None, description="A million actions.")
    million_state_transitions: _Price = Field(default=None, description="A million state transitions.")
    fixed_month: _Price = Field(default=None, description="What a month costs whatever the rate is.")


def price_text(table: PriceTable) -> str:
    """
    Write a price table as TOML, without the prices that were left out.
    """
    given = table.model_dump(exclude_none=True)
    # A JSON scalar is one of TOML as well.
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in given.items())


@dataclass(frozen=True, slots=True)
class SidePrices:
    """
    The prices of the two settings of a comparison, in one currency.

    Attributes:
        a, b: Prices of each setting; the same where one file was given.
    """

    a: PriceTable
    b: PriceTable


def read_prices(path: Path, flag: str = "--prices") -> PriceTable:
    """
    Read a price table.

    Args:
        path: The file.
        flag: The flag that named it.

    Raises:
        InputError: The file is missing, is not TOML or does not fit; one line for each problem.
    """
    name = f"{flag} {path}"
    document = _PRICES.document(name, _PRICES.read(path, name))
    try:
        return PriceTable.model_validate(document)
    except ValidationError as error:
        known = ", ".join(PriceTable.model_fields)
        lines = [
            f"{name}: {line.partition('; did you mean')[0].partition(' (loadtest/')[0]}; the keys are {known}"
            for line in problem_lines(document, error)
        ]
        raise InputError("\n".join(lines)) from None
