"""
A comparison as text for a terminal, as Markdown for a pull request, and as JUnit XML for a build server.

No character of a user's text, such as a command line or a currency, breaks Markdown or XML.
"""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

from loadtest.plural import counted
from loadtest.report.numbers import listed
from loadtest.report.text_lines import fitted, text_table
from loadtest.results.comparison_result import ComparisonResult, QuantityComparison, Standing


def comparison_headline(result: ComparisonResult) -> str:
    """
    Return the answer in one sentence, from the gate's quantities alone.
    """
    told = [one for one in result.quantities if one.quantity in result.gate]
    return "; ".join(quantity_sentence(one) for one in told) + "."


def comparison_text(result: ComparisonResult, width: int | None = None) -> str:
    """
    Return the comparison as lines for a terminal.

    Args:
        result: Result of the comparison.
        width: Width of the terminal in characters; ``None`` breaks no line.
    """
    rows = [("quantity", "A", "B", "B over A", "B is"), *map(quantity_row, told_quantities(result))]
    lines = [f"A: {result.a}", f"B: {result.b}", *fitted(comparison_headline(result), width), ""]
    table = text_table(rows, width, left=range(5)) if len(rows) > 1 else []
    lines += [*table, *[""] * ("" in table)]
    for told in (*not_compared(result), *(f"note: {warning}" for warning in result.warnings)):
        lines += fitted(told, width)
    return "\n".join(lines) + "\n"


def comparison_markdown(result: ComparisonResult) -> str:
    """
    Return the comparison as a comment for a pull request.
    """
    rows = [quantity_row(one) for one in told_quantities(result)]
    lines = [
        f"**{markdown_line(comparison_headline(result))}**",
        "",
        f"A: {markdown_code(result.a)}, B: {markdown_code(result.b)}, {counted(result.rounds, _round_noun(result))}.",
        "",
        "| quantity | A | B | B over A (95 %) | B is |",
        "| --- | --- | --- | --- | --- |",
        *(f"| {' | '.join(map(markdown_cell, row))} |" for row in rows),
    ]
    if notes := [*not_compared(result), *result.warnings]:
        lines += ["", *(f"- {markdown_line(note)}" for note in notes)]
    return "\n".join(lines) + "\n"


def comparison_junit(result: ComparisonResult) -> str:
    """
    Return the comparison as JUnit XML, a case for each quantity; only the gate's quantities can fail.
    """
    cases = []
    failures = errors = skipped = 0
    for one in result.quantities:
        case = ElementTree.Element("testcase", classname="loadtest.compare", name=one.quantity)
        gates, told = one.quantity in result.gate, xml_text(quantity_sentence(one))
        if gates and one.standing is Standing.WORSE:
            failures += 1
            ElementTree.SubElement(case, "failure", message=told)
        elif gates and one.standing is Standing.UNKNOWN:
            errors += 1
            ElementTree.SubElement(case, "error", message=told)
        elif one.standing is Standing.UNKNOWN:
            skipped += 1
            ElementTree.SubElement(case, "skipped", message=told)
        else:
            ElementTree.SubElement(case, "system-out").text = told
        cases.append(case)
    suite = ElementTree.Element(
        "testsuite",
        name=xml_text(f"loadtest compare {result.run}"),
        tests=str(len(cases)),
        failures=str(failures),
        errors=str(errors),
        skipped=str(skipped),
    )
    suite.extend(cases)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def told_quantities(result: ComparisonResult) -> list[QuantityComparison]:
    """
    Return the quantities of which the blocks of at least one setting have a value.
    """
    return [one for one in result.quantities if one.a is not None or one.b is not None]


def not_compared(result: ComparisonResult) -> list[str]:
    """
    Say of the other quantities why they have no value, those of one reason in one line.
    """
    by_reason: dict[str, list[str]] = {}
    for one in result.quantities:
        if one.a is None and one.b is None:
            by_reason.setdefault(one.why, []).append(one.quantity)
    return [f"not compared: {listed(names)}: {why}" for why, names in by_reason.items()]


def quantity_sentence(one: QuantityComparison) -> str:
    """
    Say how B compares with A in one quantity, with the interval.
    """
    if one.ratio is None or one.low is None or one.high is None:
        return f"{one.quantity}: {one.standing.value}, as {one.why}"
    told = (
        f"{one.quantity}: B is {one.standing.value}, {_change(one.ratio, one.low, one.high, one.rounds_are)}"
    )
    if one.standing is Standing.UNKNOWN:
        told = f"{one.quantity}: cannot tell, {_percent(one.low)} to {_percent(one.high)}"
    if one.rounds_wanted is not None:
        told += f"; about {counted(one.rounds_wanted, one.rounds_are)} in all would tell"
    return told


def quantity_row(one: QuantityComparison) -> tuple[str, str, str, str, str]:
    """
    Return a quantity as a row: name, A, B, change, and how B compares with A.
    """
    change = "-"
    if one.ratio is not None and one.low is not None and one.high is not None:
        change = _change(one.ratio, one.low, one.high, one.rounds_are)
    standing = one.standing.value
    if one.ratio is None:
        # The fewest rounds that give an interval may not be enough to decide.
        standing += f" ({one.why})"
    elif one.rounds_wanted is not None:
        standing += f" ({counted(one.rounds_wanted, one.rounds_are)} would)"
    of_bytes = one.unit == "bytes"
    a, b = (_value(value, 1e-6 if of_bytes else 1) for value in (one.a, one.b))
    return f"{one.quantity}, {'MB' if of_bytes else one.unit}", a, b, change, standing


def _round_noun(result: ComparisonResult) -> str:
    return next((one.rounds_are for one in result.quantities), "round")


def _change(ratio: float, low: float, high: float, rounds_are: str) -> str:
    """
    Write a change with its interval; an interval without width comes from rounds that all say the same, as of actions.
    """
    if math.isclose(low, high, rel_tol=1e-9):
        return f"{_percent(ratio)} (in each {rounds_are})"
    return f"{_percent(ratio)} ({_percent(low)} to {_percent(high)})"


def _percent(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.1f} %"


def _value(value: float | None, scale: float) -> str:
    return (
        "-" if value is None else f"{value * scale:.4g}" if value * scale < 1e4 else f"{value * scale:,.0f}"
    )


# What XML 1.0 has no way to write, not even as a reference; what is left of an undecodable file name is among it.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def markdown_line(text: str) -> str:
    """
    Return a text as one line of Markdown: outside of code, ``<`` begins no HTML.
    """
    parts = " ".join(xml_text(text).split()).split("`")
    is_paired = len(parts) % 2 == 1
    return "`".join(
        part if is_paired and index % 2 else part.replace("<", "&lt;") for index, part in enumerate(parts)
    )


def markdown_cell(text: str) -> str:
    """
    Return a text as a cell of a Markdown table, which a bar would end.
    """
    return markdown_line(text).replace("|", "\\|")


def markdown_code(text: str) -> str:
    """
    Return a text as code of one line, between more backticks than it has in a row.
    """
    line = " ".join(xml_text(text).split())
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    room = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{room}{line}{room}{fence}"


def xml_text(text: str) -> str:
    """
    Return a text without the characters that no XML can hold, each replaced by U+FFFD.
    """
    return _NO_XML.sub("\ufffd", text)
