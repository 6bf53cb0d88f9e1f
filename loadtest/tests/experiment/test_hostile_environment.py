"""
A sweep in a shell that holds a setting of every kind that could change it, and files that Locust and Temporal read.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from running import PLANS, sweep

pytestmark = [pytest.mark.server, pytest.mark.sweep]

# Each ends or changes a sweep by itself where it reaches the process that reads it.
HOSTILE = {
    "TEMPORAL_API_KEY": "a-key-turns-tls-on",
    "TEMPORAL_PROFILE": "cloud",
    "TEMPORAL_TLS_CLIENT_CERT_PATH": "/no/such/certificate",
    "LOCUST_RUN_TIME": "2s",
    "LOCUST_USERS": "many",
    "REPAIRSHOP_ACTIVITY_SLOTS": "none",
    "REPAIRSHOP_LEDGER": "postgresql://nobody@127.0.0.1:1/nothing",
    "OTEL_SDK_DISABLED": "true",
    "OTEL_PROPAGATORS": "no-such-propagator",
    "PROMETHEUS_MULTIPROC_DIR": "/no/such/folder",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
    "LOADTEST_CONTROL_FD": "77",
}


def test_the_smoke_sweep_is_the_same_in_a_hostile_shell(tmp_path: Path) -> None:
    """The kit's server, workers and Locust read neither the shell's variables nor the files that lie about."""
    home = tmp_path / "home"
    profile = home / ".config" / "temporalio" / "temporal.toml"
    profile.parent.mkdir(parents=True)
    profile.write_text('[profile.default]\naddress = "cloud.invalid:7233"\napi_key = "k"\n', encoding="utf-8")
    (home / ".locust.conf").write_text("run-time = 2s\n", encoding="utf-8")
    (tmp_path / "locust.conf").write_text("no-such-option-of-locust = 1\nrun-time = 3s\n", encoding="utf-8")
    (tmp_path / "locust.py").write_text("raise SystemExit('not Locust')\n", encoding="utf-8")

    ran = sweep(
        tmp_path / "results",
        str(PLANS / "smoke.toml"),
        *("--replicas", "1", "--window", "5", "--rate", "2"),
        cwd=tmp_path,
        variables={**HOSTILE, "HOME": str(home)},
    )

    # The closed load's five seconds close too few orders, so it has a second attempt of more.
    first = [step for step in ran.sweep["steps"] if step["attempt"] == 1]
    assert [step["window_seconds"] for step in first] == [5, 5], ran.out + ran.err
    for step in ran.sweep["steps"]:
        counts = step["counts"]
        assert counts["results"] == counts["worker"] == counts["server"] == counts["sent"] > 0, step[
            "reasons"
        ]
        assert counts["activities"] == 6 * counts["sent"]
    assert {measured.slots for measured in ran.run.read_steps()} == {4}
