"""
Locust's master in a planned run: takes instructions from a sweep, shares them out and merges the reports.

It decides which injectors take part and when to give one up, and counts nothing itself.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import time
from dataclasses import replace
from typing import Any

import gevent
import gevent.lock
from locust.env import Environment
from locust.rpc import Message
from locust.runners import STATE_MISSING, MasterRunner

from loadtest import arrivals
from loadtest.errors import OtherVersionError
from loadtest.injector import control_messages
from loadtest.injector.clock_offset import ClockOffset
from loadtest.injector.locust_messages import InstructionPart, PartReport, Refusal, add_seconds, answers_step
from loadtest.injector.locust_process_use import largest_rss_bytes
from loadtest.injector.merge import merge
from loadtest.results.document import from_message, to_plain
from loadtest.results.injector_report import InjectorReport, InjectorSecond
from loadtest.results.problem import Problem, ProblemCause
from loadtest.results.step_instruction import StepInstruction

# Messages between master and injectors.
HELLO, PREPARE, READY = "loadtest_hello", "loadtest_prepare", "loadtest_ready"
SHARE, SECOND, REPORT = "loadtest_share", "loadtest_second", "loadtest_report"
END = "loadtest_end"

# An injector that has drained must report within this time.
_REPORT_GRACE_SECONDS = 15.0
_LOOK_EVERY_SECONDS = 0.1
# Locust calls a worker missing after 4 s without a heartbeat, which also happens on an overloaded machine.
_SILENCE_SECONDS = 12.0

log = logging.getLogger(__name__)


class LocustMaster:
    """
    One planned run: a control line on one side, injectors on the other.
    """

    def __init__(self, environment: Environment, descriptor: int) -> None:
        runner = environment.runner
        assert isinstance(runner, MasterRunner)
        self._runner = runner
        self._socket = socket.socket(fileno=descriptor)
        self._saying = gevent.lock.RLock()
        self._expected = int(os.environ[control_messages.EXPECTED])
        self._ready: dict[str, int] = {}  # process ids, in the order of their coming
        self._watched = bool(os.environ.get(control_messages.WATCHED))
        self._dead: set[str] = set()
        self._silent_since: dict[str, float] = {}
        self._seconds: dict[str, InjectorSecond] = {}
        self._reports: dict[str, PartReport] = {}
        self._refusals: dict[str, Refusal] = {}
        self._asked_at: dict[str, float] = {}
        self._step: str | None = None
        self._members: list[str] = []
        self._end_at = 0.0
        for name, listener in (
            (HELLO, self._on_hello),
            (READY, self._on_ready),
            (SECOND, self._on_second),
            (REPORT, self._on_report),
        ):
            runner.register_message(name, listener)
        gevent.spawn(self._take_messages)

    def _say(self, message: dict[str, Any]) -> None:
        with self._saying:  # a long line may be sent in parts, and other greenlets have something to say too
            self._socket.sendall(control_messages.line(message))

    # Messages of the injectors; Locust calls these.

    def _on_hello(self, msg: Message, **_: Any) -> None:
        self._asked_at[msg.node_id] = time.time()
        self._runner.send_message(PREPARE, None, msg.node_id)

    def _on_ready(self, msg: Message, **_: Any) -> None:
        problem, clock = msg.data["problem"], self._clock_problem(msg)
        if problem is None and clock is not None:
            problem = f"injector {msg.node_id}: {clock}"
        if problem is not None:
            log.error("injector %s cannot take part: %s", msg.node_id, problem)
            self._say({"refused": problem})
            return
        self._ready[msg.node_id] = msg.data["pid"]
        log.info("injector %s is ready, %d of %d", msg.node_id, len(self._ready), self._expected)
        self._say({"ready": len(self._present())})

    def _on_second(self, msg: Message, **_: Any) -> None:
        if msg.data["step"] == self._step:
            self._seconds[msg.node_id] = from_message(
                InjectorSecond, msg.data["second"], f"injector {msg.node_id}"
            )

    def _on_report(self, msg: Message, **_: Any) -> None:
        if not answers_step(msg.data, self._step):
            log.warning("injector %s reports of %s, which is over", msg.node_id, msg.data.get("step"))
        elif msg.data["problem"] is not None:
            self._refusals[msg.node_id] = Refusal(msg.data["problem"], msg.data.get("is_of_input", False))
        else:
            try:
                report = from_message(PartReport, msg.data["report"], f"injector {msg.node_id}")
            except OtherVersionError as error:
                self._refusals[msg.node_id] = Refusal(str(error), is_of_input=False)
            else:
                clock = self._clock_problem(msg)
                more = () if clock is None else (Problem(ProblemCause.CLOCK, clock, msg.node_id),)
                self._reports[msg.node_id] = replace(report, problems=(*report.problems, *more))

    def _clock_problem(self, msg: Message) -> str | None:
        asked_at, said = self._asked_at.get(msg.node_id), msg.data
        if asked_at is None or "heard_at" not in said:
            return None  # an injector of another version, of which more will be told
        return ClockOffset.of_exchange(asked_at, said["heard_at"], said["answered_at"], time.time()).problem

    # Messages of the sweep.

    def _take_messages(self) -> None:
        with self._socket.makefile("rb") as lines:
            for text in lines:
                message = json.loads(text)
                if "instruction" in message:
                    gevent.spawn(
                        self._answer, from_message(StepInstruction, message["instruction"], "the sweep")
                    )
                elif "end" in message:
                    self._end_window(message["end"])
                elif "dead" in message:
                    self._dead |= {name for name, pid in self._ready.items() if pid == message["dead"]}
                elif message.get("quit"):
                    break
        self._runner.quit()  # also where the sweep is gone: its end of the line has closed

    def _end_window(self, at: float) -> None:
        if self._step is None:
            return
        self._end_at = min(self._end_at, at)
        for name in self._members:
            self._runner.send_message(END, {"at": at}, name)

    def _answer(self, instruction: StepInstruction) -> None:
        try:
            answer = control_messages.report(self._carry_out(instruction))
        except _RefusedError as problem:
            answer = {"refused": str(problem)}
        except _NoReportError as problem:
            answer = {"broken": str(problem)}
        except Exception as error:  # a defect: without an answer the sweep would wait for ever
            log.exception("step %s broke", instruction.step)
            answer = {"broken": f"{type(error).__name__}: {error}"}
        finally:
            self._step = None
            self._silent_since.clear()
        self._say(answer)

    def _present(self) -> list[str]:
        return [name for name in self._ready if not self._is_gone(name, silence_seconds=0.0)]

    def _is_gone(self, name: str, silence_seconds: float = _SILENCE_SECONDS) -> bool:
        if self._watched:
            return name in self._dead
        client = self._runner.clients.get(name)
        if client is None:
            return True
        if client.state != STATE_MISSING:
            self._silent_since.pop(name, None)
            return False
        return time.monotonic() - self._silent_since.setdefault(name, time.monotonic()) >= silence_seconds

    def _carry_out(self, instruction: StepInstruction) -> InjectorReport:
        members = self._present()[: instruction.injectors]
        if not members:
            raise _NoReportError("no injector is left to carry the step out")
        self._step, self._members = instruction.step, members
        self._end_at = instruction.start_at + instruction.warm_up_seconds + instruction.window_seconds
        self._seconds, self._reports, self._refusals = {}, {}, {}
        for index, name in enumerate(members):
            share = InstructionPart(instruction, index, len(members))
            self._asked_at[name] = time.time()
            self._runner.send_message(SHARE, to_plain(share), name)
        cpu = self._wait(instruction, members)
        if not self._reports:
            refusals = self._refusals.values()
            told = "; ".join(sorted({refusal.why for refusal in refusals}))
            if refusals and all(refusal.is_of_input for refusal in refusals):
                raise _RefusedError(told)
            raise _NoReportError(told or "every injector vanished in the step")
        for name, refusal in self._refusals.items():
            # Such as an injector that was told to end in the middle of a step: the others' counts are used, and the
            # step is invalid.
            log.error("injector %s gave its share up: %s", name, refusal.why)
        vanished = {name: self._seconds.get(name) for name in members if name not in self._reports}
        until = self._end_at - instruction.start_at
        planned = (
            sum(at < until for at in arrivals.schedule(instruction))
            if instruction.in_flight is None
            else None
        )
        return merge(self._reports, vanished, planned, cpu, largest_rss_bytes())

    def _wait(self, instruction: StepInstruction, members: list[str]) -> float:
        """
        Wait until every member has reported or is gone; return this process's CPU time over the window.
        """
        # Somebody may set the wall clock, in which the times of an instruction are, in the middle of the step.
        ahead = time.time() - time.monotonic()
        start = instruction.start_at + instruction.warm_up_seconds
        at_start, at_end = time.process_time(), None
        told = instruction.start_at
        while True:
            at = time.monotonic() + ahead
            if at < start:
                at_start = time.process_time()
            elif at >= self._end_at and at_end is None:
                at_end = time.process_time()
            if at >= told + 1.0 and self._seconds:
                told = at
                self._say(control_messages.second(add_seconds(at - instruction.start_at, self._seconds)))
            answered = {*self._reports, *self._refusals}
            gone = {name for name in members if self._is_gone(name)}
            if (
                answered | gone >= set(members)
                or at > self._end_at + instruction.drain_seconds + _REPORT_GRACE_SECONDS
            ):
                return (time.process_time() if at_end is None else at_end) - at_start
            gevent.sleep(_LOOK_EVERY_SECONDS)


class _RefusedError(Exception):
    """
    What the user gave that no injector can carry out.
    """


class _NoReportError(Exception):
    """
    The reason why there will be no report; the sweep turns it into its own error.
    """
