"""
How long a refusal is borne of an API server that has just been started.

For some seconds it knows no Role and no login yet, and refuses what it allows before and after, where no balancer waits
until it is ready.
"""

from __future__ import annotations

import time

from loadtest.errors import TargetError
from loadtest.target.kubernetes.api import lacks_a_right, no_answer

# An API server 1.34.3 that had just begun to listen refused for two seconds.
REFUSED_SECONDS = 20.0


class RefusalPatience:
    """
    The refusals of one kind of request, one after the other.
    """

    def __init__(self) -> None:
        self._first = self._last = float("-inf")

    def bears(self, error: TargetError) -> bool:
        """
        Tell whether an error may pass by itself: the cluster does not answer, or has refused a right for less than some
        seconds.
        """
        if no_answer(error):
            return True
        now = time.monotonic()
        if now - self._last > REFUSED_SECONDS:
            self._first = now
        self._last = now
        return lacks_a_right(error) and now - self._first < REFUSED_SECONDS
