"""
What crosses between Locust's master and its injectors, where one of them is of another version.
"""

from __future__ import annotations

from typing import Any

import pytest

from loadtest.errors import OtherVersionError
from loadtest.injector.locust_messages import InstructionPart, answers_step, step_of_share
from loadtest.results.document import from_message


@pytest.mark.parametrize(
    ("message", "step"),
    [
        ({"instruction": {"step": "1-open-1"}, "index": 0}, "1-open-1"),
        ({"instruction": {"name": "1-open-1"}}, None),
        ({"share": {}}, None),
        ({"instruction": None}, None),
        (None, None),
    ],
    ids=["a part is missing", "no step", "no instruction", "an empty one", "nothing"],
)
def test_a_share_of_another_version_is_refused_in_one_line(message: Any, step: str | None) -> None:
    """
    With the step where it is told, and never as a missing key, after which the master would wait for nothing.
    """
    assert step_of_share(message) == step
    with pytest.raises(OtherVersionError, match="install one version everywhere") as error:
        from_message(InstructionPart, message, "Locust's master")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({"step": "b", "problem": None, "report": {}}, True),
        ({"step": "a", "problem": None, "report": {}}, False),
        ({"step": "a", "problem": "it broke"}, False),
        ({"step": None, "problem": "of another version"}, True),
        ({"step": None, "problem": None}, False),
    ],
    ids=["of this one", "of one that is over", "a late refusal", "a refusal without a step", "nothing"],
)
def test_a_refusal_that_names_no_step_is_of_the_one_that_runs(said: dict[str, Any], counts: bool) -> None:
    """
    Who cannot read a share cannot name it, and a report always can.
    """
    assert answers_step(said, "b") is counts
