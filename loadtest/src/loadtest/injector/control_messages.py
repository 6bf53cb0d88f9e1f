"""
The line between a sweep and its Locust master: JSON, one message a line, over an inherited socket.

It knows the messages and neither of the two ends.

    sweep to master   {"instruction": StepInstruction}  starts a step
                      {"end": unix time}                ends the window earlier than instructed; told in advance
                      {"dead": pid}                     an injector on this machine has ended
                      {"quit": true}                    ends the master
    master to sweep   {"ready": n}                      n injectors are connected to Temporal
                      {"refused": text}                 an injector could not connect, or what the user gave cannot be carried out
                      {"second": ...}                   what all injectors counted so far
                      {"report": ...}                   the step is over
                      {"broken": text}                  there will be no report
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from loadtest.results.document import from_message, to_plain
from loadtest.results.measured_step import InjectorReport, InjectorSecond
from loadtest.results.step_instruction import StepInstruction

# Names the inherited descriptor; where it is set, Locust's master takes instructions from it.
DESCRIPTOR = "LOADTEST_CONTROL_FD"
EXPECTED = "LOADTEST_EXPECTED_INJECTORS"
# Set where the sweep sees the injectors' processes itself and says when one has ended.
WATCHED = "LOADTEST_WATCHED_INJECTORS"
METRICS_PORT = "LOADTEST_INJECTOR_METRICS_PORT"
METRICS_HOST = "LOADTEST_INJECTOR_METRICS_HOST"
# A report of many injectors is longer than asyncio's usual limit of a line.
LONGEST_LINE = 64 * 1024 * 1024


def line(message: Mapping[str, Any]) -> bytes:
    """
    Encode one message.
    """
    return json.dumps(message).encode() + b"\n"


def instruction(instruction: StepInstruction) -> dict[str, Any]:
    """
    The message that starts a step.
    """
    return {"instruction": to_plain(instruction)}


def second(second: InjectorSecond) -> dict[str, Any]:
    """
    The message that says how far it is.
    """
    return {"second": to_plain(second)}


def report(report: InjectorReport) -> dict[str, Any]:
    """
    The message that ends a step.
    """
    return {"report": to_plain(report)}


def read_second(data: Mapping[str, Any]) -> InjectorSecond:
    """
    The second in a message.

    Raises:
        OtherVersionError: The master is of another version.
    """
    return from_message(InjectorSecond, data, "Locust's master")


def read_report(data: Mapping[str, Any]) -> InjectorReport:
    """
    The report in a message.

    Raises:
        OtherVersionError: The master is of another version.
    """
    return from_message(InjectorReport, data, "Locust's master")
