"""
The time for which a container's CPU limit holds its processes back.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtest.throttled_seconds import throttled_seconds


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
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    assert throttled_seconds(own, tmp_path) == expected


def test_a_group_that_is_mounted_twice_counts_once(tmp_path: Path) -> None:
    """`cpu` is a link to `cpu,cpuacct` on most hosts."""
    (tmp_path / "cpu,cpuacct").mkdir()
    (tmp_path / "cpu,cpuacct" / "cpu.stat").write_text("throttled_time 2000000000", encoding="utf-8")
    (tmp_path / "cpu").symlink_to(tmp_path / "cpu,cpuacct")

    assert throttled_seconds("2:cpu,cpuacct:/", tmp_path) == 2.0
