"""
A line that says how to go on with a submitted run names the load test that it was submitted to.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loadtest.cli.cronjob_flags import flags_of_cronjob
from loadtest.cli.kubeconfig import OWN_KUBECONFIG


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param(("loadtest", "loadtest-sweep"), "", id="of make deploy"),
        pytest.param(
            ("loadtest", "loadtest-sweep", OWN_KUBECONFIG.absolute(), "kind-x"), "", id="of make sweep"
        ),
        pytest.param(
            ("shop", "mine-loadtest-sweep"), " --kube-namespace shop --job mine-loadtest-sweep", id="release"
        ),
        pytest.param(
            ("loadtest", "loadtest-sweep", Path("my config"), "staging"),
            " --kubeconfig 'my config' --context staging",
            id="cluster",
        ),
    ],
)
def test_what_is_not_the_usual_is_named(given: tuple[Any, ...], told: str) -> None:
    """`loadtest fetch` without them would look for a CronJob that is not there."""
    assert flags_of_cronjob(*given) == told
