"""
What the user's shell holds reaches a process of the kit only where a list says so.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from loadtest.child_environment import (
    connection_variables,
    has_codec_keys,
    locust_environment,
    server_environment,
    without_encryption,
    worker_environment,
)

SHELL = {
    "PATH": "/bin",
    "HOME": "/home/rosa",
    "MY_CUSTOMER": "7",
    "GOMAXPROCS": "1",
    "TEMPORAL_API_KEY": "secret",
    "TEMPORAL_PROFILE": "cloud",
    "LOCUST_RUN_TIME": "3s",
    "LOADTEST_CONTROL_FD": "3",
    "LOADTEST_SERVER_METRICS_TOKEN": "secret",
    "REPAIRSHOP_ACTIVITY_SLOTS": "1",
    "REPAIRSHOP_CODEC_KEYS": "k1:abc",
    "OTEL_SDK_DISABLED": "true",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318",
    "PROMETHEUS_MULTIPROC_DIR": "/nowhere",
    "PYTHONOPTIMIZE": "2",
    "PYTHONPATH": "/home/rosa/code",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPYCACHEPREFIX": "/home/rosa/.cache",
    "TOKIO_WORKER_THREADS": "1",
}
KIT = {
    "PATH",
    "HOME",
    "MY_CUSTOMER",
    "GOMAXPROCS",
    "REPAIRSHOP_CODEC_KEYS",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "PYTHONPYCACHEPREFIX",
}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        pytest.param(
            server_environment(SHELL, Path("/home/of/the/kit")),
            {"PATH", "HOME", "USER", "LOGNAME", "TEMPORAL_CONFIG_FILE", "TEMPORAL_VERSION_CHECK_DISABLED"},
            id="server",
        ),
        pytest.param(worker_environment(SHELL, own_worker=True), KIT, id="worker-of-the-kit"),
        pytest.param(locust_environment(SHELL), KIT | {"PYTHONPATH"}, id="locust-runs-the-users-scenario"),
        pytest.param(
            worker_environment(SHELL, own_worker=False),
            set(SHELL)
            - {
                "TEMPORAL_API_KEY",
                "TEMPORAL_PROFILE",
                "LOADTEST_SERVER_METRICS_TOKEN",
                "PYTHONDONTWRITEBYTECODE",
            },
            id="worker-of-the-user",
        ),
        pytest.param(
            connection_variables(SHELL, own_server=True), {"TEMPORAL_CONFIG_FILE"}, id="to-the-kits-server"
        ),
        pytest.param(
            connection_variables(SHELL, own_server=False),
            {"TEMPORAL_API_KEY", "TEMPORAL_PROFILE"},
            id="to-the-users-server",
        ),
        pytest.param(
            connection_variables(
                {**SHELL, "TEMPORAL_CONFIG_FILE": "/home/rosa/t.toml"}, own_server=False, profile="own"
            ),
            {"TEMPORAL_CONFIG_FILE", "TEMPORAL_PROFILE"},
            id="to-a-profiles-server",
        ),
    ],
)
def test_each_process_sees_its_list_and_nothing_else(seen: dict[str, str], expected: set[str]) -> None:
    """A setting of the kit's families passes only where it is meant to."""
    assert set(seen) == expected


def test_the_kits_server_has_a_home_and_a_user_whoever_runs_it() -> None:
    """
    In the user's home the CLI reads `temporal env`; without any, as of a container's user, the server does not start.
    """
    home = Path("/home/of/the/kit")

    seen = [server_environment(shell, home) for shell in (SHELL, {"PATH": "/bin"})]

    assert [one["HOME"] for one in seen] == [str(home)] * 2
    assert seen[0]["USER"] == seen[1]["USER"] != ""


def test_the_kits_worker_is_found_where_the_program_itself_was(tmp_path: Path) -> None:
    """
    Installed with ``pip install --target``, as in the images, both are found by PYTHONPATH alone.
    """
    (tmp_path / "repairshop").mkdir()
    (tmp_path / "repairshop" / "__init__.py").touch()
    path = os.pathsep.join(["/home/rosa/code", str(tmp_path)])

    assert worker_environment({"PYTHONPATH": path}, own_worker=True) == {"PYTHONPATH": path}


def test_without_encryption_no_key_is_seen_and_all_else_stays() -> None:
    """
    A plan that turns the codec off starts workers that have no keys, with the same limits.
    """
    shell = {
        "REPAIRSHOP_CODEC_KEYS": "k1=abc",
        "REPAIRSHOP_CODEC_KEY_ID": "k1",
        "REPAIRSHOP_CODEC_REQUIRED": "true",
        "REPAIRSHOP_PAYLOAD_LIMIT_BYTES": "9",
        "PATH": "/bin",
    }

    plain = without_encryption(shell)

    assert plain == {"REPAIRSHOP_PAYLOAD_LIMIT_BYTES": "9", "PATH": "/bin"}
    assert has_codec_keys(shell)
    assert not has_codec_keys(plain)
