"""
Settings come from the environment, and every problem is told at once.
"""

from __future__ import annotations

import pytest

from repairshop.settings import PREFIX, Settings, SettingsError, load


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    No setting of whoever runs the tests is seen.
    """
    import os

    for name in list(os.environ):
        if name.startswith((PREFIX, "TEMPORAL_")):
            monkeypatch.delenv(name)


def test_without_any_variable_the_defaults_hold() -> None:
    """
    A worker needs no setting, and two processes never share an identity by default.
    """
    settings = load()

    assert (settings.task_queue, settings.activity_slots, settings.graceful_shutdown_seconds) == (
        "repair-shop",
        100,
        20,
    )
    assert "@" in settings.identity
    assert not settings.is_versioned


def test_each_variable_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Text becomes numbers and switches; `auto` scales the pollers.
    """
    given = {
        "IDENTITY": "replica-7",
        "ACTIVITY_SLOTS": "4",
        "EAGER_ACTIVITIES": "false",
        "WORKFLOW_POLLERS": "auto",
        "ACTIVITY_POLLERS": "2",
        "GRACEFUL_SHUTDOWN_SECONDS": "2.5",
        "LOG_FORMAT": "json",
    }
    for name, value in given.items():
        monkeypatch.setenv(PREFIX + name, value)

    settings = load()

    assert settings.identity == "replica-7"
    assert (settings.activity_slots, settings.eager_activities) == (4, False)
    assert (settings.workflow_pollers, settings.activity_pollers) == ("auto", 2)
    assert settings.graceful_shutdown_seconds == 2.5
    with pytest.raises(ValueError, match="frozen"):
        settings.activity_slots = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        pytest.param(
            {"REPAIRSHOP_ACTIVITY_SLOTS": "0"},
            "error: REPAIRSHOP_ACTIVITY_SLOTS=0: must be at least 1; write REPAIRSHOP_ACTIVITY_SLOTS=100",
            id="below its bound",
        ),
        pytest.param(
            {"REPAIRSHOP_ACTIVITY_SLOTS": "many"},
            "error: REPAIRSHOP_ACTIVITY_SLOTS=many: must be a whole number; write REPAIRSHOP_ACTIVITY_SLOTS=100",
            id="no number",
        ),
        pytest.param(
            {"REPAIRSHOP_SANDBOX": "perhaps"},
            "error: REPAIRSHOP_SANDBOX=perhaps: must be true or false; write REPAIRSHOP_SANDBOX=true",
            id="no switch",
        ),
        pytest.param(
            {"REPAIRSHOP_ACTIVITY_POLLERS": "none"},
            "error: REPAIRSHOP_ACTIVITY_POLLERS=none: must be a whole number of at least 1, or auto; "
            "write REPAIRSHOP_ACTIVITY_POLLERS=5",
            id="neither number nor auto",
        ),
        pytest.param(
            {"REPAIRSHOP_LOG_LEVEL": "loud"},
            "error: REPAIRSHOP_LOG_LEVEL=loud: must be 'debug', 'info', 'warning' or 'error'; "
            "write REPAIRSHOP_LOG_LEVEL=info",
            id="not one of the words",
        ),
        pytest.param(
            {"REPAIRSHOP_HEALTH_PORT": "70000"},
            "error: REPAIRSHOP_HEALTH_PORT=70000: must be at most 65535; write REPAIRSHOP_HEALTH_PORT=0",
            id="above its bound",
        ),
        pytest.param(
            {"REPAIRSHOP_WORKFLOW_TASK_SLOTS": "1"},
            "error: REPAIRSHOP_WORKFLOW_TASK_SLOTS=1: must be at least 2 while workflows are cached",
            id="no room for the cache",
        ),
        pytest.param(
            {"TEMPORAL_DEPLOYMENT_NAME": "shop"},
            "error: TEMPORAL_DEPLOYMENT_NAME without TEMPORAL_WORKER_BUILD_ID: versioning needs both",
            id="half of versioning",
        ),
        pytest.param(
            {"REPAIRSHOP_SLOTS": "4"},
            "error: REPAIRSHOP_SLOTS: no such setting; there are: REPAIRSHOP_ACTIVITY_POLLERS, REPAIRSHOP_ACTIVITY_SLOTS,",
            id="unknown name",
        ),
    ],
)
def test_a_problem_names_the_variable_and_what_to_write(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], line: str
) -> None:
    """
    Each line says where, what was given, what was expected and what to write instead.
    """
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as caught:
        load()

    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_all_problems_come_in_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Whoever mends the environment sees everything that is wrong with it.
    """
    monkeypatch.setenv("REPAIRSHOP_ACTIVITY_SLOTS", "0")
    monkeypatch.setenv("REPAIRSHOP_SLOTS", "4")
    monkeypatch.setenv("REPAIRSHOP_LOG_FORMAT", "xml")

    with pytest.raises(SettingsError) as caught:
        load()

    names = [problem.partition("=")[0].partition(":")[0] for problem in caught.value.problems]
    assert names == ["REPAIRSHOP_SLOTS", "REPAIRSHOP_ACTIVITY_SLOTS", "REPAIRSHOP_LOG_FORMAT"]


def test_every_setting_is_described() -> None:
    """
    The docstring is where people look settings up, so none is missing there.
    """
    described = Settings.__doc__ or ""

    assert [name for name in Settings.model_fields if f"        {name}: " not in described] == []
