"""
The strictness that every table of a plan shares.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError


class StrictModel(BaseModel):
    """
    A table of a plan: unknown keys, wrong types and numbers that are not finite are refused.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def problem(text: str, *location: str | int, value: Any = None) -> InitErrorDetails:
    """
    Return one problem of a table; braces in the text stay unchanged.

    Args:
        text: What was expected and what to write instead.
        location: Keys and indices from the table down to the value.
        value: The value that was given.
    """
    told = PydanticCustomError("plan_rule", "{told}", {"told": text})
    return InitErrorDetails(type=told, loc=location, input=value)


def refuse(title: str, problems: list[InitErrorDetails]) -> None:
    """
    Raise all problems of a validator at once; without problems nothing is raised.

    Raises:
        ValidationError: There is at least one problem; pydantic puts the location of the table before each.
    """
    if problems:
        raise ValidationError.from_exception_data(title, problems)
