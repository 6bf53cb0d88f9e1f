"""
A setting is named by the option that a worker's own SDK has for it.
"""

from __future__ import annotations

import inspect
from dataclasses import replace

import pytest
import synthetic_steps
from temporalio.worker import Worker

from loadtest.analysis.judged_steps import step_suspects
from loadtest.analysis.suspects.setting_names import OF_WORKERS, option_text
from loadtest.analysis.suspects.suspect_builder import found
from loadtest.results.step_result import StepVerdict
from loadtest.results.suspect import Suspect, SuspectName
from loadtest.results.worker_facts import WorkerFacts


@pytest.mark.parametrize("name", sorted(OF_WORKERS))
def test_the_options_of_python_are_those_that_a_worker_takes(name: SuspectName) -> None:
    """They are looked up in the SDK that is installed."""
    told = option_text(name, ["temporal-python 1.35.0"])

    option = told.removeprefix("in Python `").removesuffix("`")
    assert option in inspect.signature(Worker.__init__).parameters


@pytest.mark.parametrize(
    ("sdks", "told"),
    [
        (["temporal-go 1.48.0", "temporal-go 1.46.0"], "in Go `MaxConcurrentActivityExecutionSize`"),
        (
            ["temporal-java 1.38.0", "temporal-typescript 1.24.0"],
            "in Java `setMaxConcurrentActivityExecutionSize` and in TypeScript `maxConcurrentActivityTaskExecutions`",
        ),
        (["temporal-rust 1.1.1"], "in Rust `activity_task_slot_supplier`"),
        ([None, "somebody-elses 0.1"], ""),
    ],
    ids=["once", "of each", "the youngest", "not known"],
)
def test_each_language_is_named_once(sdks: list[str | None], told: str) -> None:
    """Of an SDK that nobody knows nothing is said."""
    assert option_text(SuspectName.ACTIVITY_SLOTS, sdks) == told


def _told_of(name: SuspectName, monkeypatch: pytest.MonkeyPatch) -> Suspect:
    monkeypatch.setattr(step_suspects, "rank_suspects", lambda _readings: (found(name, 3, "readings"),))
    step = replace(synthetic_steps.step(1, "saturate"), workers=(WorkerFacts("w", sdk="temporal-go 1.48.0"),))
    ranked = step_suspects.step_suspects(step, synthetic_steps.demo_plan(), StepVerdict.VALID)
    assert ranked is not None
    return ranked[0]


@pytest.mark.parametrize("name", SuspectName)
def test_a_worker_of_ones_own_is_told_of_no_setting_of_the_kits(
    name: SuspectName, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a variable, nor a value of the kit's chart, nor an option as Python has it."""
    setting = _told_of(name, monkeypatch).setting

    of_python = option_text(name, ["temporal-python"]) if name in OF_WORKERS else "in Python"
    assert setting.text
    assert "REPAIRSHOP" not in setting.text
    assert "settings." not in setting.text
    assert setting.helm_value is None or setting.helm_value.startswith("server.")
    assert of_python.removeprefix("in Python ") not in setting.text


def test_more_replicas_of_a_worker_of_ones_own_can_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its options cannot be relieved, their number can."""
    assert _told_of(SuspectName.WORKER_CPU, monkeypatch).not_relieved is None
    assert "worker_command" in (_told_of(SuspectName.CACHE, monkeypatch).not_relieved or "")
