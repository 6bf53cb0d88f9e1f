"""
The cores that a program may use, where its machine has more, and the time for which its container held it back.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from loadtest.container_cpu import allowed_cores, throttled_seconds


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


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        pytest.param("0::/", {"cpu.stat": "nr_throttled 3\nthrottled_usec 1500000"}, 1.5, id="container"),
        pytest.param(
            "0::/a/b",
            {"a/b/cpu.stat": "throttled_usec 250000", "a/cpu.stat": "throttled_usec 500000"},
            0.75,
            id="above",
        ),
        pytest.param("0::/", {"cpu.stat": "usage_usec 9\nthrottled_usec 0"}, 0.0, id="never"),
        pytest.param("0::/", {"cpu.stat": "usage_usec 9"}, None, id="root-of-the-host"),
        pytest.param(
            "2:cpu,cpuacct:/",
            {"cpu,cpuacct/cpu.stat": "nr_periods 9\nthrottled_time 2000000000"},
            2.0,
            id="version-1",
        ),
        pytest.param("", {}, None, id="no-control-groups"),
    ],
)
def test_the_kernel_tells_how_long_a_limit_held_back(
    tmp_path: Path, own: str, files: dict[str, str], expected: float | None
) -> None:
    """In microseconds by the second version of control groups and in nanoseconds by the first."""
    assert throttled_seconds(own, _groups(tmp_path, files)) == expected


def test_a_group_that_is_mounted_twice_counts_once(tmp_path: Path) -> None:
    """`cpu` is a link to `cpu,cpuacct` on most hosts."""
    (tmp_path / "cpu,cpuacct").mkdir()
    (tmp_path / "cpu,cpuacct" / "cpu.stat").write_text("throttled_time 2000000000", encoding="utf-8")
    (tmp_path / "cpu").symlink_to(tmp_path / "cpu,cpuacct")

    assert throttled_seconds("2:cpu,cpuacct:/", tmp_path) == 2.0
