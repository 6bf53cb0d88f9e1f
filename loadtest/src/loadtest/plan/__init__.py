"""
What a user asks for: the plan with every key, default and bound, and the file from which it is read.
"""

from loadtest.plan.loads import ArrivalKind, Arrivals, Fraction, Load, LoadKind, Open, Saturate
from loadtest.plan.plan_file import PlanFile, parse_plan
from loadtest.plan.plan_model import DEFAULT_LOADS, Plan
from loadtest.plan.plan_problems import KEYS_PAGE
from loadtest.plan.plan_tables import (
    DynamicValue,
    ServerSetup,
    Slo,
    Timeouts,
    Work,
    WorkerSetup,
)

__all__ = [
    "DEFAULT_LOADS",
    "KEYS_PAGE",
    "ArrivalKind",
    "Arrivals",
    "DynamicValue",
    "Fraction",
    "Load",
    "LoadKind",
    "Open",
    "Plan",
    "PlanFile",
    "Saturate",
    "ServerSetup",
    "Slo",
    "Timeouts",
    "Work",
    "WorkerSetup",
    "parse_plan",
]
