"""
A comparison as text, Markdown and JUnit XML, and the texts of users in it.
"""

from __future__ import annotations

import base64
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
import synthetic_steps

from loadtest.plan import Open
from loadtest.report.comparison_page import change_ticks, comparison_html
from loadtest.report.comparison_text import (
    comparison_junit,
    comparison_markdown,
    comparison_text,
    markdown_cell,
    markdown_code,
    markdown_line,
    quantity_row,
    quantity_sentence,
)
from loadtest.report.page_template import about_blocks
from loadtest.results.comparison_result import ComparisonResult, QuantityComparison, Standing

CPU = QuantityComparison("worker-cpu", "s", 0.02, 0.03, Standing.WORSE, 1.5, 1.4, 1.6, 4, None)
RATE = QuantityComparison("throughput", "1/s", 5.0, 5.0, Standing.SAME, 1.0, 0.98, 1.02, 4, None)
WAIT = QuantityComparison(
    "wait", "s", None, None, Standing.UNKNOWN, None, None, None, 0, None, "it is a closed load"
)


OPEN = synthetic_steps.demo_plan(loads=(Open(arrival_rate=1.8),))


def page(*quantities: QuantityComparison) -> str:
    return comparison_html(
        ComparisonResult(1, "run", "x=<1>", "x=2", ("worker-cpu",), 0.05, quantities, 4, ("noisy",)),
        about_blocks(OPEN, 0, synthetic_steps.manifest()),
    )


def test_the_page_answers_first_and_shows_every_quantity() -> None:
    """
    The gate's sentence comes first and coloured, every quantity has a row or a reason, the setting is escaped.
    """
    text = page(CPU, RATE, WAIT)

    assert '<li class="worse">Worker-cpu: B is worse, +50.0 % (+40.0 % to +60.0 %)</li>' in text
    assert text.count("<tr>") == 3
    assert "Not compared: wait: it is a closed load." in text
    assert "x=&lt;1&gt;" in text
    assert "noisy" in text
    assert "1 replica at 1.8/s. Scenario repair on one machine, 2 cores, Temporal server 1.32.0, " in text
    HTMLParser().feed(text)


def test_what_no_block_tells_is_told_once() -> None:
    """
    Three quantities that lack a value for one reason are one line, on the terminal and for a pull request.
    """
    late, whole = replace(WAIT, quantity="late"), replace(WAIT, quantity="end-to-end")
    result = ComparisonResult(1, "run", "x=1", "x=2", ("throughput",), 0.05, (RATE, late, WAIT, whole), 4)

    told = "not compared: late, wait and end-to-end: it is a closed load"
    assert comparison_text(result).splitlines()[-1] == told
    assert comparison_markdown(result).splitlines()[-1] == f"- {told}"


def test_rounds_that_all_say_the_same_have_no_interval_to_tell() -> None:
    """
    Actions of an order are counted to the last one; an interval from -37.5 % to -37.5 % would look like a mistake.
    """
    saved = QuantityComparison(
        "actions", "an order", 8.0, 5.0, Standing.BETTER, 0.625, 0.625, 0.625 + 1e-16, 4, None
    )

    assert quantity_row(saved) == ("actions, an order", "8", "5", "-37.5 % (in each round)", "better")
    assert quantity_sentence(saved) == "actions: B is better, -37.5 % (in each round)"


def test_in_junit_only_the_gate_can_fail() -> None:
    """
    Worse is a failure and what cannot be told is an error, of the gate; the same is neither, and outside of the gate worse is
    told and what cannot be told is skipped.
    """
    gate = ("worker-cpu", "throughput", "wait")
    memory, late = replace(CPU, quantity="worker-memory"), replace(WAIT, quantity="late")
    result = ComparisonResult(1, "run", "x=1", "x=2", gate, 0.05, (CPU, RATE, WAIT, memory, late), 4)

    suite = ElementTree.fromstring(comparison_junit(result))

    found = {
        case.get("name"): [(each.tag, each.get("message") or each.text) for each in case] for case in suite
    }
    assert found == {
        "worker-cpu": [("failure", "worker-cpu: B is worse, +50.0 % (+40.0 % to +60.0 %)")],
        "throughput": [("system-out", "throughput: B is the same, +0.0 % (-2.0 % to +2.0 %)")],
        "wait": [("error", "wait: cannot tell, as it is a closed load")],
        "worker-memory": [("system-out", "worker-memory: B is worse, +50.0 % (+40.0 % to +60.0 %)")],
        "late": [("skipped", "late: cannot tell, as it is a closed load")],
    }
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "5", "failures": "1", "errors": "1", "skipped": "1"}


def test_memory_is_told_in_megabytes() -> None:
    memory = replace(RATE, quantity="worker-memory", unit="bytes", a=120_299_848.0, b=9_000.0)

    assert quantity_row(memory)[:3] == ("worker-memory, MB", "120.3", "0.009")


def test_the_picture_is_within_the_page_and_nothing_else_is_fetched() -> None:
    """
    The intervals are an SVG inside of the page; it names no other address.
    """
    text = page(CPU, RATE)
    picture = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', text)

    assert picture is not None
    assert b"<svg" in base64.b64decode(picture[1])
    assert re.findall(r'(?:src|href)="(?!data:)', text) == []


@pytest.mark.parametrize(
    ("most", "labelled"),
    [
        (1.07, [0.95, 1.0, 1.05]),
        (1.2, [0.9, 0.95, 1.0, 1.05, 1.1]),
        (4.0, [0.25, 0.5, 0.7, 1.0, 1.5, 2.0, 4.0]),
    ],
)
def test_labels_of_changes_have_room(most: float, labelled: list[float]) -> None:
    """
    Actions may fall to a seventh beside a throughput that is the same: on such an axis -10 and +10 % lie on each other.
    """
    assert change_ticks(math.log(most)) == labelled


def test_a_comparison_that_told_nothing_has_no_picture() -> None:
    """
    Without a single known interval the page says so instead of an empty picture, and without a row there is no table.
    """
    nothing = page(WAIT)

    assert "No quantity could be told." in nothing
    assert "<table>" not in nothing
    assert "<table>" in page(CPU)


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
