"""
What the tests of the experiment's loop share, and sweeps of which nobody judges a reading.
"""

from __future__ import annotations

import asyncio

import pytest
from fake_clock import inline
from fake_system import FakeSystem
from sweep_process import SweepHere
from unrendered_figures import render_nothing

from loadtest.design import design


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> FakeSystem:
    """
    A faked system in virtual time.
    """
    monkeypatch.setattr(asyncio, "to_thread", inline)
    return FakeSystem()


@pytest.fixture
def each_step_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    No step is measured again, whatever a busy machine made of it.
    """
    monkeypatch.setattr(design, "MOST_ATTEMPTS", 1)
    monkeypatch.setattr(design, "MOST_DISTURBED_ATTEMPTS", 1)


@pytest.fixture
def sweep_here(
    each_step_once: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> SweepHere:
    """
    Runs ``loadtest sweep`` in the tests' process, with each step measured once and no picture laid out.

    A process of its own takes two seconds of CPU until it begins.
    """
    render_nothing(monkeypatch)
    return SweepHere(capsys)
