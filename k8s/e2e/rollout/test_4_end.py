"""
What is left once the workers go.
"""

from __future__ import annotations

import pytest
from kit_commands import NAMESPACES, Kit

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


def test_down_leaves_the_controller_alone(kit: Kit) -> None:
    """
    After `make down` our namespaces are gone, with all versions in them; the controller runs on.
    """
    assert kit.make("down", timeout=1200).code == 0

    names = {found["metadata"]["name"] for found in kit.get("namespaces")["items"]}
    assert names & set(NAMESPACES) == set()
    (controller,) = kit.get("deployments", "--namespace", "temporal-system")["items"]
    assert controller["status"]["readyReplicas"] == 1
