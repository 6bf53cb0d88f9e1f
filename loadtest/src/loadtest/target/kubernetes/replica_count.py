"""
The replica count of the workers that a sweep scales in a cluster: the object that has it, and what the sweep asks of it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from loadtest.errors import TargetError
from loadtest.target.kubernetes.pods import Pods
from loadtest.target.kubernetes.refusal_patience import RefusalPatience

# How long the end of a sweep tries to restore the count.
_RESTORE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Fleet:
    """
    The pods under one replica count.

    Attributes:
        selector: Selector that takes these pods, as the API writes selectors.
        annotations: Annotations of the object that has the count.
        deployment: Deployment whose pods alone are meant, as others may carry its labels; ``None`` for all that the
            selector takes.
    """

    selector: str
    annotations: Mapping[str, str]
    deployment: str | None = None


class Scalable(Protocol):
    """
    An object with a replica count that a sweep may set.
    """

    @property
    def namespace(self) -> str:
        """
        The namespace of its pods.
        """
        ...

    def look(self) -> Fleet:
        """
        Return its pods' selector and its annotations.

        Raises:
            InputError: The object does not exist, or something else owns its count.
        """
        ...

    def replicas(self) -> int:
        """
        Return the wanted count.
        """
        ...

    def scale(self, replicas: int) -> None:
        """
        Ask for a count; does not wait for the pods.
        """
        ...

    def refusal_look(self, pods: Pods) -> Callable[[], str]:
        """
        Return what tells why the API server refuses pods of the object since a scaling that begins now; empty where it
        does not.
        """
        ...


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
