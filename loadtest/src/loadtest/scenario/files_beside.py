"""
Which files a user's scenario needs from its own folder, as its imports say; no code is run to find out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from loadtest.errors import InputError


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
