"""
The report as a reader sees it, in a real browser.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import chromium
import pytest
import synthetic_steps
from built_report import build_report

from loadtest.results.run_folder import Run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    A run with valid steps, one invalid one and one that is missing.
    """
    run = Run.create(tmp_path_factory.mktemp("run"), synthetic_steps.demo_plan(), synthetic_steps.manifest())
    steps = synthetic_steps.steps()
    steps[0] = dataclasses.replace(steps[0], gone=("worker-1",))
    for step in steps[:5]:
        run.write_step(step)
    return build_report(run.path)


@pytest.fixture(scope="module")
def browser() -> Iterator[chromium.Page]:
    """
    One browser for all tests here.
    """
    with chromium.page() as opened:
        yield opened


@pytest.fixture
def page(browser: chromium.Page, report: Path) -> chromium.Page:
    """
    The report, loaded afresh.
    """
    browser.open(report.as_uri())
    return browser


def test_the_page_loads_alone_and_without_complaint(page: chromium.Page, report: Path) -> None:
    """
    Nothing is asked of a network, nothing is written to the console, every picture is there and in sight.
    """
    outside = [url for url in page.requests if not url.startswith("data:") and url != report.as_uri()]
    pictures = page.ask(
        "Array.from(document.images).filter(i => !i.closest('details')).map(i => {"
        "const box = i.getBoundingClientRect();"
        "return [i.alt, i.complete, i.naturalWidth, box.width, box.height]})"
    )

    assert outside == []
    assert page.complaints == []
    assert len(pictures) == 4
    for alt, complete, natural, width, height in pictures:
        assert alt
        assert complete
        assert natural > 300
        assert width > 300
        assert height > 100


def test_a_reader_finds_what_they_came_for(page: chromium.Page) -> None:
    """
    Verdict, headlines with their numbers, the reason of the invalid step, what is missing, the manifest.
    """
    text = page.ask("document.body.innerText")

    for told in (
        "INVALID",
        "4 replicas complete ",
        "is not known, as the run is invalid. Of the steps that may be believed: 2 replicas are enough, 1 is not; 4 is",
        "a part of the plan has no step that may be believed",
        "replica worker-1 ended or restarted",
        "1 of 6 steps was not measured",
        "Task-queue latency against worker replicas",
        "loadtest sweep loadtest/plans/demo.toml",
    ):
        assert told in text


def test_an_invalid_steps_numbers_are_struck_out(page: chromium.Page) -> None:
    """
    Every number of that row has a line through it, and no number of another row.
    """
    struck = page.ask(
        "Array.from(document.querySelectorAll('#steps tbody s')).map(s =>"
        "[s.closest('tr').className.includes('invalid'), getComputedStyle(s).textDecorationLine])"
    )

    assert len(struck) >= 5
    assert all(invalid and "line-through" in line for invalid, line in struck)


@pytest.mark.parametrize("width", [1400, 1100, 400])
def test_the_page_never_scrolls_sideways(width: int, page: chromium.Page) -> None:
    """
    On a desk and in a hand; wide tables scroll within themselves.
    """
    page.resize(width)

    assert page.ask("document.documentElement.scrollWidth") <= width


def test_the_text_has_contrast_on_a_light_ground(page: chromium.Page) -> None:
    """
    WCAG AA for every piece of text, whatever theme the reader prefers.
    """
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    worst = page.ask(
        """(() => {
          const light = c => { const v = c.map(x => x / 255).map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
                               return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
          const rgb = s => s.match(/[\\d.]+/g).map(Number);
          const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
                                if (c.length < 4 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
          let worst = [99, ''];
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walk.nextNode()) { const e = walk.currentNode.parentElement;
            if (!walk.currentNode.textContent.trim()) continue;
            const a = light(rgb(getComputedStyle(e).color).slice(0, 3)), b = light(ground(e));
            const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
            if (ratio < worst[0]) worst = [ratio, e.outerHTML.slice(0, 80)]; }
          return worst; })()"""
    )

    assert worst[0] >= 4.5, worst
    assert page.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_page_prints(page: chromium.Page) -> None:
    """
    On A4 nothing is cut off sideways, what only a screen can use is left out, and it is a PDF of a few sheets.
    """
    page.call("Emulation.setEmulatedMedia", media="print")
    page.resize(690)  # A4 less its margins, in CSS pixels

    hidden = page.ask("Array.from(document.querySelectorAll('.screen')).every(e => e.offsetParent === null)")
    widest = page.ask(
        "Math.max(...Array.from(document.querySelectorAll('table, img')).map(e => e.getBoundingClientRect().right))"
    )
    pdf = page.printed()

    assert hidden
    assert widest <= 690
    assert pdf.startswith(b"%PDF")
    assert 2 <= pdf.count(b"/Type /Page\n") <= 12
