"""
Paths and parsed files that the tests of `k8s/` share.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# The Pod Security Standard as a function lives beside the charts' tests.
sys.path.insert(0, str(ROOT / "loadtest" / "tests" / "charts"))


@pytest.fixture(scope="session")
def root() -> Path:
    """
    The top of the checkout.
    """
    return ROOT
