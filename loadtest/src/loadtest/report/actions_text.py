"""
The actions of one order by their kinds, in words.
"""

from __future__ import annotations

from collections.abc import Mapping

from loadtest.catalogue.action_kinds import action_kind
from loadtest.report.numbers import listed, rate


def actions_text(number_by_type: Mapping[str, float]) -> str:
    """
    Return the numbers with their kinds, such as "6 activities and 1 start".

    Args:
        number_by_type: Actions of one order by the server's ``action_type``; one at least.
    """
    return listed([f"{rate(number)} {action_kind(kind, number)}" for kind, number in number_by_type.items()])
