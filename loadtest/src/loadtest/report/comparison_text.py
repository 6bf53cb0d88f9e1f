"""
A comparison as text for a terminal, as Markdown for a pull request, and as JUnit XML for a build server.
"""

from __future__ import annotations

from xml.etree import ElementTree

from loadtest.plural import counted
from loadtest.results.comparison_result import ComparisonResult, QuantityComparison, Standing


def comparison_headline(result: ComparisonResult) -> str:
    """
    Return the answer in one sentence, of the gate's quantities alone.
    """
    told = [one for one in result.quantities if one.quantity in result.gate]
    return "; ".join(quantity_sentence(one) for one in told) + "."


def comparison_text(result: ComparisonResult) -> str:
    """
    Return the comparison as lines for a terminal.
    """
    lines = [f"A: {result.a}", f"B: {result.b}", comparison_headline(result), ""]
    rows = [("quantity", "A", "B", "B over A", "B is"), *(quantity_row(one) for one in result.quantities)]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines += [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    lines += [f"note: {warning}" for warning in result.warnings]
    return "\n".join(lines) + "\n"


def comparison_markdown(result: ComparisonResult) -> str:
    """
    Return the comparison as a comment for a pull request.
    """
    rows = [quantity_row(one) for one in result.quantities]
    lines = [
        f"**{comparison_headline(result)}**",
        "",
        f"A: `{result.a}`, B: `{result.b}`, {counted(result.rounds, 'round')}.",
        "",
        "| quantity | A | B | B over A (95 %) | B is |",
        "| --- | --- | --- | --- | --- |",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    if result.warnings:
        lines += ["", *(f"- {warning}" for warning in result.warnings)]
    return "\n".join(lines) + "\n"


def comparison_junit(result: ComparisonResult) -> str:
    """
    Return the comparison as JUnit XML, a case for each quantity; only those of the gate can fail.
    """
    cases = []
    failures = errors = skipped = 0
    for one in result.quantities:
        case = ElementTree.Element("testcase", classname="loadtest.compare", name=one.quantity)
        gates = one.quantity in result.gate
        if gates and one.standing is Standing.WORSE:
            failures += 1
            ElementTree.SubElement(case, "failure", message=quantity_sentence(one))
        elif gates and one.standing is Standing.UNKNOWN:
            errors += 1
            ElementTree.SubElement(case, "error", message=quantity_sentence(one))
        elif one.standing is Standing.UNKNOWN:
            skipped += 1
            ElementTree.SubElement(case, "skipped", message=quantity_sentence(one))
        else:
            ElementTree.SubElement(case, "system-out").text = quantity_sentence(one)
        cases.append(case)
    suite = ElementTree.Element(
        "testsuite",
        name=f"loadtest compare {result.run}",
        tests=str(len(cases)),
        failures=str(failures),
        errors=str(errors),
        skipped=str(skipped),
    )
    suite.extend(cases)
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def quantity_sentence(one: QuantityComparison) -> str:
    """
    Say what B is to A in one quantity, with the interval.
    """
    if one.ratio is None or one.low is None or one.high is None:
        return f"{one.quantity}: {one.standing.value}, as {one.why}"
    told = f"{one.quantity}: B is {one.standing.value}, {_percent(one.ratio)} ({_percent(one.low)} to {_percent(one.high)})"
    if one.standing is Standing.UNKNOWN:
        told = f"{one.quantity}: cannot tell, {_percent(one.low)} to {_percent(one.high)}"
    if one.rounds_wanted is not None:
        told += f"; about {counted(one.rounds_wanted, 'round')} in all would tell"
    return told


def quantity_row(one: QuantityComparison) -> tuple[str, str, str, str, str]:
    """
    Return a quantity as a row: name, A, B, change, what B is.
    """
    change = "-"
    if one.ratio is not None and one.low is not None and one.high is not None:
        change = f"{_percent(one.ratio)} ({_percent(one.low)} to {_percent(one.high)})"
    standing = one.standing.value
    if one.ratio is None:
        # The fewest that give an interval need not tell.
        standing += f" ({one.why})"
    elif one.rounds_wanted is not None:
        standing += f" ({counted(one.rounds_wanted, 'round')} would)"
    return f"{one.quantity}, {one.unit}", _value(one.a), _value(one.b), change, standing


def _percent(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.1f} %"


def _value(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}" if value < 1e5 else f"{value:,.0f}"
