"""
What a submitted sweep brings to the cluster, and what is refused before anything is made there.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from loadtest.cli.overrides import PlanFlags
from loadtest.cli.submission import bring_plan, bring_resumed
from loadtest.errors import InputError
from loadtest.plan import PlanFile
from loadtest.target.kubernetes.user_files import LARGEST_BYTES

SCENARIO = '''"""
Greets.
"""
from own_names import WORKFLOW
import own_shop.orders
ACTIVITIES_PER_WORKFLOW = 0
async def start(client, arrival):
    return await client.start_workflow(WORKFLOW, id="x", task_queue="q")
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    A plan, a scenario, and what it imports.
    """
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "plan.toml").write_text('name = "p"\n')
    (tmp_path / "greet.py").write_text(SCENARIO)
    (tmp_path / "own_names.py").write_text("from own_deeper import NAME\nWORKFLOW = NAME\n")
    (tmp_path / "own_deeper.py").write_text('NAME = "W"\n')
    (tmp_path / "unrelated.py").write_text("raise SystemExit\n")
    (tmp_path / "own_shop").mkdir()
    for name in ("__init__", "orders", "prices"):
        (tmp_path / "own_shop" / f"{name}.py").write_text("")
    return tmp_path


def test_a_scenario_comes_with_the_files_beside_it(folder: Path) -> None:
    """Those that it imports, directly or not, packages whole; nothing else of the folder."""
    brought = bring_plan(
        PlanFile.read(folder / "plan.toml"), PlanFlags(scenario=str(folder / "greet.py")), None
    )

    assert set(brought.files) == {
        "plan.toml",
        "greet.py",
        "own_names.py",
        "own_deeper.py",
        "own_shop/__init__.py",
        "own_shop/orders.py",
        "own_shop/prices.py",
    }
    assert brought.arguments == ("--scenario=/plan/greet.py",)
    assert not brought.packages


def test_the_file_that_a_plan_names_comes_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was submitted without a word, to fail in the pod."""
    monkeypatch.chdir(folder)
    (folder / "plan.toml").write_text('name = "p"\nscenario = "./greet.py"\n')

    brought = bring_plan(PlanFile.read(Path("plan.toml")), PlanFlags(), None)

    assert "own_deeper.py" in brought.files
    assert brought.arguments == ("--scenario=/plan/greet.py",)


def test_requirements_come_beside_the_scenario(folder: Path) -> None:
    """The scenario may then be loadable in the cluster alone, so it is read and not run."""
    (folder / "greet.py").write_text("import nosuch_package\n" + SCENARIO)
    (folder / "needs.txt").write_text("nosuch-package==1\n")

    brought = bring_plan(
        PlanFile.read(folder / "plan.toml"),
        PlanFlags(scenario=str(folder / "greet.py")),
        folder / "needs.txt",
    )

    assert brought.packages
    assert brought.files["requirements.txt"] == "nosuch-package==1\n"


def test_flags_go_on_to_the_sweep(folder: Path) -> None:
    """A built-in scenario by its name; nothing but the plan is brought."""
    flags = PlanFlags(
        "1,2",
        3,
        4,
        "q",
        "repair",
        ("work.seconds=0.2",),
        rate=2.5,
        window=30.0,
        warm_up=4.0,
        seed=7,
        factors=("work.payload_bytes=0,1000",),
    )

    brought = bring_plan(PlanFile.read(folder / "plan.toml"), flags, None)

    assert set(brought.files) == {"plan.toml"}
    assert brought.arguments == (
        "--replicas=1,2",
        "--injectors=3",
        "--repetitions=4",
        "--task-queue=q",
        "--rate=2.5",
        "--window=30.0",
        "--warm-up=4.0",
        "--seed=7",
        "--set=work.seconds=0.2",
        "--factor=work.payload_bytes=0,1000",
        "--scenario=repair",
    )


def test_a_plan_that_a_sweep_cannot_carry_out_is_not_brought(folder: Path) -> None:
    """Before a Job is made of it, whose first line would say so."""
    (folder / "plan.toml").write_text('name = "p"\n' + 2 * '[[loads]]\nkind = "saturate"\n')

    with pytest.raises(InputError, match="^plan: loads.0 and loads.1 are of kind saturate"):
        bring_plan(PlanFile.read(folder / "plan.toml"), PlanFlags(), None)


def test_files_that_no_configmap_holds_are_refused(folder: Path) -> None:
    """With their size, the largest, and what to do."""
    (folder / "own_names.py").write_text("WORKFLOW = 'W'\n#" + "x" * LARGEST_BYTES)

    with pytest.raises(
        InputError, match=r"have 90\d KiB, and a ConfigMap brings 900 KiB \(the largest is own_names\.py\)"
    ):
        bring_plan(PlanFile.read(folder / "plan.toml"), PlanFlags(scenario=str(folder / "greet.py")), None)


@pytest.mark.parametrize(
    ("flags", "requirements", "said"),
    [
        pytest.param(PlanFlags(scenario="nosuch"), None, "no such scenario", id="name"),
        pytest.param(PlanFlags(scenario="./nosuch.py"), None, "no such file", id="file"),
        pytest.param(PlanFlags(), "needs.txt", "is of the image", id="requirements-alone"),
        pytest.param(PlanFlags(scenario="./broken.py"), "needs.txt", "cannot be read as Python", id="syntax"),
        pytest.param(
            PlanFlags(scenario="./greet.py"), "nosuch.txt", "--requirements nosuch.txt", id="no-requirements"
        ),
    ],
)
def test_what_cannot_be_brought_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, flags: PlanFlags, requirements: str | None, said: str
) -> None:
    """Here, and not by a pod that fails later."""
    monkeypatch.chdir(folder)
    (folder / "needs.txt").write_text("")
    (folder / "broken.py").write_text("def (")

    with pytest.raises(InputError, match=said):
        bring_plan(PlanFile.read(Path("plan.toml")), flags, Path(requirements) if requirements else None)


def test_a_run_on_the_volume_is_resumed(folder: Path) -> None:
    """By its name; a scenario that was brought is brought again, and is not a flag of the sweep."""
    brought = bring_resumed("20260102-030405-p", PlanFlags(scenario=str(folder / "greet.py")), None)

    assert brought.arguments == ("--resume=/results/20260102-030405-p",)
    assert brought.resumes
    assert "own_names.py" in brought.files


@pytest.mark.parametrize(
    ("run", "flags", "said"),
    [
        pytest.param("../other", PlanFlags(), "not the name of a run", id="path"),
        pytest.param("latest", PlanFlags(replicas="1"), "leave --replicas=1 out", id="flags"),
    ],
)
def test_a_resumed_run_keeps_its_plan(run: str, flags: PlanFlags, said: str) -> None:
    """What would change it is refused."""
    with pytest.raises(InputError, match=said):
        bring_resumed(run, flags, None)
