"""
What the source of a user's scenario tells: the files of its folder that it imports, for which no code is run, and the
keys of a plan's ``[work]`` that its ``start`` reads.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from loadtest.errors import InputError
from loadtest.plan import Work


def files_beside(scenario: Path) -> dict[str, Path]:
    """
    Return a scenario's file and all modules and packages of its folder that it imports, directly or indirectly.

    A package is returned whole, with all its ``.py`` files. Files that a scenario opens as data are not found.

    Returns:
        Files by their path below the folder.

    Raises:
        InputError: A file cannot be read as Python.
    """
    folder = scenario.parent
    found: dict[str, Path] = {}
    todo = [scenario]
    while todo:
        path = todo.pop()
        name = path.relative_to(folder).as_posix()
        if name in found:
            continue
        found[name] = path
        for module in _imports(path):
            todo += _of(folder, module)
    return found


def _of(folder: Path, module: str) -> list[Path]:
    top = module.partition(".")[0]
    package, file = folder / top, folder / f"{top}.py"
    # As in Python: a folder of that name that is no package, such as one of data, comes after the module.
    if file.is_file() and not (package / "__init__.py").is_file():
        return [file]
    return sorted(package.rglob("*.py")) if package.is_dir() else []


def _imports(path: Path) -> Iterator[str]:
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(
            f"--scenario: {path} cannot be read as Python ({error}); give a file that can"
        ) from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def work_keys_read(start: Callable[..., Any]) -> frozenset[str]:
    """
    Return the keys that a scenario's ``start`` may read from its arrival; all of them where it hands the arrival or the
    work on, or its source cannot be read.
    """
    every = frozenset(Work.model_fields)
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(start))))
    except (OSError, TypeError, SyntaxError):
        return every
    arrival = list(inspect.signature(start).parameters)[1]
    (function, *_) = tree.body
    parameters = [one.arg for one in getattr(getattr(function, "args", None), "args", ())]
    if arrival not in parameters:
        return every
    read: set[str] = set()
    for attributes in _uses(function, arrival):
        if not attributes or attributes == ("work",):
            return every
        if attributes[0] == "work":
            read.add(attributes[1])
    return frozenset(read)


def _uses(function: ast.AST, name: str) -> Iterator[tuple[str, ...]]:
    """
    Yield the attributes of each use of a name, such as ``("work", "seconds")``; an empty tuple is the name itself.
    """
    outer = {child: node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(function):
        if not isinstance(node, ast.Name) or node.id != name:
            continue
        attributes: list[str] = []
        at: ast.AST = node
        while isinstance(above := outer.get(at), ast.Attribute):
            attributes.append(above.attr)
            at = above
        yield tuple(attributes)
