"""
The workers that `worker/README.md` shows are those that tests make and measure.
"""

from __future__ import annotations

import re
import textwrap

import pytest
from bakery_workers import ROOT, WORKERS

README = (ROOT / "worker" / "README.md").read_text(encoding="utf-8")
CONTRACT = README.split("## What any worker is told")[1]


def _holds(source: str, block: str) -> bool:
    """
    Tell whether the lines of a block stand in a source one after the other, whatever they are indented by.
    """
    lines, wanted = source.splitlines(), block.splitlines()
    return any(
        textwrap.dedent("\n".join(lines[start : start + len(wanted)])) == "\n".join(wanted)
        for start in range(len(lines) - len(wanted) + 1)
    )


@pytest.mark.parametrize("language", WORKERS)
def test_the_readme_shows_lines_that_run(language: str) -> None:
    """The block of each language stands in its worker as it is, and its file is named."""
    (block,) = re.findall(rf"^```{language}\n(.*?)\n```$", CONTRACT, re.S | re.M)
    source = WORKERS[language].source

    assert len(block.splitlines()) >= 8
    assert _holds(source.read_text(encoding="utf-8"), block)
    assert any(str(path.relative_to(ROOT)) in CONTRACT for path in (source, *source.parents[:-3]))


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        pytest.param("b()\n  c()", True, id="as-it-is"),
        pytest.param("b()\nc()", False, id="indented-otherwise"),
        pytest.param("a()\nc()", False, id="a-line-is-left-out"),
        pytest.param("b();\n  c()", False, id="another-line"),
    ],
)
def test_what_is_another_line_is_seen(block: str, expected: bool) -> None:
    """Even where the source holds each of its lines."""
    assert _holds("a()\n  b()\n    c()\n", block) is expected
