"""
A comparison of settings with odd characters, for a pull request and for a build server.
"""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from loadtest.report.comparison_text import comparison_junit, comparison_markdown
from loadtest.report.escaped_text import markdown_cell, markdown_code, markdown_line
from loadtest.results.comparison_result import ComparisonResult, QuantityComparison, Standing

ODD = "run\x1b[31m \udcff <b> ]]> & | `x`\nnext"
MONEY = QuantityComparison(
    "money", "a|b\nc", 1.0, 2.0, Standing.UNKNOWN, None, None, None, 0, None, f"of {ODD}"
)
RESULT = ComparisonResult(1, ODD, "x=`a|b`", "x=``c", ("money",), 0.05, (MONEY,), 3, (f"note of {ODD}",))


def test_odd_characters_leave_a_report_for_a_build_server_readable() -> None:
    """Control characters and what is left of an undecodable file name cannot stand in XML, however they are written."""
    suite = ElementTree.fromstring(comparison_junit(RESULT).encode("utf-8"))

    (error,) = suite.iter("error")
    assert "run\ufffd[31m \ufffd <b> ]]> & | `x`" in (suite.get("name") or "")
    assert "of run\ufffd[31m \ufffd <b>" in (error.get("message") or "")


def test_odd_characters_leave_a_table_of_markdown_whole() -> None:
    """Each row has its five cells, each note is one item, and the settings are code as they were given."""
    lines = comparison_markdown(RESULT).splitlines()

    assert lines[2].startswith("A: `` x=`a|b` ``, B: ```x=``c```, 3 rounds.")
    (row,) = (line for line in lines if line.startswith("| money"))
    assert row.replace("\\|", "").count("|") == 6
    assert lines[-1].startswith("- note of run")
    assert lines[-1].endswith("&lt;b> ]]> & | `x` next")


@pytest.mark.parametrize(
    ("text", "line", "cell", "code"),
    [
        ("a < b", "a &lt; b", "a &lt; b", "`a < b`"),
        ("`a < b` < c", "`a < b` &lt; c", "`a < b` &lt; c", "`` `a < b` < c ``"),
        ("one ` < two", "one ` &lt; two", "one ` &lt; two", "``one ` < two``"),
        ("a | b\n\nc", "a | b c", "a \\| b c", "`a | b c`"),
    ],
    ids=["html", "code", "one backtick", "bar and lines"],
)
def test_a_text_of_a_user_is_one_piece_of_markdown(text: str, line: str, cell: str, code: str) -> None:
    """Whatever stands in it."""
    assert (markdown_line(text), markdown_cell(text), markdown_code(text)) == (line, cell, code)
