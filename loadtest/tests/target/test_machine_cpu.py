"""
CPU of the machine: what is the run's own, and what of other programs counts.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from loadtest.target.machine_cpu import machine_times

BURNT_SECONDS = 0.5
# Of the kernel's CPU times, on either side.
_TICK_SECONDS = 0.02
_BURN = f"import time\nwhile time.process_time() < {BURNT_SECONDS}: pass\nprint('burnt', flush=True)\ninput()"


@pytest.mark.process
def test_what_a_child_burns_is_its_parents_own_before_and_after_its_end() -> None:
    """CPU of an ended child moves to the one that waited for it, so that nothing falls from look to look."""
    before = machine_times(is_whole=True)
    child = subprocess.Popen(
        [sys.executable, "-c", _BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    child.stdout.readline()

    burnt = machine_times(is_whole=True)
    child.communicate("end\n")
    ended = machine_times(is_whole=True)

    assert before.own_seconds is not None
    assert burnt.own_seconds is not None
    assert ended.own_seconds is not None
    assert burnt.own_seconds - before.own_seconds >= BURNT_SECONDS - _TICK_SECONDS
    assert ended.own_seconds >= burnt.own_seconds - _TICK_SECONDS


def test_of_a_server_that_somebody_else_started_nothing_is_told_apart() -> None:
    """Its CPU would count as another program's."""
    times = machine_times(is_whole=False)

    assert times.own_seconds is None
    assert times.other_seconds is None
    assert times.busy_seconds > 0


def test_own_and_other_are_never_more_than_busy() -> None:
    """Programs that give way are in neither."""
    times = machine_times(is_whole=True)

    assert times.own_seconds is not None
    assert times.other_seconds is not None
    assert times.own_seconds + times.other_seconds <= times.busy_seconds + 1e-6
