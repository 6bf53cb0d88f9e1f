"""
Verbs that begin a run, without measuring anything.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from two_server_comparison import SHELL_KEY, profile_text

from loadtest.cli import experiment_ports, run_refusals, run_start
from loadtest.cli.app import run
from loadtest.cli.open_place import PlaceToOpen
from loadtest.cli.shared_flags import RunFlags
from loadtest.results.run_folder import Run


@pytest.fixture
def carried_out(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Run, PlaceToOpen]]:
    """Runs that would now be measured, and where, in place of measuring them."""
    caught: list[tuple[Run, PlaceToOpen]] = []

    def catch(kept: Run, to_open: PlaceToOpen, flags: RunFlags) -> int:
        caught.append((kept, to_open))
        return 0

    monkeypatch.setattr(run_start, "_carry_out", catch)
    return caught


@pytest.fixture
def refusal(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Gives the one line in which a command is refused as bad input."""

    def line_of(*arguments: str) -> str:
        code = run(arguments)
        lines = capsys.readouterr().err.splitlines()
        assert (code, len(lines)) == (2, 1), lines
        return lines[0]

    return line_of


@pytest.fixture
def refused_line(
    tmp_path: Path, carried_out: list[tuple[Run, PlaceToOpen]], refusal: Callable[..., str]
) -> Callable[..., str]:
    """Gives the one line in which a verb is refused, with nothing measured and nothing left behind."""

    def line_of(*arguments: str) -> str:
        line = refusal(*arguments, "--output", str(tmp_path / "out"))
        assert carried_out == []
        assert not (tmp_path / "out").exists()
        return line

    return line_of


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Runs that would now be measured, in place of measuring them."""
    caught: list[Run] = []

    def catch(kept: Run, to_open: Any, flags: RunFlags) -> int:
        caught.append(kept)
        return 0

    monkeypatch.setattr(run_start, "_carry_out", catch)
    return caught


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Servers that answer at every address; ids of the namespace on them, by address, where not all differ."""
    ids: dict[str, str] = {}

    async def connect(address: str, namespace: str, **options: Any) -> Any:
        return SimpleNamespace(address=address, namespace=namespace)

    async def namespace_id(client: Any) -> str:
        return ids.get(client.address, client.address)

    monkeypatch.setattr(experiment_ports, "connect", connect)
    monkeypatch.setattr(run_refusals, "namespace_id", namespace_id)
    return ids


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answering: dict[str, str]) -> Path:
    """A configuration file of two profiles whose servers answer, and a shell that has a key of its own."""
    file = tmp_path / "temporal.toml"
    file.write_text(profile_text(), encoding="utf-8")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(file))
    monkeypatch.setenv("TEMPORAL_API_KEY", SHELL_KEY)
    return file
