"""
A name says one thing: no two modules and no two public classes of the product share one, and a question is a question.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("loadtest/src/loadtest", "worker/src/repairshop", "dashboards")

MAY_SHARE = {
    "__init__": "Python's own name of a package",
    "__main__": "Python's own name of a program",
}


def _modules() -> Iterator[Path]:
    for source in SOURCES:
        yield from (path for path in (ROOT / source).rglob("*.py") if "tests" not in path.parts)


@dataclass(frozen=True)
class Named:
    """
    What one module names.

    Attributes:
        place: Its path in the repository.
        classes: Public ones of the module itself.
        functions: All of them, methods too: line, name, and what it returns.
    """

    place: str
    classes: tuple[str, ...]
    functions: tuple[tuple[int, str, str], ...]


@pytest.fixture(scope="module")
def named() -> list[Named]:
    """
    Of each module, which is parsed once.
    """
    return [_named(path) for path in _modules()]


def _named(path: Path) -> Named:
    module = ast.parse(path.read_text(encoding="utf-8"))
    classes = [
        node.name for node in module.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
    functions = [
        (node.lineno, node.name, ast.unparse(node.returns) if node.returns is not None else "nothing")
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return Named(str(path.relative_to(ROOT)), tuple(classes), tuple(functions))


def _shared(places: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: found for name, found in places.items() if len(found) > 1 and name not in MAY_SHARE}


def test_no_two_modules_share_a_name() -> None:
    """Whoever reads an import or a traceback knows the file."""
    places = defaultdict(list)
    for path in _modules():
        places[path.stem].append(str(path.relative_to(ROOT)))

    assert len(places) > 150
    assert _shared(places) == {}


def test_no_two_public_classes_share_a_name(named: list[Named]) -> None:
    """One search finds one class."""
    places = defaultdict(list)
    for module in named:
        for name in module.classes:
            places[name].append(module.place)

    assert len(places) > 150
    assert _shared(places) == {}


# Verbs with which a name asks a question, at its beginning, and those that ask one in its middle.
ASKING = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "has",
        "have",
        "had",
        "does",
        "do",
        "did",
        "can",
        "could",
        "may",
        "might",
        "must",
        "should",
        "will",
        "would",
        "wants",
        "needs",
        "knows",
        "holds",
        "agree",
    ]
)
ASKING_WITHIN = frozenset(["is", "are", "was", "were", "has", "have", "had", "agree", "holds"])
NO_QUESTIONS = {
    "do_GET": "Python's own name of a handler of HTTP requests",
    "do_POST": "the same",
    "do_OPTIONS": "the same",
    "do": "takes a step of a saga, as its counterpart undoes it",
    "agree": "carries out the customer's yes",
}


def _asks(name: str) -> bool:
    first, *rest = name.strip("_").split("_")
    return name not in NO_QUESTIONS and (first in ASKING or not ASKING_WITHIN.isdisjoint(rest))


def test_a_name_that_asks_is_answered_by_yes_or_no(named: list[Named]) -> None:
    """A function that reads as a question returns a bool: `if has_enough(step)` means what it says."""
    asking = [
        (module.place, *function) for module in named for function in module.functions if _asks(function[1])
    ]

    assert len(asking) > 40
    assert [one for one in asking if one[-1] != "bool"] == []
