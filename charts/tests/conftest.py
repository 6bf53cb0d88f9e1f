"""
Renders our charts with the real helm.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from rendering import Charts

CHARTS = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def charts() -> Charts:
    """
    The folder of our charts; without helm the tests are skipped, or fail where a cluster is required.
    """
    if shutil.which("helm") is None:
        why = "helm is not in PATH: the charts cannot be rendered; get it as `make doctor` says"
        if os.environ.get("REQUIRE_CLUSTER"):
            pytest.fail(why)
        pytest.skip(why)
    return Charts(CHARTS)
