"""
Which keys of a plan's ``[work]`` a scenario reads, by the source of its ``start``.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from loadtest.plan import Work


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
