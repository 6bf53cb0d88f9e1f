"""
The report of a search for capacities: one page that needs nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from loadtest.plural import counted
from loadtest.report import numbers
from loadtest.report.capacity_plots import capacity_plot, path_plot
from loadtest.report.capacity_text import COLUMNS, capacity_headlines, closed_load_notes, found_text, rows
from loadtest.report.drawing import Plot
from loadtest.report.page_template import about_run, image_source, page_template
from loadtest.results.capacity_result import CapacityResult
from loadtest.results.document import to_json
from loadtest.results.manifest import Manifest
from loadtest.results.run_folder import Run


@dataclass(frozen=True, slots=True)
class _Picture:
    id: str
    title: str
    alt: str
    caption: str
    plot: Plot

    @property
    def source(self) -> Markup:
        return image_source(self.plot.svg)


def write_capacity_report(run: Run, result: CapacityResult, verdict: str) -> Path:
    """
    Write ``capacity.json``, the pictures and ``report.html`` into a run's folder.

    Returns:
        Path of the page.
    """
    pictures = _pictures(result)
    run.write("capacity.json", to_json(result))
    for picture in pictures:
        run.write(f"plots/{picture.id}.svg", picture.plot.svg)
        run.write(f"plots/{picture.id}.png", picture.plot.png)
    return run.write("report.html", _render(result, run.manifest, pictures, verdict))


def _pictures(result: CapacityResult) -> list[_Picture]:
    found = [
        _Picture(
            "capacity",
            "Capacity against replicas",
            "; ".join(" ".join(row[:2]) for row in rows(result)),
            "At the lower end of a bracket the SLO is kept, at its upper end it is missed. "
            "A filled end was shown by traffic, an open one is the model's word that traffic did not contradict.",
            capacity_plot(result),
        )
    ]
    path = path_plot(result)
    if path is not None:
        found.append(
            _Picture(
                "capacity-path",
                "How the search came there",
                counted(sum(len(one.path) for one in result.counts), "probe"),
                "Each row is one open step at the rate of the upright stroke; its two ends are the rates 5 % below and above, "
                "for which the step decides as well.",
                path,
            )
        )
    return found


def _render(result: CapacityResult, manifest: Manifest, pictures: list[_Picture], verdict: str) -> str:
    return page_template("capacity.html", rate=numbers.rate, found=found_text).render(
        result=result,
        about=about_run(result.scenario, manifest),
        manifest_json=to_json(manifest),
        verdict=verdict,
        headlines=capacity_headlines(result),
        plots=pictures,
        columns=(*COLUMNS, "headroom") if result.rate is not None else COLUMNS,
        rows=rows(result),
        notes=(*closed_load_notes(result), *result.warnings),
    )
