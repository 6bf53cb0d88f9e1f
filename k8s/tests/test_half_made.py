"""
What the scripts do with what a killed run left half made; the programs are stubs.
"""

from __future__ import annotations

import pytest
from make_command import make, refusal
from stubs import Stubs

pytestmark = pytest.mark.process


def test_a_release_that_a_killed_run_left_half_done_goes_too(kind: Stubs) -> None:
    """
    Helm 3 lists none of them unless it is asked to; what belongs to one would keep its namespace.
    """
    kind.put(
        "kubectl",
        'case "$*" in *"config get-contexts"*) echo kind-temporal-kit ;; *"get namespaces"*) echo temporal ;; esac',
    )
    kind.put("helm", 'case "$*" in *" list "*--pending*) echo temporal ;; *" list "*) ;; esac')

    done = make("down", kind.config, environment=kind.environment)

    assert done.returncode == 0, done.stderr
    assert "temporal: temporal uninstalled" in done.stdout
    assert any(" uninstall temporal " in call for call in kind.calls("helm"))


@pytest.mark.parametrize(
    ("export", "told"),
    [
        pytest.param("exit 0", "kind cluster temporal-kit is ready", id="of-another-checkout"),
        pytest.param(
            "echo 'ERROR: no control plane' >&2; exit 1",
            "is there, but not whole: ERROR: no control plane; `make kind-down kind-up` makes it anew",
            id="broken-off",
        ),
    ],
)
def test_a_kind_cluster_that_is_there_is_asked_for_its_kubeconfig(
    kind: Stubs, export: str, told: str
) -> None:
    """
    The one at hand may lead to a cluster of the same name that is gone.
    """
    kind.put(
        "kind", f'case "$*" in "get clusters") echo temporal-kit ;; "export kubeconfig"*) {export} ;; esac'
    )

    done = make("kind-up", kind.config, environment=kind.environment)

    assert told in done.stdout + done.stderr
    assert len(kind.calls("kind export kubeconfig --name temporal-kit")) == 1


def test_what_a_finalizer_keeps_is_not_taken_for_somebody_elses(kind: Stubs) -> None:
    """
    A ScaledObject stays where KEDA went first: it is ours, and who lets it go is named.
    """
    kept = "ScaledObject/repair-worker|finalizer.keda.sh "
    kind.put("sleep", "")
    kind.put(
        "kubectl",
        'case "$*" in *"config get-contexts"*) echo kind-temporal-kit ;; *"get namespaces"*) echo repair-shop ;; '
        f"*api-resources*) echo scaledobjects.keda.sh ;; *go-template=*) echo '{kept}' ;; esac",
    )
    kind.put("helm", "")

    words = refusal(make("down", kind.config, environment=kind.environment))

    assert words.startswith(
        "error: namespace repair-shop: ScaledObject/repair-worker is deleted and waits for finalizer.keda.sh, whose"
    )
    assert not any(" delete namespace" in call for call in kind.calls("kubectl"))
