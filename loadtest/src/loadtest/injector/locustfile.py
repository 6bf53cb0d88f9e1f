"""
What Locust loads: planned runs that a sweep conducts, and interactive ones where one user is one arrival a second.

It wires the parts to Locust's events and decides nothing else.  Importing it touches no network and makes no
client, since Locust imports it before ``--processes`` forks.
"""

from __future__ import annotations

import os
from typing import Any

import temporalio.runtime
from locust import User, constant, events, task
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from loadtest.injector import control
from loadtest.injector.conductor import Conductor
from loadtest.injector.follower import Follower
from loadtest.injector.process import Process

# A client made before the fork would hang in every child; this makes it an error.
temporalio.runtime.Runtime.prevent_default()  # type: ignore[no-untyped-call]


class Arrivals(User):  # type: ignore[misc]  # locust ships no types
    """
    An idle greenlet.
    """

    wait_time = constant(1e7)  # it waits, so that Locust stops it at once

    @task  # type: ignore[untyped-decorator]
    def idle(self) -> None:
        """
        Do nothing.
        """


@events.init.add_listener  # type: ignore[untyped-decorator]
def _wire(environment: Environment, **_: Any) -> None:
    runner = environment.runner
    descriptor = os.environ.get(control.DESCRIPTOR)
    if isinstance(runner, MasterRunner):
        if descriptor is not None:
            Conductor(environment, int(descriptor))
        return
    process = Process(environment)
    if isinstance(runner, WorkerRunner):
        Follower(environment, process)
    environment.events.quitting.add_listener(lambda **_: process.close())
    environment.events.quit.add_listener(lambda exit_code, **_: process.leave(exit_code))
