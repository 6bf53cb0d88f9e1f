"""
The page and the terminal's text of what holds a setting back.
"""

from __future__ import annotations

import re
from dataclasses import replace

import synthetic_steps

from loadtest.analysis.suspects.suspect_builder import found
from loadtest.report.limits_page import limits_html, limits_text
from loadtest.report.page_template import about_blocks, with_code
from loadtest.results.comparison_result import QuantityComparison, Standing
from loadtest.results.limits_result import LimitsAnswer, LimitsResult, TriedRelief
from loadtest.results.suspect import SuspectName

SLOTS = found(SuspectName.ACTIVITY_SLOTS, 3, "4 of 4 in use while <3.6> activities wait")
RELIEF = TriedRelief(
    SLOTS,
    "6 activity slots",
    QuantityComparison(
        "throughput", "orders/s", 2.30, 3.21, Standing.BETTER, 1.39, 1.33, 1.45, 3, None, None
    ),
)
RESULT = LimitsResult(
    1, "20260102-030405-demo", LimitsAnswer.PROVED, (SLOTS,), None, (RELIEF,), (SLOTS,), None, None, ()
)


def test_a_setting_is_code_on_the_page_and_in_backquotes_on_a_terminal() -> None:
    """Its name can be copied; nothing of a sentence is taken for markup."""
    page = limits_html(RESULT, about_blocks(synthetic_steps.demo_plan(), 0, synthetic_steps.manifest()))

    assert "`worker.activity_slots`" in limits_text(RESULT)
    assert "<code>worker.activity_slots</code>" in page
    assert "`" not in re.sub(r"<style>.*</style>", "", page, flags=re.DOTALL)
    assert "while &lt;3.6&gt; activities wait" in page
    assert "gave +39 % (+33 to +45)" in page


def test_the_page_says_of_what_it_tells() -> None:
    """Replica count, load, scenario, machine, server and time: it may be read by who did not run it."""
    page = limits_html(RESULT, about_blocks(synthetic_steps.demo_plan(), 0, synthetic_steps.manifest()))

    told = "1 replica saturated. Scenario repair on one machine, 2 cores, Temporal server 1.32.0, 2026-01-02 03:04 UTC."
    assert told in page


def test_a_lone_backquote_stays_as_it_is_and_a_number_keeps_its_sign() -> None:
    """A file's name may hold one; no line of a page begins with a percent sign."""
    assert with_code("see a`b <c>") == "see a`b &lt;c&gt;"
    assert with_code("5 % of 2 ± 1") == "5\N{NO-BREAK SPACE}% of 2\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}1"
    assert with_code("write `a<b`, not `c`") == "write <code>a&lt;b</code>, not <code>c</code>"


def test_suspects_that_were_not_relieved_are_not_proved() -> None:
    """The title does not say 'not found' above a sentence that names one."""
    untried = replace(RESULT, answer=LimitsAnswer.NOT_FOUND, limits=(), tried=())
    about = about_blocks(synthetic_steps.demo_plan(), 0, synthetic_steps.manifest())

    assert "<h1>What holds it back: not proved</h1>" in limits_html(untried, about)
    assert "<h1>What holds it back: not found</h1>" in limits_html(replace(untried, ranking=()), about)
