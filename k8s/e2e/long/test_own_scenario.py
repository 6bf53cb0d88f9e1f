"""
A scenario of somebody's own that brings a second file and a package which the image lacks.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from forwarded_frontend import frontend
from kit_commands import Kit, fetch
from steady_plan import STEADY_PLAN
from temporalio.client import Client

# The first test of a session waits for the cluster.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

RELEASE = "own"
JOB = ("--job", f"{RELEASE}-loadtest-sweep")
PLAN = f'name = "own"\nreplicas = [1]{STEADY_PLAN}'
SCENARIO = '''
"""Orders of the kit, named by a second file."""

from order_names import named
from repairshop.contract import RepairOrder, WorkProfile

ACTIVITIES_PER_WORKFLOW = 6


async def start(client, arrival):
    work = WorkProfile(seconds=arrival.work.seconds)
    order = RepairOrder(order_id=arrival.order_id, seed=arrival.seed, work=work)
    name = named(arrival.order_id)
    return await client.start_workflow("RepairWorkflow", order, id=name, task_queue=arrival.task_queue)
'''
ORDER_NAMES = """
from shelfmark import SHELF


def named(order_id):
    return f"{SHELF}-{order_id}"
"""
WHEEL = "shelfmark-1.0-py3-none-any.whl"
# No index of packages: the wheel is in the pods, by a volume of the chart's values.
REQUIREMENTS = "--no-index\n--find-links /wheels\nshelfmark\n"


def wheel() -> bytes:
    """
    A package of one module, as pip installs it.
    """
    about = "shelfmark-1.0.dist-info"
    files = {
        "shelfmark.py": 'SHELF = "upper-shelf"\n',
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: shelfmark\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in [*files, f"{about}/RECORD"])
    with io.BytesIO() as whole:
        with zipfile.ZipFile(whole, "w") as archive:
            for name, text in {**files, f"{about}/RECORD": record}.items():
                archive.writestr(name, text)
        return whole.getvalue()


@pytest.fixture
def beside_ours(kit: Kit, tmp_path: Path) -> Iterator[Kit]:
    """
    A second load test of the same workers, whose pods find the wheel.
    """
    content = {WHEEL: base64.b64encode(wheel()).decode()}
    wheels = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "wheels"}, "binaryData": content}
    values = tmp_path / "ours.yaml"
    values.write_text(
        kit.helm("get", "values", "loadtest", "--namespace", "loadtest", "--output", "yaml").out
    )
    more = tmp_path / "more.yaml"
    more.write_text(
        json.dumps(
            {
                "results": {"keep": False},
                "extraVolumes": [{"name": "wheels", "configMap": {"name": "wheels"}}],
                "extraVolumeMounts": [{"name": "wheels", "mountPath": "/wheels", "readOnly": True}],
            }
        )
    )
    kit.kubectl("apply", "--namespace", "loadtest", "--filename", "-", given=json.dumps(wheels))
    try:
        given = ["--namespace", "loadtest", "--values", str(values), "--values", str(more)]
        done = kit.helm("upgrade", "--install", RELEASE, "charts/loadtest", *given)
        assert done.code == 0, done.said
        yield kit
    finally:
        kit.helm("uninstall", RELEASE, "--namespace", "loadtest", "--ignore-not-found")
        kit.ask("delete", "configmap", "wheels", "--namespace", "loadtest", "--ignore-not-found")


async def started(prefix: str) -> int:
    """
    How many workflows the server has whose names begin so.
    """
    with frontend() as address:
        client = await Client.connect(address)
        return (await client.count_workflows(f"WorkflowId STARTS_WITH '{prefix}'")).count


def test_a_second_file_and_a_package_come_along(beside_ours: Kit, tmp_path: Path) -> None:
    """
    Sweep and injectors have both: the orders' names are made by the second file from the package.
    """
    mine = tmp_path / "mine"
    mine.mkdir()
    for name, text in {
        "scenario.py": SCENARIO,
        "order_names.py": ORDER_NAMES,
        "requirements.txt": REQUIREMENTS,
    }.items():
        (mine / name).write_text(text)
    own = ("--scenario", str(mine / "scenario.py"), "--requirements", str(mine / "requirements.txt"))

    finished = beside_ours.sweep(PLAN, *JOB, *own)

    assert finished.is_measured, finished.out[-2000:] + finished.error
    *_, step = fetch(beside_ours, *JOB).measured()
    assert len(step["injector"]["per_injector"]) == 2
    assert step["injector"]["whole"]["failed"] == {}
    assert 0 < step["injector"]["whole"]["completed"] <= asyncio.run(started("upper-shelf-"))
