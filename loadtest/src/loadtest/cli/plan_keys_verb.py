"""
``loadtest plan-keys``: every key of a plan.
"""

from __future__ import annotations

import sys

from loadtest.plan.key_reference import key_reference


def plan_keys() -> None:
    """
    Describe every key of a plan, with its type, bounds and default.
    """
    sys.stdout.write(key_reference())
