"""
A setting: values of the plan's keys by their paths, and how it is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loadtest.plan.plan_tables import DynamicValue

Setting = tuple[tuple[str, DynamicValue], ...]
"""
Values of the plan's keys by their paths.
"""


def setting_text(setting: Setting) -> str:
    """
    Write a setting as a user gives it, such as ``worker.sandbox=true``.
    """
    return " ".join(f"{path}={value_text(value)}" for path, value in setting)


def value_text(value: DynamicValue) -> str:
    """
    Write one value as a user gives it.
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def changed_keys(table: str, given: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, str]:
    """
    Return the keys of a plan's table whose values are not the usual ones, each written as ``table.key=value``.
    """
    return {key: f"{table}.{key}={value_text(value)}" for key, value in given.items() if value != usual[key]}
