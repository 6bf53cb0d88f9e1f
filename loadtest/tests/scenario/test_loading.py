"""
Scenarios by name and by path.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import asdict, fields
from pathlib import Path

import pytest

from loadtest import scenario
from loadtest.errors import InputError
from loadtest.plan import Work
from loadtest.scenario.builtin.repair import profile
from loadtest.scenario.scenario_source import files_beside

MINE = '''"""
What mine does.

More about it.
"""
from __future__ import annotations

from dataclasses import dataclass

ACTIVITIES_PER_WORKFLOW = 3

@dataclass
class Input:
    name: str

async def start(client, arrival):
    return await client.start_workflow("Mine", id=arrival.order_id, task_queue=arrival.task_queue)
'''


def test_the_listing_names_each_scenario_with_the_first_line_of_its_docstring() -> None:
    """
    A scenario is a file, and its name is the file's.
    """
    listed = dict(scenario.listing())

    assert set(listed) == {"noop", "repair"}
    assert listed["repair"] == "A repair order on its shortest path: six activities, one after the other."


def test_a_users_own_file_works_as_a_built_in_one(tmp_path: Path) -> None:
    """
    A path gives name, description, activities and start.
    """
    path = tmp_path / "mine.py"
    path.write_text(MINE)

    mine = scenario.load(str(path))

    assert (mine.name, mine.description, mine.activities_per_workflow) == ("mine", "What mine does.", 3)
    assert mine.start.__name__ == "start"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        pytest.param(MINE, "utf-8-sig", id="with a byte order mark"),
        pytest.param(
            "# -*- coding: latin-1 -*-\n" + MINE.replace("mine does", "Übung tut"), "latin-1", id="latin-1"
        ),
    ],
)
def test_a_file_in_any_encoding_that_python_reads_is_read(tmp_path: Path, text: str, encoding: str) -> None:
    """
    By its own name of the encoding, as Python does; its neighbours are found, too.
    """
    path = tmp_path / "mine_encoded.py"
    path.write_bytes(text.encode(encoding))

    assert scenario.load(str(path)).description.startswith("What ")
    assert set(files_beside(path)) == {"mine_encoded.py"}


def test_a_folder_of_data_is_not_the_module_of_its_name(tmp_path: Path) -> None:
    """
    Python takes the module, and the module must come along.
    """
    path = tmp_path / "mine.py"
    path.write_text("import names\n" + MINE.replace("from __future__ import annotations\n", ""))
    (tmp_path / "names.py").write_text("")
    (tmp_path / "names").mkdir()
    (tmp_path / "names" / "list.txt").write_text("")

    assert set(files_beside(path)) == {"mine.py", "names.py"}


def test_a_file_that_ends_the_program_is_refused(tmp_path: Path) -> None:
    """
    A script that parses its own arguments would end the sweep without a word.
    """
    path = tmp_path / "ends.py"
    path.write_text(MINE + "\nimport sys\nsys.exit(0)\n")

    with pytest.raises(InputError, match=r"cannot be imported \(SystemExit: 0\)"):
        scenario.load(str(path))


def test_an_unknown_name_is_refused_with_those_that_there_are() -> None:
    """
    One line: what was given, what there is, where more is said.
    """
    with pytest.raises(InputError) as refused:
        scenario.load("repiar")

    names = ", ".join(name for name, _ in scenario.listing())
    expected = (
        f"--scenario repiar: no such scenario; there are: {names} (`loadtest scenarios` describes them)"
    )
    assert str(refused.value) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            MINE.replace('"""', "#", 1).replace('"""', "#", 1), "cannot be imported", id="not-python"
        ),
        pytest.param(MINE[MINE.index("from __f") :], "has no docstring", id="no-docstring"),
        pytest.param(
            MINE.replace("async def", "def").replace("await ", ""), "has no `async def start", id="not-async"
        ),
        pytest.param(MINE.replace("def start", "def begin"), "has no `async def start", id="no-start"),
        pytest.param(MINE.replace(", arrival)", ")"), "start takes other arguments", id="wrong-arguments"),
        pytest.param(
            MINE.replace("ACTIVITIES", "ACTIVTIES"), "has no ACTIVITIES_PER_WORKFLOW", id="no-activities"
        ),
        pytest.param(
            MINE.replace("= 3", "= 'three'"), "has no ACTIVITIES_PER_WORKFLOW", id="wrong-activities"
        ),
        pytest.param(
            MINE + "\nfrom loadtest import nobody", "cannot import name 'nobody'", id="import-error"
        ),
    ],
)
def test_a_file_that_is_no_scenario_is_refused_with_the_reason(
    tmp_path: Path, text: str, problem: str
) -> None:
    """
    Each thing that a scenario needs is named when it is missing.
    """
    path = tmp_path / "mine.py"
    path.write_text(text)

    with pytest.raises(InputError) as refused:
        scenario.load(str(path))

    assert str(refused.value).startswith(f"--scenario {path}: ")
    assert problem in str(refused.value)
    assert "see loadtest/src/loadtest/scenario/builtin/repair.py" in str(refused.value)


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    """
    An empty file lacks three things, and is told so in three lines.
    """
    path = tmp_path / "empty.py"
    path.write_text("")

    with pytest.raises(InputError) as refused:
        scenario.load(str(path))

    assert len(str(refused.value).splitlines()) == 3


def test_a_package_that_is_not_installed_with_the_kit_is_named_with_where_to_install_it(
    tmp_path: Path,
) -> None:
    """
    A company's package is in the environment of its workers; nothing is wrong with the file itself.
    """
    path = tmp_path / "mine.py"
    path.write_text('"""\nMine.\n"""\nfrom acme_freight.contracts import Shipment\n')

    with pytest.raises(InputError) as refused:
        scenario.load(str(path))

    assert str(refused.value).startswith(
        f"--scenario {path}: it imports acme_freight, which is neither beside"
    )
    assert f"`{sys.executable} -m pip install PROJECT`" in str(refused.value)
    assert "PYTHONPATH" in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """
    A path is never taken for a name.
    """
    with pytest.raises(InputError, match="no such file; give the path of a scenario file, or one of: noop"):
        scenario.load(str(tmp_path / "gone.py"))


def test_a_missing_relative_path_is_refused_with_the_folder_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A plan beside its scenario may be given from another folder, which is where its `scenario` begins.
    """
    (tmp_path / "mine.py").write_text('"""\nMine.\n"""\n')
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")

    with pytest.raises(InputError, match=f"^--scenario mine.py: no such file in {tmp_path / 'other'}; give"):
        scenario.load("mine.py")


def test_the_plans_work_reaches_the_order_whole() -> None:
    """
    Every field of the plan's work is one of the worker's profile, with the same value.
    """
    work = Work(
        seconds=0.3, spread="exponential", failure_probability=0.1, payload_bytes=9, local_activities=True
    )

    made = profile(work)

    assert asdict(made) == work.model_dump()


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("settled", None),
        ("replaced", None),
        ("refunded", None),
        ("failed", "failed"),
        ("cancelled", "cancelled"),
    ],
)
def test_a_repair_order_failed_by_its_outcome(outcome: str, expected: str | None) -> None:
    """A workflow that completed with a failed order is no success."""
    judge = scenario.load("repair").failure

    assert judge is not None
    assert judge({"order_id": "o", "outcome": outcome}) == expected


def test_a_file_beside_a_scenario_can_be_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At its start and later, while it runs, wherever the program was started."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "beside_at_start.py").write_text("NUMBER = 3\n")
    (tmp_path / "beside_later.py").write_text("NUMBER = 4\n")
    path = tmp_path / "mine.py"
    path.write_text(
        '"""Mine."""\nfrom beside_at_start import NUMBER\nACTIVITIES_PER_WORKFLOW = NUMBER\n'
        "async def start(client, arrival):\n    import beside_later\n    return beside_later.NUMBER\n"
    )

    found = scenario.load(str(path))

    assert found.activities_per_workflow == 3
    assert asyncio.run(found.start(None, None)) == 4


def test_the_page_names_all_that_a_scenario_has_and_gets() -> None:
    """
    Whoever writes one needs no look into the code.
    """
    told = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    gets = [f"`arrival.{field.name}`" for field in fields(scenario.Arrival)]
    has = [f"| `{name}` |" for name in ("ACTIVITIES_PER_WORKFLOW", "async def start(client, arrival)")]
    has += [f"| `def {name}` |" for name in ("failure(result)", "drawn_work(work, seed)")]

    assert [name for name in (*gets, *has) if name not in told] == []


def test_packages_of_a_scenario_are_found_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a cluster they are installed into a folder of their own."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "installed_for_it.py").write_text("NUMBER = 5\n")
    monkeypatch.setenv("LOADTEST_PACKAGES", str(tmp_path / "packages"))
    path = tmp_path / "with_packages.py"
    path.write_text(
        '"""Mine."""\nfrom installed_for_it import NUMBER\nACTIVITIES_PER_WORKFLOW = NUMBER\n'
        "async def start(client, arrival):\n    return None\n"
    )

    assert scenario.load(str(path)).activities_per_workflow == 5
