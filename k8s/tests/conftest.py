"""
What the tests of `k8s/` share.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from stubs import Stubs, cluster_of_stubs

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """
    The top of the checkout.
    """
    return ROOT


@pytest.fixture
def kind(tmp_path: Path) -> Stubs:
    """
    A kind cluster of stubs.
    """
    stubs = cluster_of_stubs(tmp_path, "kind-temporal-kit")
    stubs.put("kind", "")
    return stubs
