"""
Locust's worker in a planned run: takes its share of each instruction from the master and reports.

It decides nothing; ``Injector`` carries the share out, in the bridge's thread.
"""

from __future__ import annotations

import logging
import os
import time
from typing import Any

from locust.env import Environment
from locust.rpc import Message
from locust.runners import WorkerRunner

from loadtest.errors import InputError, LoadtestError
from loadtest.injector.injector import Injector
from loadtest.injector.injector_lifecycle import InjectorLifecycle
from loadtest.injector.locust_master import END, HELLO, PREPARE, READY, REPORT, SECOND, SHARE
from loadtest.injector.locust_messages import InstructionPart, step_of_share
from loadtest.results.document import from_message, to_plain
from loadtest.results.injector_report import InjectorSecond

log = logging.getLogger(__name__)


class LocustWorker:
    """
    One injector of a planned run. In an interactive run the master sends no instruction, so this does nothing.
    """

    def __init__(self, environment: Environment, process: InjectorLifecycle) -> None:
        runner = environment.runner
        assert isinstance(runner, WorkerRunner)
        self._runner = runner
        self._process = process
        self._injector: Injector | None = None
        runner.register_message(PREPARE, self._on_prepare, concurrent=True)
        runner.register_message(END, self._on_end, concurrent=True)
        runner.register_message(SHARE, self._on_share, concurrent=True)
        runner.send_message(HELLO, None)

    def _on_prepare(self, **_: Any) -> None:
        heard_at = time.time()
        problem = None
        try:
            if self._injector is None:
                self._injector = self._process.injector()
        except LoadtestError as error:
            problem = str(error)
        clock = {"heard_at": heard_at, "answered_at": time.time()}
        self._runner.send_message(READY, {"problem": problem, "pid": os.getpid(), **clock})

    def _on_end(self, msg: Message, **_: Any) -> None:
        injector = self._injector
        assert injector is not None  # a step runs, so the master found this one ready

        async def end_window() -> None:
            injector.end_window(msg.data["at"])

        self._process.bridge.submit(end_window)

    def _on_share(self, msg: Message, **_: Any) -> None:
        assert self._injector is not None  # the master deals shares only to those that are ready
        step = step_of_share(msg.data)
        answer: dict[str, Any] = {"step": step, "problem": None, "is_of_input": False, "report": None}
        answer["heard_at"] = time.time()

        def each_second(second: InjectorSecond) -> None:  # in the loop's thread
            said = {"step": step, "second": to_plain(second)}
            self._process.bridge.post(self._runner.send_message, SECOND, said)

        try:
            share = from_message(InstructionPart, msg.data, "Locust's master")
            report = self._process.bridge.submit(self._injector.carry_out, share, each_second)
            answer["report"] = to_plain(report)
        except LoadtestError as error:
            answer["problem"] = str(error)
            answer["is_of_input"] = isinstance(error, InputError)
        except Exception as error:  # a defect: it is told, not only logged, or the master would wait for it
            if self._process.leaving:
                log.warning("told to end in the middle of step %s", step)
                return  # the master takes it for vanished, and the reports of the others stand
            log.exception("the share of step %s broke", step)
            answer["problem"] = f"{type(error).__name__}: {error}"
        answer["answered_at"] = time.time()
        self._runner.send_message(REPORT, answer)
