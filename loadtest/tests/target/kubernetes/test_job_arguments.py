"""
What is submitted takes the place of what the chart says, as each flag is given once.
"""

from __future__ import annotations

import pytest

from loadtest.target.kubernetes.job_arguments import with_submitted


@pytest.mark.parametrize(
    ("template", "submitted", "joined"),
    [
        pytest.param(["sweep", "p", "--a=1"], ["--b=2"], ["sweep", "p", "--a=1", "--b=2"], id="others"),
        pytest.param(
            ["sweep", "p", "--deployment=a/b", "--yes"],
            ["--deployment=c/d", "--yes"],
            ["sweep", "p", "--deployment=c/d", "--yes"],
            id="same-flag",
        ),
        pytest.param(
            ["sweep", "p", "--repetitions", "3", "--output=/r"],
            ["--repetitions=5"],
            ["sweep", "p", "--output=/r", "--repetitions=5"],
            id="two-words",
        ),
        pytest.param(
            ["sweep", "p", "--repetitions", "3"],
            ["--rate=5"],
            ["sweep", "p", "--repetitions", "3", "--rate=5"],
            id="two-words-of-another-flag",
        ),
        pytest.param(
            ["sweep", "p", "--set=waits.polling_seconds=9", "--set", "seed=1"],
            ["--set=waits.polling_seconds=8"],
            ["sweep", "p", "--set", "seed=1", "--set=waits.polling_seconds=8"],
            id="same-key",
        ),
        pytest.param(
            ["sweep", "p", "--set", "seed=1"],
            ["--set=seed=2"],
            ["sweep", "p", "--set=seed=2"],
            id="key-of-two-words",
        ),
        pytest.param(
            ["compare", "p", "--gate=wait"],
            ["--gate=late"],
            ["compare", "p", "--gate=wait", "--gate=late"],
            id="list",
        ),
    ],
)
def test_what_is_submitted_counts(template: list[str], submitted: list[str], joined: list[str]) -> None:
    """Flags and keys that are submitted with another value are left out of the chart's."""
    assert with_submitted(template, submitted) == joined
