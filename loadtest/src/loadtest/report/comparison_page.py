"""
A comparison as one page that needs no other file: the answer, the intervals as a picture, the table.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from loadtest.report.comparison_text import not_compared, quantity_row, quantity_sentence, told_quantities
from loadtest.report.drawing import GREEN, GREY, PURPLE, VERMILLION, drawing, laid_out_vector
from loadtest.report.numbers import capitalised
from loadtest.report.page_template import image_source, page_template
from loadtest.results.comparison_result import ComparisonResult, QuantityComparison, Standing

_MARKS = {
    Standing.BETTER: "better",
    Standing.WORSE: "worse",
    Standing.SAME: "same",
    Standing.UNKNOWN: "unknown",
}
_COLOURS = {
    Standing.BETTER: GREEN,
    Standing.WORSE: VERMILLION,
    Standing.SAME: GREEN,
    Standing.UNKNOWN: PURPLE,
}
# A change beyond these ends is drawn at the end; its numbers are written beside it.
_LEAST, _MOST = 1 / 4, 4.0


@dataclass(frozen=True, slots=True)
class Marked:
    """
    A sentence of the gate, or a row of the table, with the class that gives its colour.
    """

    mark: str
    text: str = ""
    texts: tuple[str, ...] = ()


def comparison_html(result: ComparisonResult, about: str) -> str:
    """
    Return the page.

    Args:
        result: Result of the comparison.
        about: What was run, where and when.
    """
    drawn = changes_picture(result)
    return page_template("comparison.html").render(
        result=result,
        about=about,
        answers=[
            Marked(_MARKS[one.standing], capitalised(quantity_sentence(one)))
            for one in result.quantities
            if one.quantity in result.gate
        ],
        rows=[Marked(_MARKS[one.standing], texts=quantity_row(one)) for one in told_quantities(result)],
        left_out=not_compared(result),
        picture=None if drawn is None else image_source(drawn),
    )


def changes_picture(result: ComparisonResult) -> bytes | None:
    """
    Draw the interval of each quantity's change as SVG, ``None`` where none is known.
    """
    known = [one for one in result.quantities if one.ratio and one.low and one.high]
    if not known:
        return None
    with drawing(8.6, 0.48 * len(known) + 1.2) as figure:
        axes = figure.subplots()
        band = math.log1p(result.same_within_ratio)
        axes.axvspan(-band, band, color="#E9ECEF", zorder=0)
        axes.axvline(0, color=GREY, linewidth=1)
        for place, one in enumerate(known):
            low, middle, high = (_place(ratio) for ratio in (one.low, one.ratio, one.high))
            axes.plot(
                [low, high], [place, place], color=_COLOURS[one.standing], linewidth=3, solid_capstyle="round"
            )
            axes.plot([middle], [place], "o", color=_COLOURS[one.standing], markersize=8)
        axes.set_yticks(range(len(known)), [_label(one) for one in known])
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        reach = max(band * 2, *(abs(end) for end in axes.get_xlim()))
        ticks = change_ticks(reach)
        axes.set_xticks(
            [math.log(ratio) for ratio in ticks], [f"{100 * (ratio - 1):+.0f} %" for ratio in ticks]
        )
        axes.set_xlabel("change from A to B")
        return laid_out_vector(figure)


def change_ticks(reach: float) -> list[float]:
    """
    Return the ratios that are labelled on an axis, as many as have room for their labels, no change among them.

    Args:
        reach: The axis' farther end, as the logarithm of a ratio.
    """
    kept: list[float] = []
    for ratio in sorted(_TICKS, key=lambda ratio: abs(math.log(ratio))):
        at = math.log(ratio)
        if abs(at) <= reach and all(abs(at - math.log(other)) >= reach / _LABELS_A_SIDE for other in kept):
            kept.append(ratio)
    return sorted(kept)


_TICKS = (0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.25, 1.5, 2.0, 4.0)
_LABELS_A_SIDE = 5


def _place(ratio: float | None) -> float:
    return math.log(min(_MOST, max(_LEAST, ratio or 1.0)))


def _label(one: QuantityComparison) -> str:
    return f"{one.quantity}: {one.standing.value}"
