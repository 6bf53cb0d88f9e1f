"""
All errors as one tree; each class holds its exit code.

    LoadtestError
    ├── InputError              2  what the user gave cannot be used
    ├── TargetError             2  the system under test could not be brought up
    │   └── WorkerDiedError     2  a worker ended before it was asked to
    ├── MeasurementError        3  a number could not be made
    │   ├── FamilyAbsentError   3  an endpoint lacks a metric that is always there
    │   ├── CounterResetError   3  a counter fell: its process is not the one of the start
    │   ├── OtherVersionError   3  a part of the kit of another version sent a message
    │   └── InjectorError       3  an injector broke or vanished
    └── TooFewStepsError        3  a question has no answer for the steps given

It knows texts and exit codes, and nothing of how they are printed.
"""

from __future__ import annotations


class LoadtestError(Exception):
    """
    Base of all errors that end the program with one line and no traceback.
    """

    exit_code = 3


class InputError(LoadtestError):
    """
    What the user gave cannot be used: names the value, what was expected and how to mend it.
    """

    exit_code = 2


class TargetError(LoadtestError):
    """
    The system under test could not be brought up or asked.
    """

    exit_code = 2


class WorkerDiedError(TargetError):
    """
    A worker ended before it was asked to; the text ends with its last log lines.
    """


class MeasurementError(LoadtestError):
    """
    A number could not be made; it is reported as invalid, never as zero.
    """


class FamilyAbsentError(MeasurementError):
    """
    An endpoint lacks a metric family that the catalogue marks as always there.
    """


class CounterResetError(MeasurementError):
    """
    A counter is lower than before, so its process is not the one of the window's start.
    """


class OtherVersionError(MeasurementError):
    """
    A message cannot be read, since its sender is of another version of the kit.
    """


class InjectorError(MeasurementError):
    """
    An injector broke, vanished or answered something that is not a result.
    """


class TooFewStepsError(LoadtestError):
    """
    A fit or an interval was asked of fewer steps than it needs.
    """
