"""
A name says one thing: no two modules and no two public classes of the product share one.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ("loadtest/src/loadtest", "worker/src/repairshop", "dashboards")

MAY_SHARE = {
    "__init__": "Python's own name of a package",
    "__main__": "Python's own name of a program",
}


def _modules() -> Iterator[Path]:
    for source in SOURCES:
        yield from (path for path in (ROOT / source).rglob("*.py") if "tests" not in path.parts)


def _shared(places: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: found for name, found in places.items() if len(found) > 1 and name not in MAY_SHARE}


def test_no_two_modules_share_a_name() -> None:
    """Whoever reads an import or a traceback knows the file."""
    places = defaultdict(list)
    for path in _modules():
        places[path.stem].append(str(path.relative_to(ROOT)))

    assert len(places) > 150
    assert _shared(places) == {}


def test_no_two_public_classes_share_a_name() -> None:
    """One search finds one class."""
    places = defaultdict(list)
    for path in _modules():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(ROOT)))

    assert len(places) > 150
    assert _shared(places) == {}
