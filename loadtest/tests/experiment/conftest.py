"""
What the tests of the experiment's loop share.
"""

from __future__ import annotations

import asyncio

import pytest
from fake_clock import inline
from fake_system import FakeSystem


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> FakeSystem:
    """
    A faked system in virtual time.
    """
    monkeypatch.setattr(asyncio, "to_thread", inline)
    return FakeSystem()
