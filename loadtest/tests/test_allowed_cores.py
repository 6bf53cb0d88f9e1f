"""
The cores that a program may use, where its machine has more.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from loadtest.allowed_cores import allowed_cores


def _groups(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        pytest.param("0::/", {"cpu.max": "50000 100000\n"}, 0.5, id="container"),
        pytest.param("0::/a/b", {"a/b/cpu.max": "max 100000", "a/cpu.max": "25000 100000"}, 0.25, id="above"),
        pytest.param("0::/not/mounted/here", {"cpu.max": "50000 100000"}, 0.5, id="path-of-outside"),
        pytest.param("0::/", {"cpu.max": "max 100000"}, None, id="no-limit"),
        pytest.param("0::/", {}, None, id="root-of-the-host"),
        pytest.param(
            "4:memory:/m\n2:cpu,cpuacct:/c",
            {"cpu,cpuacct/c/cpu.cfs_quota_us": "50000", "cpu,cpuacct/c/cpu.cfs_period_us": "100000"},
            0.5,
            id="version-1",
        ),
        pytest.param("1:cpu:/", {"cpu/cpu.cfs_quota_us": "-1"}, None, id="version-1-without-a-limit"),
        pytest.param("", {}, None, id="no-control-groups"),
    ],
)
def test_the_smallest_limit_of_a_control_group_holds(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    own: str,
    files: dict[str, str],
    expected: float | None,
) -> None:
    """A container with half a core says so, where the kernel counts the host's cores."""
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1, 2, 3}, raising=False)

    assert allowed_cores(own, _groups(tmp_path, files)) == expected


def test_a_set_of_cores_is_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `taskset` gives one."""
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {2}, raising=False)

    assert allowed_cores("", tmp_path) == 1
