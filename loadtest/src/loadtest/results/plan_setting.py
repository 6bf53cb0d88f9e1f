"""
A setting: values of the plan's keys by their paths, and how it is written.
"""

from __future__ import annotations

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
