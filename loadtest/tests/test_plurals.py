"""
Texts that people read: a noun agrees with its number.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from loadtest.plural import counted, plural

SOURCES = Path(__file__).parents[1] / "src"
NOUNS = (
    "workflows|orders|steps|replicas|rounds|injectors|pods|probes|slots|samples|arrivals|repetitions|activities|tasks|"
    "cores|times|restarts|windows|workers|runs|ports|processes|blocks|starts|suspects|polls|pairs|results"
)
BESIDE = re.compile(rf"^ (?:more )?({NOUNS})\b(?!/s)")
# Each is more than one, or is no number.
NEVER_ONE = {
    "2 * step.in_flight results",
    "_FEWEST_ARRIVALS arrivals",
    "_MOST_ARRIVALS arrivals",
    "MOST_ARRIVAL_RATE orders",
    "MOST_ARRIVAL_RATE starts",
    "_counts(steps) steps",
    "first rounds",
    "known[0].replicas times",
    "len(alike) pods",
    "len(arrivals) arrivals",
    "len(draws) orders",
    "len(found) repetitions",
    "most ports",
    "most repetitions",
    "most replicas",
    "most_probes probes",
    "listed(alike) replicas",
    "name polls",
    "part cores",
    "samples_to_keep(most) orders",
    "self.of workers",
    "service.project runs",
    "status.name runs",
    "told replicas",
    "workers polls",
}


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 steps were"), (1, "1 step was"), (2, "2 steps were")], ids=str
)
def test_noun_and_verb_agree_with_their_number(number: int, told: str) -> None:
    """Only one is one."""
    assert f"{counted(number, 'step')} {plural(number, 'was', 'were')}" == told


def test_no_text_puts_a_plural_beside_a_number_that_may_be_one() -> None:
    """``counted`` and ``plural`` say it; a number with a fixed number of decimals is no count."""
    found = [
        f"{path.relative_to(SOURCES)}:{line}: {text}"
        for path in sorted(SOURCES.rglob("*.py"))
        for line, text in _plurals(ast.parse(path.read_text(encoding="utf-8")))
        if text not in NEVER_ONE
    ]

    assert found == []


def _plurals(module: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module):
        if not isinstance(node, ast.JoinedStr):
            continue
        for number, text in zip(node.values, node.values[1:], strict=False):
            if (
                isinstance(number, ast.FormattedValue)
                and isinstance(text, ast.Constant)
                and (beside := BESIDE.match(str(text.value))) is not None
                and (number.format_spec is None or "." not in ast.unparse(number.format_spec))
            ):
                yield node.lineno, f"{ast.unparse(number.value)} {beside[1]}"
