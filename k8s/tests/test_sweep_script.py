"""
How `make sweep` ends: with the verdict.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from stubs import Stubs, cluster_of_stubs

pytestmark = pytest.mark.process

SWEEP = Path(__file__).parents[1] / "run" / "sweep"


@pytest.mark.parametrize("verdict", [0, 1, 2, 3])
def test_the_verdict_is_how_it_ends(tmp_path: Path, verdict: int) -> None:
    """The run is brought by who knows its name, and whether there is one."""
    cluster = cluster_of_stubs(tmp_path, "kind-temporal-kit")
    program = tmp_path / ".venv" / "bin"
    program.mkdir(parents=True)
    Stubs(program, cluster.context).put("loadtest", f"exit {verdict}")
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

    assert done.returncode == verdict, done.stderr
    (call,) = Stubs(program, cluster.context).calls("loadtest")
    assert call.split()[1:5] == ["submit", "plan.toml", "--output", "results"]
