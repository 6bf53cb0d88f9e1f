"""
The report of the demo, which most tests only read.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import synthetic_steps
from built_report import build_report
from synthetic_runs import run_of
from unrendered_figures import render_nothing

from loadtest.analysis import analyse
from loadtest.report import sweep_page
from loadtest.results.sweep_result import SweepResult


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    The demo's page, in its run's folder.
    """
    run = run_of(tmp_path_factory.mktemp("demo"), synthetic_steps.demo_plan(), synthetic_steps.steps())
    return build_report(run.path)


@pytest.fixture(scope="session")
def sweep() -> SweepResult:
    """
    The demo's six steps.
    """
    return analyse(synthetic_steps.steps(), synthetic_steps.demo_plan(), synthetic_steps.manifest())


@pytest.fixture
def few_timelines(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Pages with two timelines of their steps' up to twelve: the others look alike, and each takes a tenth of a second.
    """
    monkeypatch.setattr(sweep_page, "MOST_TIMELINES", 2)


@pytest.fixture
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Figures that are not rendered, for tests of the words beside them.
    """
    render_nothing(monkeypatch)
