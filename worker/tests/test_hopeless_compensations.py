"""
A compensation that nobody mends for years is still tried, and its order's history still has room.
"""

from __future__ import annotations

import itertools

from repairshop.contract import DAY_SECONDS
from repairshop.workflows.saga import HOPELESS_SECONDS, hopeless_seconds

# limit.historyCount.error of the server: it terminates the workflow there, whatever is still to be undone.
MOST_EVENTS = 51_200
# A timer, an activity that fails, and the workflow tasks between them.
EVENTS_OF_A_TRY = 2 + 3 + 6


def test_ten_years_of_trying_fit_into_a_history() -> None:
    """
    At first somebody who mends it waits a minute, at last no longer than a day.
    """
    waits = (hopeless_seconds(failed) for failed in itertools.count())
    until = itertools.takewhile(lambda at: at < 3650 * DAY_SECONDS, itertools.accumulate(waits))
    tries = sum(1 for _ in until)

    assert tries * EVENTS_OF_A_TRY < MOST_EVENTS
    assert hopeless_seconds(0) == HOPELESS_SECONDS == 60
    assert hopeless_seconds(10_000_000) == DAY_SECONDS
