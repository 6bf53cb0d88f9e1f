"""
The pages of limits and comparisons as a reader sees them, in a real browser: at a desk, in a hand and on paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import chromium
import pytest
import synthetic_steps

from loadtest.analysis.suspects.suspect_builder import found
from loadtest.report.comparison_page import comparison_html
from loadtest.report.limits_page import limits_html
from loadtest.report.page_template import about_blocks
from loadtest.results.comparison_result import ComparisonResult, QuantityComparison, Standing
from loadtest.results.limits_result import LimitsAnswer, LimitsResult, TriedRelief
from loadtest.results.suspect import SuspectName

pytestmark = pytest.mark.browser
RUN = "20260102-030405-demo"
ABOUT = about_blocks(synthetic_steps.demo_plan(), 0, synthetic_steps.manifest())
QUANTITIES = (
    QuantityComparison("throughput", "orders/s", 2.313, 2.277, Standing.SAME, 0.984, 0.968, 1.0, 4, None),
    QuantityComparison("server-cpu", "s an order", 0.25, 0.28, Standing.UNKNOWN, 1.11, 0.988, 1.246, 4, 12),
    QuantityComparison("worker-memory", "bytes", 1.2e8, 1.1e8, Standing.UNKNOWN, 0.958, 0.9, 1.01, 4, 600),
)
SLOTS = found(
    SuspectName.ACTIVITY_SLOTS, 3, "4 of 4 in use while 3.6 activities wait and polls are answered at once"
)
CPU = found(SuspectName.WORKER_CPU, 3, "0.97 of 1 core in use, and workflow tasks execute for 140 ms")


def _pages() -> dict[str, str]:
    settings = ("worker.activity_slots=4 worker.sandbox=true", "worker.activity_slots=6 worker.sandbox=false")
    tried = (
        TriedRelief(SLOTS, "6 activity slots", QUANTITIES[0]),
        TriedRelief(CPU, "2 replicas", QUANTITIES[1]),
    )
    limits = LimitsResult(1, RUN, LimitsAnswer.PROVED, (SLOTS,), None, tried, (SLOTS, CPU), CPU, None, ())
    compared = ComparisonResult(1, RUN, *settings, ("throughput", "server-cpu"), 0.05, QUANTITIES, 4, ())
    return {"limits": limits_html(limits, ABOUT), "comparison": comparison_html(compared, ABOUT)}


@pytest.fixture(scope="module")
def browser() -> Iterator[chromium.Page]:
    """One browser for all tests here."""
    with chromium.page() as opened:
        yield opened


@pytest.fixture(params=["limits", "comparison"])
def page(request: pytest.FixtureRequest, browser: chromium.Page, tmp_path: Path) -> chromium.Page:
    """Each page, loaded afresh."""
    path = tmp_path / "report.html"
    path.write_text(_pages()[request.param], encoding="utf-8")
    browser.open(path.as_uri())
    browser.call("Emulation.setEmulatedMedia", media="screen")
    return browser


@pytest.mark.parametrize("width", [1280, 400])
def test_the_page_never_scrolls_sideways(width: int, page: chromium.Page) -> None:
    """Wide tables scroll within themselves, and no cell is a column of single words."""
    page.resize(width)

    assert page.ask("document.documentElement.scrollWidth") <= width
    assert page.ask("Math.max(...Array.from(document.querySelectorAll('tr')).map(e => e.clientHeight))") < 130
    assert page.complaints == []


def test_nothing_is_cut_off_on_paper(page: chromium.Page) -> None:
    """On A4, whose lines are 690 CSS pixels wide."""
    page.call("Emulation.setEmulatedMedia", media="print")
    page.resize(690)

    widest = page.ask(
        "Math.max(...Array.from(document.querySelectorAll('table, img, p, li')).map(e => e.getBoundingClientRect().right))"
    )
    assert widest <= 690
