"""
What TEMPORAL_* variables and the file that they name may hold, at a worker's start and while it runs.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from processes import Server, StartWorker, wait_until

from repairshop.environment import SettingsError
from repairshop.temporal_connection import TemporalConnection


async def test_a_broken_profile_file_is_told_by_its_place_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The parser quotes the line, which may be a key's, and the text goes into a log.
    """
    file = tmp_path / "temporal.toml"
    file.write_text("[profile.default]\napi_key = key-that-nobody-sees\n", encoding="utf-8")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(file))

    with pytest.raises(SettingsError) as refused:
        await TemporalConnection({}).connect()

    assert "it is not such a TOML file at line 2, column " in str(refused.value)
    assert "key-that-nobody-sees" not in str(refused.value)


async def test_a_key_of_two_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    No header can carry it, so the SDK would send none.
    """
    monkeypatch.setenv("TEMPORAL_API_KEY", "key-that\nnobody-sees")

    with pytest.raises(SettingsError, match="one line of printable ASCII") as refused:
        await TemporalConnection({}).connect()

    assert "nobody-sees" not in str(refused.value)


async def test_metadata_of_two_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    No header can carry it: the server would be told to be absent, and waited for without end.
    """
    monkeypatch.setenv("TEMPORAL_GRPC_META_AUTHORIZATION", "Bearer that\nnobody-sees")

    with pytest.raises(SettingsError, match="the metadata authorization must be one line") as refused:
        await TemporalConnection({}).connect()

    assert "nobody-sees" not in str(refused.value)


@pytest.mark.server
def test_a_namespace_that_changes_is_not_called_connected(
    server: Server, start_worker: StartWorker, tmp_path: Path
) -> None:
    """
    A running worker polls on where it began, whatever its client is told.
    """
    file = tmp_path / "temporal.toml"
    profile = f'[profile.default]\naddress = "{server.address}"\n'
    file.write_text(profile, encoding="utf-8")
    worker = start_worker(environ={"TEMPORAL_CONFIG_FILE": str(file)}).wait_ready()

    file.write_text(f'{profile}namespace = "elsewhere"\n', encoding="utf-8")
    wait_until(lambda: "connect" in worker.errors, "the change is told")

    assert (
        "TEMPORAL_NAMESPACE=elsewhere: a running worker stays in its namespace, default; restart it"
        in worker.errors
    )
    assert "connected anew" not in worker.errors
    assert worker.end() == 0
