"""
The page and the terminal's text of what holds a setting back.
"""

from __future__ import annotations

import re

from loadtest.analysis.suspects.suspect_builder import found
from loadtest.report.limits_page import limits_html, limits_text
from loadtest.report.page_template import with_code
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
    page = limits_html(RESULT)

    assert "`worker.activity_slots`" in limits_text(RESULT)
    assert "<code>worker.activity_slots</code>" in page
    assert "`" not in re.sub(r"<style>.*</style>", "", page, flags=re.DOTALL)
    assert "while &lt;3.6&gt; activities wait" in page
    assert "gave +39 % (+33 to +45)" in page


def test_a_lone_backquote_stays_as_it_is() -> None:
    """A file's name may hold one."""
    assert with_code("see a`b <c>") == "see a`b &lt;c&gt;"
    assert with_code("write `a<b`, not `c`") == "write <code>a&lt;b</code>, not <code>c</code>"
