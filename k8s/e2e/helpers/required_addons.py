"""
Skips what needs a part of the cluster that its owner has not installed.
"""

from __future__ import annotations

import os

import pytest
from kit_commands import Kit


def demand(kit: Kit, what: str) -> None:
    """
    Skip, or fail where a cluster is required, if an addon is not installed.
    """
    if kit.ask("get", what).code != 0:
        why = f"this cluster lacks {what}; charts/README.md says what to install"
        if os.environ.get("REQUIRE_CLUSTER"):
            pytest.fail(why)
        pytest.skip(why)
