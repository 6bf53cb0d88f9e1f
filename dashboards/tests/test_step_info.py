"""
The sweep's own page: which step runs now.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator

import pytest

from loadtest.errors import InputError
from loadtest.listeners.step_info import StepInfo
from loadtest.results.step_key import StepKey

KEY = StepKey(replicas=2, load=0, kind="saturate", repetition=1)


def page(info: StepInfo) -> list[str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{info.port}/metrics", timeout=5) as reply:
        return [line for line in reply.read().decode().splitlines() if line.startswith("loadtest_step_info{")]


@pytest.fixture
def info() -> Iterator[StepInfo]:
    served = StepInfo("2026-11-24-demo", 0)
    yield served
    served.close()


def test_the_page_names_the_step_and_phase_that_run(info: StepInfo) -> None:
    """
    One series says what runs now; the one before it is gone.
    """
    info.tell(KEY, "warm-up")
    info.tell(KEY, "window")

    assert page(info) == [
        'loadtest_step_info{load="saturate",phase="window",repetition="1",replicas="2",'
        'run="2026-11-24-demo",step="2-saturate-1"} 1.0'
    ]


def test_between_steps_there_is_no_series(info: StepInfo) -> None:
    """
    A panel shows a gap between steps, not the last step's name.
    """
    info.tell(KEY, "window")
    info.clear()

    assert page(info) == []


def test_a_port_in_use_is_refused(info: StepInfo) -> None:
    """
    Two sweeps with one port end in one line.
    """
    with pytest.raises(InputError, match=rf"port {info.port}: cannot show the step's metric there"):
        StepInfo("other", info.port)
