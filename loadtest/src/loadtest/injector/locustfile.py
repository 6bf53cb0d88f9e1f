"""
The file that Locust loads: for planned runs of a sweep, and for interactive runs where one user is one arrival per
second.

It connects the parts to Locust's events and decides nothing else. Importing it uses no network and makes no client, as
Locust imports it before ``--processes`` forks.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any, ClassVar

import gevent
import temporalio.runtime
from locust import User, constant, events, task
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from loadtest.errors import InputError
from loadtest.injector import control_messages
from loadtest.injector.injector_lifecycle import InjectorLifecycle
from loadtest.injector.interactive import Interactive, add_arguments, drain_before_quitting
from loadtest.injector.locust_master import LocustMaster
from loadtest.injector.locust_worker import LocustWorker

# A client made before the fork would hang in every child; this makes it an error.
temporalio.runtime.Runtime.prevent_default()  # type: ignore[no-untyped-call]


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


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]
def _arguments(parser: argparse.ArgumentParser, **_: Any) -> None:
    add_arguments(parser)


@events.init.add_listener  # type: ignore[untyped-decorator]
def _wire(environment: Environment, **_: Any) -> None:
    # The imports took a while, and a --run-time counted from before them would end early.
    gevent.get_hub().loop.update_now()
    runner = environment.runner
    if isinstance(runner, MasterRunner):
        descriptor = os.environ.get(control_messages.DESCRIPTOR)
        if descriptor is not None:
            LocustMaster(environment, int(descriptor))
        else:
            drain_before_quitting(environment)
        return
    process = InjectorLifecycle(environment)
    try:
        process.serve_metrics()
    except InputError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(error.exit_code)
    if isinstance(runner, WorkerRunner):
        LocustWorker(environment, process)
    ArrivalsUser.interactive = Interactive(environment, process)
    environment.events.quitting.add_listener(lambda **_: process.close())
    environment.events.quit.add_listener(lambda exit_code, **_: process.leave(exit_code))
