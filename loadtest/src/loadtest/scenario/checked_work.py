"""
Checks what a scenario, which is the user's code, says of its orders' work before it is used.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

from loadtest.errors import InputError
from loadtest.plan import Work

DrawnWork = Callable[[Work, int], Sequence[float] | None]
WANTED = "`def drawn_work(work, seed)`, which returns the seconds of an order's activities or None"


def is_drawn_work(given: object) -> bool:
    """
    Tell whether an object can be called as a scenario's ``drawn_work``.
    """
    if not callable(given) or inspect.iscoroutinefunction(given):
        return False
    try:
        inspect.signature(given).bind(Work(), 0)
    except (TypeError, ValueError):
        return False
    return True


def checked_work(drawn_work: DrawnWork, scenario: str) -> DrawnWork:
    """
    Return the same function, which now raises ``InputError`` where it fails or returns something else than seconds.

    Args:
        drawn_work: Function of the scenario.
        scenario: Name of the scenario.
    """

    def drawn(work: Work, seed: int) -> Sequence[float] | None:
        try:
            seconds: Any = drawn_work(work, seed)
        except (Exception, SystemExit) as error:
            raise InputError(
                f"scenario {scenario}: `drawn_work` broke ({type(error).__name__}: {error}); write {WANTED}"
            ) from error
        if seconds is None or _are_seconds(seconds):
            return seconds  # type: ignore[no-any-return]  # looked at just now
        raise InputError(f"scenario {scenario}: `drawn_work` returned {seconds!r:.80}; write {WANTED}")

    return drawn


def _are_seconds(given: object) -> bool:
    return (
        isinstance(given, Sequence)
        and len(given) > 0
        and all(isinstance(one, int | float) and 0 <= one < math.inf for one in given)
    )
