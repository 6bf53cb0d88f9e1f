"""
Paths and parsed files that the tests of `k8s/` share.
"""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """
    The top of the checkout.
    """
    return ROOT
