"""
Load that people set by Locust's own means: each user is one arrival per second.

So users, ``--spawn-rate``, a LoadTestShape, the web page's field and ``--processes`` set and split an arrival rate of
the open model.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import math
import os
import time
import uuid
from dataclasses import dataclass
from typing import Any

import gevent
import gevent.lock
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner, WorkerRunner

from loadtest import arrivals
from loadtest.errors import LoadtestError
from loadtest.injector.injector_lifecycle import InjectorLifecycle
from loadtest.injector.locust_master import HELLO
from loadtest.injector.pacing import AdjustablePacer
from loadtest.injector.start_settings import start_settings
from loadtest.injector.starts import Starts
from loadtest.injector.tally import Bounds, Tally
from loadtest.plan import ArrivalKind

DRAIN, DRAINED = "loadtest_drain", "loadtest_drained"
# Longest time for an injector's answer after its drain.
_ANSWER_SECONDS = 3.0

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """
    Add the settings of an interactive run as flags, environment variables and fields of the web page.
    """
    group: Any = parser.add_argument_group("Load on Temporal; connect by TEMPORAL_ADDRESS and its like")

    def argument(flag: str, default: object, text: str) -> None:
        variable = "LOADTEST_" + flag.removeprefix("--").replace("-", "_").upper()
        group.add_argument(flag, type=type(default), default=default, env_var=variable, help=text)

    argument("--scenario", "repair", "What one arrival does: a name, or the path of a file")
    argument("--task-queue", "repair-shop", "Where workflows are started")
    argument("--arrivals", "poisson", "poisson or constant")
    argument("--rate-per-user", 1.0, "Arrivals a second that one user is worth")
    argument("--seed", 1, "Of the arrivals and of the orders")
    argument("--work-seconds", 0.0, "Mean time that each activity waits")
    argument("--max-in-flight", 2000, "Beyond it arrivals wait at the injector, per process")
    argument("--drain-seconds", 30.0, "How long open workflows are waited for at the end")
    group.add_argument(
        "--yes",
        action="store_true",
        env_var="LOADTEST_YES",
        help="Start as many workflows as users ask for on a server that others may use",
    )


@dataclass(slots=True)
class _Run:
    flights: Starts
    faucet: AdjustablePacer
    tally: Tally


class Interactive:
    """
    The interactive side of one injector process.
    """

    def __init__(self, environment: Environment, process: InjectorLifecycle) -> None:
        self._environment = environment
        self._process = process
        self._run: _Run | None = None
        self._rate = 0.0
        self._broken = False
        self._beginning = gevent.lock.RLock()
        runner = environment.runner
        if isinstance(runner, WorkerRunner):
            runner.register_message(DRAIN, self._on_drain, concurrent=True)
        else:
            environment.events.test_stopping.add_listener(lambda **_: self._drain())
        environment.events.test_start.add_listener(lambda **_: self._forget())

    def add_user(self, sign: int) -> None:
        """
        Add (1) or remove (-1) the arrivals of one user.
        """
        self._rate = max(0.0, self._rate + sign * self._options.rate_per_user)
        with self._beginning:  # users come while the first one still connects
            if self._run is None and sign > 0 and not self._broken:
                self._try_to_begin()
        if self._run is not None:
            self._process.bridge.call_soon(self._run.faucet.set_rate, self._rate)

    def _try_to_begin(self) -> None:
        try:
            self._run = self._begin()
        except LoadtestError as error:
            self._broken = True  # told once, not once a user
            log.error("error: %s", error)
            self._environment.process_exit_code = error.exit_code
            gevent.spawn(self._environment.runner.quit)

    @property
    def _options(self) -> Any:
        return self._environment.parsed_options

    def _forget(self) -> None:
        self._rate, self._broken = 0.0, False

    def _begin(self) -> _Run:
        options = self._options
        # Different for each process: what is made at import, or drawn from the seed alone, is the same in all of them.
        name = f"{uuid.uuid4().hex[:8]}-{os.getpid()}"
        terms = start_settings(options, name, os.environ)
        gaps = arrivals.unit_gaps(ArrivalKind(options.arrivals), options.seed + self._index)
        injector = self._process.injector()
        tally = Tally(Bounds(-math.inf, math.inf))
        flights = injector.flights(terms, tally)
        faucet = AdjustablePacer(gaps, itertools.count(), flights)
        self._process.bridge.submit(faucet.open)
        log.info("orders are %s-<n> on task queue %s", name, options.task_queue)
        return _Run(flights, faucet, tally)

    @property
    def _index(self) -> int:
        return max(0, getattr(self._environment.runner, "worker_index", 0))

    def _on_drain(self, **_: Any) -> None:
        self._drain()
        runner = self._environment.runner
        # Locust's own way to report early is private; without it the last results may miss the master's table, which
        # waits only half a second for them after it has told all injectors to quit.
        runner._send_stats()
        runner.send_message(DRAINED, None)

    def _drain(self) -> None:
        """
        Stop arrivals and wait for open workflows, so that the slowest results are not lost with the run.
        """
        run, self._run = self._run, None
        if run is None:
            return
        deadline = time.perf_counter() + self._options.drain_seconds
        open_at_end = self._process.bridge.submit(_stop, run.faucet, run.flights, deadline)
        self._process.bridge.flush()
        whole = run.tally.whole
        log.info(
            "offered %d, sent %d, completed %d, failed %s, open at the end %d, lag p99 %.1f ms",
            whole.offered,
            whole.sent,
            whole.completed,
            {str(failure): number for failure, number in whole.failed.items()},
            open_at_end,
            run.tally.lag.get_value_at_percentile(99) / 1000,
        )


def drain_before_quitting(environment: Environment) -> None:
    """
    Have the master of an interactive run wait for its injectors to drain.

    Locust itself waits only half a second for the last results: in a trial a third of them was lost, the slowest ones.
    """
    runner = environment.runner
    assert isinstance(runner, MasterRunner)
    waiting: set[str] = set()
    runner.register_message(HELLO, lambda **_: None)  # nothing is planned here
    runner.register_message(DRAINED, lambda msg, **_: waiting.discard(msg.node_id))

    def drain(**_: Any) -> None:
        waiting.update(client.id for client in runner.clients.all if client.state != STATE_MISSING)
        for client_id in sorted(waiting):
            runner.send_message(DRAIN, None, client_id)
        deadline = time.monotonic() + environment.parsed_options.drain_seconds + _ANSWER_SECONDS
        while waiting and time.monotonic() < deadline:
            gevent.sleep(0.05)
        if waiting:
            log.error("injectors that did not drain: %s", ", ".join(sorted(waiting)))
            waiting.clear()

    environment.events.test_stopping.add_listener(drain)


async def _stop(faucet: AdjustablePacer, flights: Starts, deadline: float) -> int:
    faucet.close()
    return await flights.drain(deadline)
