"""
Orders that began on earlier code go on with today's.
"""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path

import pytest
from forgotten_patch import ForgottenPatch
from record_histories import FIRST_FLOWS, PATHS
from replay_histories import FOLDER, divergences

from repairshop.workflows.flow_versions import FLOW, RESERVE_PARTS

HISTORIES = sorted(FOLDER.glob("*.json"))


def activities(path: Path) -> list[str]:
    """
    Names of the activities that a history schedules.
    """
    return [
        event["activityTaskScheduledEventAttributes"]["activityType"]["name"]
        for event in json.loads(path.read_text())["events"]
        if "activityTaskScheduledEventAttributes" in event
    ]


@pytest.fixture(scope="module")
def left_at() -> dict[Path, str | None]:
    """
    Where today's code leaves each history.
    """
    return dict(zip(HISTORIES, asyncio.run(divergences(HISTORIES)), strict=True))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_recorded_history_is_followed_to_its_end(path: Path, left_at: dict[Path, str | None]) -> None:
    """
    Today's code gives the commands that the history holds.
    """
    assert left_at[path] is None


def test_each_path_of_each_flow_has_a_history() -> None:
    """
    Every path is recorded for the flow of today and for those before it.
    """
    expected = {f"{flow}-{name}" for name in PATHS for flow in range(FIRST_FLOWS.get(name, 1), FLOW + 1)}

    assert {path.stem for path in HISTORIES} == expected


def test_the_patch_changed_what_happens_and_only_for_later_orders() -> None:
    """
    Before the patch no order reserved parts; after it each full order does, and says so by a marker.
    """
    before, after = FOLDER / "1-rework.json", FOLDER / "2-rework.json"

    assert "reserve_parts" not in activities(before)
    assert activities(after).count("reserve_parts") == 2
    assert RESERVE_PARTS not in before.read_text()
    assert "MARKER_RECORDED" in after.read_text()


def test_the_patch_costs_a_light_order_nothing() -> None:
    """
    A light order takes the same six steps on both flows, without a marker.
    """
    before, after = FOLDER / "1-light.json", FOLDER / "2-light.json"

    assert activities(before) == activities(after)
    assert len(json.loads(before.read_text())["events"]) == len(json.loads(after.read_text())["events"])


async def test_a_forgotten_patch_is_named_with_its_event() -> None:
    """
    A change without a patch fails the gate, which names the first event that the code would not make.
    """
    (where,) = await divergences([FOLDER / "1-rework.json"], [ForgottenPatch])

    assert where is not None
    number = next(
        event["eventId"]
        for event in json.loads((FOLDER / "1-rework.json").read_text())["events"]
        if event.get("activityTaskScheduledEventAttributes", {}).get("activityType", {}).get("name")
        == "repair"
    )
    assert where.startswith(f"at event {number} ACTIVITY_TASK_SCHEDULED repair: [TMPRL1100] Nondeterminism")
    assert "'reserve_parts'" in where


def test_each_activity_is_told_facts_by_their_names() -> None:
    """
    The histories of today's flow show what each step is told, a field a fact.
    """
    told: dict[str, set[str]] = {}
    for path in FOLDER.glob(f"{FLOW}-*.json"):
        for event in json.loads(path.read_text())["events"]:
            about = event.get("activityTaskScheduledEventAttributes")
            if about is not None:
                (payload,) = about["input"]["payloads"]
                fields = json.loads(base64.b64decode(payload["data"]))
                told.setdefault(about["activityType"]["name"], set()).update(fields)
    of_all = set.intersection(*told.values())

    assert of_all == {"order_id", "round", "seed", "work", "blob", "fault"}
    assert {step: fields - of_all for step, fields in told.items() if fields - of_all} == {
        "classify": {"kind"},
        "quote": {"price_cents"},
        "assign_technician": {"skill"},
        "set_deadline": {"kind", "urgent"},
        "assign_inspector": {"repaired_by"},
        "inspect_item": {"item", "items"},
        "charge": {"amount_cents"},
        "return_device": {"reason"},
    }
