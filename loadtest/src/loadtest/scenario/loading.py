"""
Finds scenarios by name or path, refuses files that are no scenario, and checks what a scenario, which is the user's code,
says of its orders' work before it is used.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import math
import os
import pkgutil
import re
import sys
import traceback
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from loadtest.errors import InputError
from loadtest.plan import Work
from loadtest.scenario.arrival import Arrival
from loadtest.scenario.scenario_source import files_beside, work_keys_read

if TYPE_CHECKING:
    from temporalio.client import Client, WorkflowHandle


DrawnWork = Callable[[Work, int], Sequence[float] | None]
WANTED = "`def drawn_work(work, seed)`, which returns the seconds of an order's activities or None"


def is_drawn_work(given: object) -> bool:
    """
    Tell whether an object can be called as a scenario's ``drawn_work``.
    """
    if not callable(given) or inspect.iscoroutinefunction(given):
        return False
    try:
        inspect.signature(given).bind(Work(), 0)
    except (TypeError, ValueError):
        return False
    return True


def checked_work(drawn_work: DrawnWork, scenario: str) -> DrawnWork:
    """
    Return the same function, which now raises ``InputError`` where it fails or returns something else than seconds.

    Args:
        drawn_work: Function of the scenario.
        scenario: Name of the scenario.
    """

    def drawn(work: Work, seed: int) -> Sequence[float] | None:
        try:
            seconds: Any = drawn_work(work, seed)
        except (Exception, SystemExit) as error:
            raise InputError(
                f"scenario {scenario}: `drawn_work` broke ({type(error).__name__}: {error}); write {WANTED}"
            ) from error
        if seconds is None or _are_seconds(seconds):
            return seconds  # type: ignore[no-any-return]  # looked at just now
        raise InputError(f"scenario {scenario}: `drawn_work` returned {seconds!r:.80}; write {WANTED}")

    return drawn


def _are_seconds(given: object) -> bool:
    return (
        isinstance(given, Sequence)
        and len(given) > 0
        and all(isinstance(one, int | float) and 0 <= one < math.inf for one in given)
    )


Failure = Callable[[Any], str | None]
Start = Callable[["Client", Arrival], Awaitable["WorkflowHandle[Any, Any]"]]

_BUILT_IN = "loadtest.scenario.builtin"
# Environment variable with a folder of packages that a user's own scenario needs.
PACKAGES_FOLDER = "LOADTEST_PACKAGES"
_NEEDED = (
    "a scenario is a Python file with a docstring, ACTIVITIES_PER_WORKFLOW = a number or None, and "
    "`async def start(client, arrival)` that returns a workflow handle; see loadtest/src/loadtest/scenario/builtin/repair.py"
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """
    What one start does.

    Attributes:
        name: The file's name without its suffix.
        description: The first line of the file's docstring.
        activities_per_workflow: Number of activities of each order on the plan's task queue; 0: none goes through it, and
            throughput is counted in closes; ``None``: the number varies.
        start: Starts one workflow.
        drawn_work: Returns the seconds of an order's activities, one after the other, from the plan's work and the
            order's seed; the attribute is ``None`` where the scenario does not tell, the result is ``None`` where it
            cannot.
        failure: Returns from a workflow's decoded result why the order failed, ``None`` for a success; without this
            function every completed workflow is a success.
        reads_work: Keys of the plan's ``[work]`` that a start may read; the others change nothing.
    """

    name: str
    description: str
    activities_per_workflow: int | None
    start: Start
    drawn_work: DrawnWork | None = None
    failure: Failure | None = None
    reads_work: frozenset[str] = frozenset(Work.model_fields)


def load(name_or_path: str) -> Scenario:
    """
    Return the scenario of a name, or of a user's own file.

    Raises:
        InputError: There is no scenario of that name, or the file is no scenario.
    """
    demand_scenario(name_or_path)
    where = f"--scenario {name_or_path}"
    if is_path(name_or_path):
        path = Path(name_or_path)
        return _checked(_run(path, where), path.stem, where)
    module = importlib.import_module(f"{_BUILT_IN}.{name_or_path}")
    return _checked(module, name_or_path, where)


def demand_scenario(name_or_path: str) -> None:
    """
    Refuse what is neither a scenario's name nor a file, without running a scenario.

    Raises:
        InputError: There is no scenario of that name, or no such file.
    """
    where = f"--scenario {name_or_path}"
    if not is_path(name_or_path):
        if name_or_path not in _built_in():
            raise InputError(
                f"{where}: no such scenario; there are: {_names()} (`loadtest scenarios` describes them)"
            )
        return
    try:
        found = Path(name_or_path).is_file()
    except OSError:  # such as a name that is too long
        found = False
    if not found:
        here = "" if Path(name_or_path).is_absolute() else f" in {Path.cwd()}"
        raise InputError(
            f"{where}: no such file{here}; give the path of a scenario file, or one of: {_names()}"
        )


def listing() -> list[tuple[str, str]]:
    """
    Name and description of each built-in scenario, in alphabetical order.
    """
    return [(name, load(name).description) for name in _built_in()]


def is_path(text: str) -> bool:
    """
    Tell whether a scenario is a user's own file, and not the name of a built-in one.
    """
    return text.endswith(".py") or "/" in text


def _built_in() -> list[str]:
    folder = str(Path(__file__).parent / "builtin")
    return sorted(module.name for module in pkgutil.iter_modules([folder]))


def _names() -> str:
    return ", ".join(_built_in())


def _run(path: Path, where: str) -> ModuleType:
    name = "loadtest_user_scenario_" + re.sub(r"\W", "_", path.stem)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{where}: not a Python file; {_NEEDED}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up there
    _find_beside(path)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        if (missing := _not_installed(error, path)) is None:
            raise InputError(
                f"{where}: cannot be imported ({type(error).__name__}: {error}); {_NEEDED}"
            ) from error
        raise InputError(
            f"{where}: it imports {missing}, which is neither beside it nor installed with the kit; install it there "
            f"(`{sys.executable} -m pip install PROJECT`, in a cluster `loadtest submit --requirements FILE`), or write its folder into "
            "PYTHONPATH"
        ) from error
    return module


def _not_installed(error: BaseException, path: Path) -> str | None:
    """
    Return the module that a scenario, or a file beside it, imports from a package that is not there.

    ``None`` for any other error, such as a module that an installed package lacks or looks for in vain.
    """
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return None
    package = error.name.partition(".")[0]
    if package in sys.modules or importlib.util.find_spec(package) is not None:
        return None
    frames = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    # The last ones are of Python's own import, which is no file.
    importer = Path([name for name in frames if not name.startswith("<")][-1])
    return error.name if importer.resolve() in files_beside(path.resolve()).values() else None


def _find_beside(path: Path) -> None:
    """
    Let a scenario import the files beside it, now and while it runs, as Python does for a script.
    """
    for folder in (os.environ.get(PACKAGES_FOLDER), str(path.resolve().parent)):
        if folder and folder not in sys.path:
            sys.path.insert(0, folder)


def _checked(module: ModuleType, name: str, where: str) -> Scenario:
    problems = []
    # From the source: Python run with -OO, or PYTHONOPTIMIZE=2, keeps no docstrings.
    source = Path(module.__file__ or "").read_bytes()
    description = (ast.get_docstring(ast.parse(source)) or "").strip().partition("\n")[0]
    if not description:
        problems.append("has no docstring, whose first line is its description")
    start = getattr(module, "start", None)
    if not inspect.iscoroutinefunction(start):
        problems.append("has no `async def start(client, arrival)`")
    elif len(inspect.signature(start).parameters) != 2:
        problems.append("start takes other arguments than (client, arrival)")
    activities = getattr(module, "ACTIVITIES_PER_WORKFLOW", "absent")
    if activities is not None and (not isinstance(activities, int) or activities < 0):
        problems.append("has no ACTIVITIES_PER_WORKFLOW that is a number from 0 or None")
    failure = getattr(module, "failure", None)
    if failure is not None and (
        not inspect.isfunction(failure)
        or inspect.iscoroutinefunction(failure)
        or len(inspect.signature(failure).parameters) != 1
    ):
        problems.append(
            "has a `failure` that is not `def failure(result)`, which returns None or why it failed"
        )
    drawn_work = getattr(module, "drawn_work", None)
    if drawn_work is not None and not is_drawn_work(drawn_work):
        problems.append(f"has a `drawn_work` that is not {WANTED}")
    if problems:
        raise InputError("\n".join(f"{where}: {problem}; {_NEEDED}" for problem in problems))
    assert start is not None and (activities is None or isinstance(activities, int))
    if drawn_work is not None:
        drawn_work = checked_work(drawn_work, name)
        drawn_work(Work(), 0)  # what it breaks on is told before anything is measured
    return Scenario(name, description, activities, start, drawn_work, failure, work_keys_read(start))
