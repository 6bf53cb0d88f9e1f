"""
The look of all pictures: one palette, one style, two file formats.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FixedLocator

from loadtest.report.drawing_library import mpl

# Okabe and Ito's palette; people of any colour vision can tell its colours apart, also in grey.
BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, GREY, INK = "#56B4E9", "#CC79A7", "#8A8F98", "#22262B"

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 10.5,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E3E6EA",
    "grid.linewidth": 0.8,
    "axes.axisbelow": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "svg.hashsalt": "loadtest",
    "svg.fonttype": "path",
}


@dataclass(frozen=True, slots=True)
class Plot:
    """
    One picture in two formats.
    """

    svg: bytes
    png: bytes


@contextmanager
def drawing(width: float, height: float) -> Iterator[Figure]:
    """
    Yield a figure of that size in inches, in the kit's style.
    """
    with mpl.rc_context():
        mpl.rcdefaults()  # what a `matplotlibrc` says is of its user's own pictures
        mpl.rcParams.update(STYLE)
        yield Figure(figsize=(width, height))


def saved(figure: Figure) -> Plot:
    """
    Lay a figure out and write it in both formats; the same figure gives the same bytes.
    """
    svg, png = laid_out_vector(figure), io.BytesIO()
    figure.savefig(png, format="png", dpi=144, metadata={"Software": None})
    return Plot(svg, png.getvalue())


def laid_out_vector(figure: Figure) -> bytes:
    """
    Lay everything in a figure out without overlaps, and write the figure as SVG alone.
    """
    # Laid out once, by hand: a figure with this engine would be laid out, with a full drawing for nothing, once for
    # each format.
    ConstrainedLayoutEngine().execute(figure)
    return vector(figure)


def vector(figure: Figure) -> bytes:
    """
    Write a figure as SVG alone, without moving its axes.
    """
    svg = io.BytesIO()
    figure.savefig(svg, format="svg", metadata={"Date": None})
    return svg.getvalue()


def apart(counts: Sequence[int], most: int) -> list[int]:
    """
    Return which of some rising counts get a label, if *most* labels fit side by side: the first, the last, and each
    that is far enough from the label before it and from the last.
    """
    if not counts:
        return []
    least = (counts[-1] - counts[0]) / most
    kept = [counts[0]]
    for count in counts[1:-1]:
        if count - kept[-1] >= least and counts[-1] - count >= least:
            kept.append(count)
    return [*kept, counts[-1]] if len(counts) > 1 else kept


def count_axis(axes: Axes, counts: Sequence[int], most_labels: int = 24) -> None:
    """
    Make the x axis one of replica counts: a tick for each measured count, with a label where there is room.
    """
    named = apart(sorted(counts), most_labels)
    axes.set_xlabel("worker replicas")
    axes.xaxis.set_major_locator(FixedLocator(named))
    axes.xaxis.set_minor_locator(FixedLocator([count for count in counts if count not in named]))
    margin = 0.06 * (max(counts) - min(counts)) or 1
    axes.set_xlim(min(counts) - margin, max(counts) + margin)
