"""
How `make sweep` ends: with the verdict, whatever can be fetched.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from stubs import Stubs, cluster_of_stubs

pytestmark = pytest.mark.process

SWEEP = Path(__file__).parents[1] / "run" / "sweep"


@pytest.mark.parametrize(
    ("verdict", "fetched", "ends"),
    [(0, 0, 0), (1, 0, 1), (3, 2, 3), (1, 2, 1), (0, 2, 2), (2, 0, 2)],
)
def test_the_verdict_is_how_it_ends(tmp_path: Path, verdict: int, fetched: int, ends: int) -> None:
    """A run of which nothing was measured has nothing to fetch, and stays invalid."""
    cluster = cluster_of_stubs(tmp_path, "kind-temporal-kit")
    program = tmp_path / ".venv" / "bin"
    program.mkdir(parents=True)
    Stubs(program, cluster.context).put("loadtest", f'[[ "$1" == fetch ]] && exit {fetched}; exit {verdict}')
    (tmp_path / "plan.toml").touch()

    done = subprocess.run(
        [str(SWEEP)],
        cwd=tmp_path,
        env={
            **os.environ,
            **cluster.environment,
            "OWN_KUBECONFIG": f"{tmp_path}/config",
            "CLUSTER": "temporal-kit",
            "PLAN": "plan.toml",
            "REPLICAS": "",
            "INJECTORS": "",
            "OUTPUT": "results",
            "LOADTEST_KUBE_NAMESPACE": "loadtest",
            "LOADTEST_RELEASE": "loadtest",
            "GIVEN_CONTEXT": "",
            "GIVEN_KUBECONFIG": "",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == ends, done.stderr
    calls = Stubs(program, cluster.context).calls("loadtest")
    assert [call.split()[1] for call in calls] == ["submit"] + ["fetch"] * (verdict != 2)
