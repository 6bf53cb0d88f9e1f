"""
The file that Locust loads in injectors, and in all processes of an interactive run, where one user is one arrival per
second.

It connects the parts to Locust's events and decides nothing else. Importing it uses no network and makes no client, as
Locust imports it before ``--processes`` forks.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import gevent
import temporalio.runtime
from locust import events
from locust.env import Environment
from locust.runners import MasterRunner, WorkerRunner

from loadtest.errors import InputError
from loadtest.injector.arrivals_user import ArrivalsUser
from loadtest.injector.injector_lifecycle import InjectorLifecycle
from loadtest.injector.interactive import Interactive, add_arguments, drain_before_quitting
from loadtest.injector.locust_worker import LocustWorker

# A client made before the fork would hang in every child; this makes it an error.
temporalio.runtime.Runtime.prevent_default()  # type: ignore[no-untyped-call]


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]
def _arguments(parser: argparse.ArgumentParser, **_: Any) -> None:
    add_arguments(parser)


@events.init.add_listener  # type: ignore[untyped-decorator]
def _wire(environment: Environment, **_: Any) -> None:
    # The imports took a while, and a --run-time counted from before them would end early.
    gevent.get_hub().loop.update_now()
    runner = environment.runner
    if isinstance(runner, MasterRunner):
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
