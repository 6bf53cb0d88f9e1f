"""
Settings come from the environment, and every problem is told at once.
"""

from __future__ import annotations

import inspect

import pytest

from repairshop.codec_settings import CodecServerSettings, CodecSettings
from repairshop.environment import PREFIX, EnvironmentSettings, SettingsError
from repairshop.settings import Settings, load


def test_without_any_variable_the_defaults_hold() -> None:
    """
    A worker needs no setting, and two processes never share an identity by default.
    """
    settings = load({})

    assert (settings.task_queue, settings.activity_slots, settings.graceful_shutdown_seconds) == (
        "repair-shop",
        100,
        20,
    )
    assert "@" in settings.identity
    assert not settings.is_versioned


def test_each_variable_is_read() -> None:
    """
    Text becomes numbers and switches; `autoscaling` scales the pollers.
    """
    given = {
        "IDENTITY": "replica-7",
        "ACTIVITY_SLOTS": "4",
        "EAGER_ACTIVITIES": "false",
        "WORKFLOW_POLLERS": "autoscaling",
        "ACTIVITY_POLLERS": "2",
        "GRACEFUL_SHUTDOWN_SECONDS": "2.5",
        "LOG_FORMAT": "json",
    }

    settings = load({PREFIX + name: value for name, value in given.items()})

    assert settings.identity == "replica-7"
    assert (settings.activity_slots, settings.eager_activities) == (4, False)
    assert (settings.workflow_pollers, settings.activity_pollers) == ("autoscaling", 2)
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
            "error: REPAIRSHOP_ACTIVITY_POLLERS=none: must be a whole number of at least 1, or autoscaling; "
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
            {"REPAIRSHOP_HISTOGRAM_BOUNDS": "0.2,-1"},
            "error: REPAIRSHOP_HISTOGRAM_BOUNDS=0.2,-1: must be seconds above 0, apart by commas, such as 0.2,1.5",
            id="no bounds",
        ),
        pytest.param(
            {"REPAIRSHOP_WORKER_HEARTBEAT_SECONDS": "0.5"},
            "error: REPAIRSHOP_WORKER_HEARTBEAT_SECONDS=0.5: must be 1 to 60 seconds, or 0 for none; "
            "write REPAIRSHOP_WORKER_HEARTBEAT_SECONDS=60",
            id="heartbeats too close",
        ),
        pytest.param(
            {"REPAIRSHOP_TARGET_CPU_RATIO": "nan"},
            "error: REPAIRSHOP_TARGET_CPU_RATIO=nan: must be a finite number; write REPAIRSHOP_TARGET_CPU_RATIO=0.9",
            id="no number at all",
        ),
        pytest.param(
            {"REPAIRSHOP_TARGET_MEMORY_RATIO": "80"},
            "error: REPAIRSHOP_TARGET_MEMORY_RATIO=80: must be at most 1; write REPAIRSHOP_TARGET_MEMORY_RATIO=0.8",
            id="percent",
        ),
        pytest.param(
            {"REPAIRSHOP_TUNER": "magic"},
            "error: REPAIRSHOP_TUNER=magic: must be 'fixed' or 'resource'; write REPAIRSHOP_TUNER=fixed",
            id="no such tuner",
        ),
        pytest.param(
            {"REPAIRSHOP_GRACEFUL_SHUTDOWN_SECONDS": "inf"},
            "error: REPAIRSHOP_GRACEFUL_SHUTDOWN_SECONDS=inf: must be at most 3600",
            id="endless grace",
        ),
        pytest.param(
            {"REPAIRSHOP_WORKFLOW_TASK_SLOTS": "1"},
            "error: REPAIRSHOP_WORKFLOW_TASK_SLOTS=1: must be at least 2 while workflows are cached",
            id="no room for the cache",
        ),
        pytest.param(
            {"REPAIRSHOP_WORKFLOW_POLLERS": "1"},
            "error: REPAIRSHOP_WORKFLOW_POLLERS=1: must be at least 2 while workflows are cached",
            id="no poll beside the cache's",
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
def test_a_problem_names_the_variable_and_what_to_write(given: dict[str, str], line: str) -> None:
    """
    Each line says where, what was given, what was expected and what to write instead.
    """
    with pytest.raises(SettingsError) as caught:
        load(given)

    assert caught.value.lines.startswith(line)
    assert "\n" not in str(caught.value)


def test_all_problems_come_in_one_message() -> None:
    """
    Whoever mends the environment sees everything that is wrong with it.
    """
    given = {
        "REPAIRSHOP_ACTIVITY_SLOTS": "0",
        "REPAIRSHOP_SLOTS": "4",
        "REPAIRSHOP_LOG_FORMAT": "xml",
    }

    with pytest.raises(SettingsError) as caught:
        load(given)

    names = [problem.partition("=")[0].partition(":")[0] for problem in caught.value.problems]
    assert names == ["REPAIRSHOP_SLOTS", "REPAIRSHOP_ACTIVITY_SLOTS", "REPAIRSHOP_LOG_FORMAT"]


@pytest.mark.parametrize("settings", [Settings, CodecSettings, CodecServerSettings])
def test_every_setting_is_described(settings: type[EnvironmentSettings]) -> None:
    """
    The docstring is where people look settings up, so none is missing there.
    """
    described = inspect.getdoc(settings) or ""

    assert [name for name in settings.model_fields if f"    {name}: " not in described] == []


@pytest.mark.parametrize(
    ("given", "task_queue", "port"),
    [
        pytest.param({"TEMPORAL_TASK_QUEUE": "a", "METRICS_PORT": "1"}, "a", 1, id="the names of any worker"),
        pytest.param({"REPAIRSHOP_TASK_QUEUE": "b", "REPAIRSHOP_HEALTH_PORT": "2"}, "b", 2, id="our own"),
        pytest.param(
            {
                "TEMPORAL_TASK_QUEUE": "a",
                "REPAIRSHOP_TASK_QUEUE": "b",
                "METRICS_PORT": "1",
                "REPAIRSHOP_HEALTH_PORT": "2",
            },
            "b",
            2,
            id="our own before those of any worker",
        ),
        pytest.param(
            {"TEMPORAL_TASK_QUEUE": "a", "REPAIRSHOP_TASK_QUEUE": ""}, "a", 0, id="empty counts as not set"
        ),
    ],
)
def test_queue_and_port_have_the_names_of_any_worker_too(
    given: dict[str, str], task_queue: str, port: int
) -> None:
    """
    A worker in any language reads the same two variables; ours say it more exactly and so count first.
    """
    settings = load(given)

    assert (settings.task_queue, settings.health_port) == (task_queue, port)


def test_a_problem_names_the_variable_that_was_given() -> None:
    """
    Whoever set METRICS_PORT never heard of REPAIRSHOP_HEALTH_PORT.
    """
    with pytest.raises(SettingsError) as caught:
        load({"METRICS_PORT": "many"})

    assert str(caught.value) == "METRICS_PORT=many: must be a whole number; write METRICS_PORT=0"


def test_factors_of_a_plan_are_settings() -> None:
    """
    What a sweep varies is read from the environment, `auto` being short for `autoscaling`.
    """
    settings = load(
        {
            "REPAIRSHOP_TUNER": "resource",
            "REPAIRSHOP_TARGET_CPU_RATIO": "0.5",
            "REPAIRSHOP_TARGET_MEMORY_RATIO": "1",
            "REPAIRSHOP_HISTOGRAM_BOUNDS": "0.2, 1.5",
            "REPAIRSHOP_WORKER_HEARTBEAT_SECONDS": "1",
            "REPAIRSHOP_ACTIVITY_POLLERS": "auto",
        }
    )

    assert (settings.tuner, settings.target_cpu_ratio, settings.target_memory_ratio) == ("resource", 0.5, 1.0)
    assert settings.histogram_bounds == (0.2, 1.5)
    assert settings.worker_heartbeat_seconds == 1.0
    assert settings.activity_pollers == "autoscaling"
