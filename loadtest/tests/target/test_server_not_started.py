"""
A server of the run's own that cannot be started.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtest.errors import TargetError
from loadtest.target.dev_server import start_dev_server

pytestmark = pytest.mark.process


async def test_a_server_that_cannot_be_started_leaves_no_home_behind(tmp_path: Path) -> None:
    """It lay hidden among the logs of the run, which its owner keeps."""
    program = tmp_path / "temporal"
    program.write_text("no program", encoding="utf-8")
    program.chmod(0o755)

    with pytest.raises(TargetError, match=f"^{program}: cannot be started: "):
        await start_dev_server(program, tmp_path / "logs")

    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["server.log"]
