"""
What the plan says of workers reaches the kit's ``main``, in the kit's worker and in a user's program.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from loadtest.plan import WorkerSetup
from loadtest.target.local_worker_command import OWN_WORKER, plan_variables
from repairshop.settings import Settings, load


@pytest.mark.parametrize(
    ("asked", "own_worker", "expected"),
    [
        pytest.param(7, True, "7", id="kit-as-planned"),
        pytest.param(None, True, "4", id="kit-without-a-number"),
        pytest.param(7, False, "7", id="users-program-as-planned"),
        pytest.param(None, False, None, id="users-program-keeps-its-own"),
    ],
)
def test_slots_follow_the_plan_where_it_names_them(
    asked: int | None, own_worker: bool, expected: str | None
) -> None:
    """A program that is given no number runs with its own."""
    given = plan_variables(WorkerSetup(activity_slots=asked), own_worker=own_worker)

    assert given.get("REPAIRSHOP_ACTIVITY_SLOTS") == expected


def test_every_setting_of_a_plan_is_one_of_the_worker() -> None:
    """A field that the worker does not know would be measured as if it had been set."""
    given = plan_variables(WorkerSetup(), own_worker=True)

    assert {name.removeprefix("REPAIRSHOP_").lower() for name in given} <= set(Settings.model_fields)
    assert given["REPAIRSHOP_EAGER_ACTIVITIES"] == "false"


OTHER_THAN_THE_DEFAULT = {
    "activity_slots": 7,
    "workflow_task_slots": 8,
    "activity_pollers": 3,
    "workflow_pollers": "autoscaling",
    "max_cached_workflows": 11,
    "eager_activities": True,
    "sandbox": False,
    "uvloop": False,
    "tuner": "resource",
}


@pytest.mark.parametrize(("name", "value"), OTHER_THAN_THE_DEFAULT.items())
def test_every_factor_of_the_worker_arrives_in_its_settings(name: str, value: object) -> None:
    """What the plan varies is what the worker's own settings hold, and nothing else of them."""
    given = WorkerSetup.model_validate({name: value})

    asked = load(plan_variables(given, own_worker=True))
    default = load(plan_variables(WorkerSetup(), own_worker=True))

    assert getattr(asked, name) == value
    assert {key for key in Settings.model_fields if getattr(asked, key) != getattr(default, key)} == {name}


def test_no_setting_of_a_worker_is_left_out_of_that_table() -> None:
    """A new key of the plan gets its own row."""
    assert set(OTHER_THAN_THE_DEFAULT) == set(WorkerSetup.model_fields)


pytestmark = pytest.mark.process


def test_a_file_of_the_current_folder_is_no_module_of_the_worker(tmp_path: Path) -> None:
    """A user's own ``queue.py`` or ``random.py`` would take the place of Python's, and no worker would start."""
    (tmp_path / "random.py").write_text("raise SystemExit('not of Python')", encoding="utf-8")

    done = subprocess.run([*OWN_WORKER, "--help"], cwd=tmp_path, capture_output=True, text=True, timeout=120)

    assert (done.returncode, done.stderr) == (0, "")
