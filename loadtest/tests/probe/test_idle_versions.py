"""
Workers of a version that is not current poll and get nothing, which no count of theirs tells.
"""

from __future__ import annotations

import pytest
from temporalio.api.deployment.v1 import WorkerDeploymentOptions, WorkerDeploymentVersion
from temporalio.api.enums.v1 import WorkerVersioningMode
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueueVersioningInfo
from temporalio.api.workflowservice.v1 import DescribeTaskQueueResponse

from loadtest.probe.worker_versions import idle_pollers, polled_versions, shares_of_new_workflows

OLD, NEW = ("bakery", "b1"), ("bakery", "b2")


def _described(
    *polling: tuple[str, str],
    current: tuple[str, str] | None = None,
    ramping: tuple[str, str] | None = None,
    percentage: float = 0.0,
    as_text: bool = False,
) -> DescribeTaskQueueResponse:
    told = TaskQueueVersioningInfo(ramping_version_percentage=percentage)
    if as_text:
        told.current_version = ".".join(current) if current else "__unversioned__"
        told.ramping_version = ".".join(ramping) if ramping else "__unversioned__"
        current = ramping = None
    for version, given in (
        (told.current_deployment_version, current),
        (told.ramping_deployment_version, ramping),
    ):
        if given is not None:
            version.CopyFrom(WorkerDeploymentVersion(deployment_name=given[0], build_id=given[1]))
    return DescribeTaskQueueResponse(
        pollers=[
            PollerInfo(
                identity=f"{deployment}{build}",
                deployment_options=WorkerDeploymentOptions(
                    deployment_name=deployment,
                    build_id=build,
                    worker_versioning_mode=WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED
                    if deployment
                    else WorkerVersioningMode.WORKER_VERSIONING_MODE_UNVERSIONED,
                ),
            )
            for deployment, build in polling
        ],
        versioning_info=told,
    )


@pytest.mark.parametrize(
    "described",
    [
        pytest.param(_described(), id="nobody-polls"),
        pytest.param(_described(("", "")), id="no-versions-at-all"),
        pytest.param(_described(("", "git-sha")), id="a-build-id-without-versioning"),
        pytest.param(_described(OLD, current=OLD), id="the-current-one"),
        pytest.param(_described(NEW, ramping=NEW, percentage=5.0), id="a-ramping-one"),
        pytest.param(_described(OLD, current=OLD, as_text=True), id="the-current-one-of-1.27"),
        pytest.param(_described(NEW, ramping=NEW, percentage=5.0, as_text=True), id="a-ramping-one-of-1.27"),
        pytest.param(_described(("", ""), percentage=5.0, as_text=True), id="without-a-version-on-1.27"),
    ],
)
def test_who_gets_new_workflows_is_not_idle(described: DescribeTaskQueueResponse) -> None:
    """A share of them is enough."""
    assert idle_pollers(described) == {}


@pytest.mark.parametrize(
    ("described", "told"),
    [
        pytest.param(
            _described(OLD),
            "new workflows go to workers without a version, and these are of version b1 of bakery, so they get none; "
            "`temporal worker deployment set-current-version --deployment-name bakery --build-id b1` ",
            id="none-is-current",
        ),
        pytest.param(
            _described(OLD, current=NEW),
            "new workflows go to version b2 of bakery, ",
            id="another-is-current",
        ),
        pytest.param(
            _described(("", ""), current=NEW),
            "these are workers without a version, so they get none; start the workers as that version",
            id="no-version-beside-a-current-one",
        ),
        pytest.param(_described(NEW, ramping=NEW), "set-current-version", id="a-ramp-of-nothing"),
    ],
)
def test_who_gets_none_is_told_with_what_mends_it(described: DescribeTaskQueueResponse, told: str) -> None:
    """Both versions are named."""
    (why,) = idle_pollers(described).values()
    assert told in why


def test_the_old_version_drains_beside_the_current_one() -> None:
    """It alone gets none; so do workers without a version that only the older call lists."""
    described = _described(OLD, NEW, current=NEW)

    assert set(idle_pollers(described, ("31@host", "bakeryb2"))) == {"bakeryb1", "31@host"}


def test_workers_of_one_process_have_all_their_versions() -> None:
    """They have one name, and the last one listed stood for all."""
    described = _described(OLD, NEW, ("", ""))
    for poller in described.pollers:
        poller.identity = "31@host"

    assert polled_versions(described, ("31@host", "32@host")) == {
        "31@host": {"version b1 of bakery", "version b2 of bakery", "workers without a version"},
        "32@host": {"workers without a version"},
    }


@pytest.mark.parametrize(
    ("described", "shares"),
    [
        pytest.param(_described(OLD, current=OLD), {}, id="no-ramp"),
        pytest.param(_described(OLD, current=OLD, ramping=NEW), {}, id="a-ramp-of-nothing"),
        pytest.param(
            _described(OLD, current=OLD, ramping=NEW, percentage=30.0),
            {"version b1 of bakery": 0.7, "version b2 of bakery": 0.3},
            id="in-parts",
        ),
        pytest.param(
            _described(OLD, current=OLD, ramping=NEW, percentage=30.0, as_text=True),
            {"version b1 of bakery": 0.7, "version b2 of bakery": 0.3},
            id="in-parts-on-1.27",
        ),
        pytest.param(
            _described(NEW, ramping=NEW, percentage=5.0),
            {"workers without a version": 0.95, "version b2 of bakery": 0.05},
            id="from-workers-without-a-version",
        ),
        pytest.param(
            _described(OLD, current=OLD, ramping=NEW, percentage=100.0),
            {"version b2 of bakery": 1.0},
            id="all-of-them",
        ),
    ],
)
def test_a_ramp_tells_who_gets_which_share(
    described: DescribeTaskQueueResponse, shares: dict[str, float]
) -> None:
    """Whoever polls."""
    assert shares_of_new_workflows(described) == pytest.approx(shares)
