"""
The count of workers that a sweep asks for, and the one that it restores at the end.
"""

from __future__ import annotations

import threading
import time

from loadtest.errors import TargetError
from loadtest.target.kubernetes.refusal_patience import RefusalPatience
from loadtest.target.kubernetes.scaled_pods import Scalable

# How long the end of a sweep tries to restore the count.
_RESTORE_SECONDS = 60.0


class WantedCount:
    """
    The workers' replica count while a sweep has them.
    """

    def __init__(self, workers: Scalable, pause_seconds: float) -> None:
        """
        Args:
            workers: The object that has the count.
            pause_seconds: How long to wait before a cluster that did not answer is asked again.
        """
        self._workers = workers
        self._pause_seconds = pause_seconds
        # An interrupted sweep does not wait for the thread that asks for a count: that thread must not ask after the
        # restored count.
        self._turn = threading.Lock()
        self._is_brought_back = False

    def read(self) -> int:
        """
        Return the count that the workers have now.
        """
        return self._workers.replicas()

    def ask(self, replicas: int) -> None:
        """
        Ask for a count; does nothing once a count was restored.
        """
        with self._turn:
            if not self._is_brought_back:
                self._workers.scale(replicas)

    def bring_back(self, replicas: int) -> None:
        """
        Restore a count, after any request under way; a cluster that does not answer is asked again for a minute.

        Raises:
            TargetError: The cluster refused, or did not answer for that long.
        """
        with self._turn:
            self._is_brought_back = True
            deadline = time.monotonic() + _RESTORE_SECONDS
            patience = RefusalPatience()
            while True:
                try:
                    self._workers.scale(replicas)
                except TargetError as error:
                    if not patience.bears(error) or time.monotonic() > deadline:
                        raise
                    time.sleep(self._pause_seconds)
                else:
                    return
