"""
The page of a plan's keys is current and complete.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtest.cli.app import run
from loadtest.plan import (
    KEYS_PAGE,
    Fraction,
    Open,
    Plan,
    Saturate,
    ServerSetup,
    Slo,
    Timeouts,
    Work,
    WorkerSetup,
)
from loadtest.plan.key_reference import key_reference

PAGE = Path(__file__).parents[3] / KEYS_PAGE


def test_the_committed_page_is_current() -> None:
    """`make docs` would write the same."""
    assert PAGE.read_text(encoding="utf-8") == key_reference()


@pytest.mark.parametrize(
    "model", [Plan, Saturate, Open, Fraction, Work, WorkerSetup, ServerSetup, Slo, Timeouts]
)
def test_every_key_has_a_description_and_a_row(model: type[Plan]) -> None:
    """Nobody has to read the source to learn what a key means."""
    page = key_reference()

    for key, field in model.model_fields.items():
        assert field.description, key
        assert f"| `{key}` |" in page
        assert field.description in page


def test_the_program_prints_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no checkout, too."""
    assert run(["plan-keys"]) == 0
    assert capsys.readouterr().out == key_reference()
