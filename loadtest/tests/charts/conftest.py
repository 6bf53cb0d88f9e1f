"""
Renders our charts with the real helm.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# The modules beside this file, which the tests share.
sys.path.insert(0, str(HERE))

from rendering import Charts  # noqa: E402  # only importable after the line above


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
    return Charts(HERE.parents[2] / "charts")
