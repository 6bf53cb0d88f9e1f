"""
Each name of the package stands for one thing, so that a search finds it.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
# Python's own names for a package and for its entry.
OF_PYTHON = ("__init__", "__main__")


def modules() -> Iterator[tuple[str, Path]]:
    """
    Yield each module with its file.
    """
    yield from ((path.stem, path) for path in SOURCE.rglob("*.py") if path.stem not in OF_PYTHON)


def public_classes() -> Iterator[tuple[str, Path]]:
    """
    Yield each public class with the file that defines it.
    """
    for path in SOURCE.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name, path


@pytest.mark.parametrize("named", [modules, public_classes])
def test_no_two_share_a_name(named: object) -> None:
    """
    A module's or a public class's name is found in one file alone.
    """
    assert callable(named)
    homes: dict[str, list[str]] = defaultdict(list)
    for name, path in named():
        homes[name].append(str(path.relative_to(SOURCE)))

    assert len(homes) > 20
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}
