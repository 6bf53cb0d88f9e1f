"""
What a compose service does as a target where a real Docker would not show the failure on demand.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import synthetic_steps
from fake_docker import FakeDocker

from loadtest.errors import InputError, WorkerDiedError
from loadtest.target.compose.compose_target import ComposePlace, open_compose

PLACE = ComposePlace("shop/worker")


@pytest.fixture
def docker(tmp_path: Path) -> FakeDocker:
    """A project that is up with two workers."""
    file = tmp_path / "compose.yaml"
    file.write_text("services: {}\n")
    fake = FakeDocker(str(file))
    for number in (1, 2):
        fake.start(number)
    return fake


async def test_replicas_are_containers_with_their_own_pages(docker: FakeDocker) -> None:
    """Each is known by its host name, which its SDK polls under, and read at its own port of the host."""
    async with open_compose(PLACE, synthetic_steps.demo_plan(replicas=[4]), docker) as target:
        found = await target.scale(4)

        assert [one.identity for one in found] == [f"{number:012x}" for number in (1, 2, 3, 4)]
        assert [one.metrics_url for one in found] == [
            f"http://127.0.0.1:{32000 + number}/metrics" for number in (1, 2, 3, 4)
        ]
        assert await target.alive() == found
        await target.check_alive()


@pytest.mark.parametrize(
    ("url", "pages"),
    [("http://s/metrics", {"server": "http://s/metrics"}), (None, {})],
    ids=["named", "left-out"],
)
async def test_the_servers_page_is_the_one_that_was_named(
    url: str | None, pages: dict[str, str], docker: FakeDocker
) -> None:
    """A project's server is not looked for."""
    place = ComposePlace("shop/worker", server_metrics=url)

    async with open_compose(place, synthetic_steps.demo_plan(replicas=[4]), docker) as target:
        assert await target.server_pages() == pages


async def test_the_count_that_was_found_comes_back(docker: FakeDocker) -> None:
    """After a failure too."""
    with pytest.raises(RuntimeError, match="boom"):
        async with open_compose(PLACE, synthetic_steps.demo_plan(replicas=[4]), docker) as target:
            await target.scale(4)
            raise RuntimeError("boom")

    assert docker.scaled == [4, 2]


async def test_a_second_sweep_takes_what_the_first_one_made(docker: FakeDocker) -> None:
    """Containers that a sweep made carry another hash than those of `docker compose up`, of the same files."""
    for _ in range(2):
        async with open_compose(PLACE, synthetic_steps.demo_plan(replicas=[4]), docker) as target:
            await target.scale(1)

    assert docker.scaled == [1, 2, 1, 2]


async def test_a_worker_that_ends_at_its_start_is_told_with_its_log(docker: FakeDocker) -> None:
    """A restart policy hides it: the container is `up` again a moment later."""
    docker.dies_at_start = True

    async with open_compose(PLACE, synthetic_steps.demo_plan(replicas=[3]), docker) as target:
        with pytest.raises(WorkerDiedError, match=r"(?s)shop-worker-3 \(exit code 3.*no such queue"):
            await target.scale(3)


async def test_a_worker_that_was_started_anew_has_died(docker: FakeDocker) -> None:
    """It runs, under its name, and is another process than the one that the step began with."""
    async with open_compose(PLACE, synthetic_steps.demo_plan(replicas=[2]), docker) as target:
        await target.scale(2)
        docker.containers[2]["State"]["StartedAt"] = "2026-11-26T01:59:00.5Z"

        with pytest.raises(WorkerDiedError, match="container 000000000002 of shop/worker ended"):
            await target.check_alive()


async def test_a_restart_before_the_sweep_is_no_death(docker: FakeDocker) -> None:
    """Docker counts restarts over a container's life."""
    docker.containers[1]["RestartCount"] = 7

    async with open_compose(PLACE, synthetic_steps.demo_plan(replicas=[2]), docker) as target:
        assert len(await target.scale(2)) == 2
        await target.check_alive()


async def test_a_worker_that_is_gone_has_died(docker: FakeDocker) -> None:
    """Somebody else scaled the service."""
    async with open_compose(PLACE, synthetic_steps.demo_plan(replicas=[2]), docker) as target:
        await target.scale(2)
        del docker.containers[2]

        with pytest.raises(WorkerDiedError, match="container 000000000002 of shop/worker is gone"):
            await target.check_alive()


async def test_starts_are_of_the_servers_services(docker: FakeDocker) -> None:
    """A database that Docker started anew has another one; without named services none is known."""
    place = ComposePlace("shop/worker", server_services=("worker",))

    async with open_compose(place, synthetic_steps.demo_plan(replicas=[2]), docker) as target:
        before = await target.server_starts()
        docker.containers[2]["State"]["StartedAt"] = "2026-11-26T01:59:00.5Z"
        after = await target.server_starts()
    async with open_compose(PLACE, synthetic_steps.demo_plan(replicas=[2]), docker) as target:
        unknown = await target.server_starts()

    assert list(before) == ["shop-worker-1", "shop-worker-2"]
    assert [name for name in before if after[name] != before[name]] == ["shop-worker-2"]
    assert unknown == {}


async def test_use_is_of_the_control_groups(docker: FakeDocker) -> None:
    """Of the server's services where they are named; a worker's page says its own."""
    place = ComposePlace("shop/worker", server_services=("worker",))

    async with open_compose(place, synthetic_steps.demo_plan(replicas=[2]), docker) as target:
        await target.scale(2)
        use = await target.use()

    assert use["server"].cpu_seconds == pytest.approx(2 * 7.024202297)
    assert (use["worker"].cpu_seconds, use["worker"].why) == (
        None,
        "in compose the CPU of workers is read from their pages",
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param("worker", "--service worker: not of the form PROJECT/NAME", id="no-project"),
        pytest.param("shop/", "--service shop/: not of the form PROJECT/NAME", id="no-name"),
        pytest.param("other/worker", "--service other/worker: no project other is up", id="no-such-project"),
        pytest.param("shop/wroker", "has no such service; it has: web, worker", id="no-such-service"),
    ],
)
async def test_a_service_that_is_not_there_is_refused(docker: FakeDocker, given: str, told: str) -> None:
    """And nothing is scaled."""
    with pytest.raises(InputError, match=told):
        async with open_compose(ComposePlace(given), synthetic_steps.demo_plan(), docker):
            pass

    assert docker.scaled == []


async def test_replicas_of_two_configurations_are_refused(docker: FakeDocker) -> None:
    """New containers would be made from the changed file, beside old ones."""
    docker.config_hash = "changed"

    with pytest.raises(InputError, match="made from another configuration than its files"):
        async with open_compose(PLACE, synthetic_steps.demo_plan(), docker):
            pass


async def test_a_file_that_is_gone_is_told(docker: FakeDocker) -> None:
    """Without it nothing can be scaled."""
    Path(docker.file).unlink()

    with pytest.raises(InputError, match="which is not here now"):
        async with open_compose(PLACE, synthetic_steps.demo_plan(), docker):
            pass


async def test_what_a_project_was_started_with_is_used_again(tmp_path: Path) -> None:
    """Its `--env-file` fills in the files: without it replicas of another configuration would be asked for."""
    file, environment = tmp_path / "compose.yaml", tmp_path / "production.env"
    file.write_text("services: {}\n")
    environment.write_text("SLOTS=8\n")
    docker = FakeDocker(str(file), str(environment))
    docker.start(1)

    async with open_compose(PLACE, synthetic_steps.demo_plan(), docker) as target:
        await target.scale(2)

    assert docker.environments and set(docker.environments) == {str(environment)}


async def test_an_environment_that_is_gone_is_told(tmp_path: Path) -> None:
    """As a file of the project's is."""
    file = tmp_path / "compose.yaml"
    file.write_text("services: {}\n")
    docker = FakeDocker(str(file), str(tmp_path / "gone.env"))
    docker.start(1)

    with pytest.raises(InputError, match=r"gone\.env, which is not here now"):
        async with open_compose(PLACE, synthetic_steps.demo_plan(), docker):
            pass


async def test_two_sweeps_never_scale_one_service(docker: FakeDocker) -> None:
    """The second is refused while the first runs, and not after it."""
    async with open_compose(PLACE, synthetic_steps.demo_plan(), docker):
        with pytest.raises(InputError, match="another sweep scales a service of"):
            async with open_compose(PLACE, synthetic_steps.demo_plan(), docker):
                pass
    async with open_compose(PLACE, synthetic_steps.demo_plan(), docker):
        pass


async def test_settings_that_the_files_make_are_not_varied(docker: FakeDocker) -> None:
    """Told before a run has a folder."""
    plan = synthetic_steps.demo_plan(factors={"worker.sandbox": [True, False]})

    with pytest.raises(
        InputError, match="plan: factors.worker.sandbox: workers and server of a compose project"
    ):
        async with open_compose(PLACE, plan, docker):
            pass
