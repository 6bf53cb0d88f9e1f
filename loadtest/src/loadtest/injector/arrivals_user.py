"""
The class of users that Locust finds in the file of an injector and in that of a sweep's master.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from locust import User, constant, task

if TYPE_CHECKING:
    from loadtest.injector.interactive import Interactive


class ArrivalsUser(User):  # type: ignore[misc]  # locust ships no types
    """
    One arrival per second, as an idle greenlet.
    """

    wait_time = constant(1e7)  # it waits, so that Locust stops it at once
    interactive: ClassVar[Interactive | None] = None

    def on_start(self) -> None:
        """
        Add this user's arrivals.
        """
        if self.interactive is not None:
            self.interactive.add_user(1)

    def on_stop(self) -> None:
        """
        Remove this user's arrivals.
        """
        if self.interactive is not None:
            self.interactive.add_user(-1)

    @task  # type: ignore[untyped-decorator]
    def idle(self) -> None:
        """
        Do nothing.
        """
