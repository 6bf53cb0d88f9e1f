"""
Replay recorded histories with the code as it is now.

It decides whether the orders that still run would go on, and names the event at which they would not.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from repairshop import process_exit
from repairshop.workflows import WORKFLOWS

SCHEDULED = EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED
COMPLETED = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
FOLDER = Path(__file__).parents[1] / "histories"


async def divergences(paths: Sequence[Path], workflows: Sequence[type] = ()) -> list[str | None]:
    """
    Return for each recorded history where the code leaves it, or ``None`` where it follows it to the end.

    Args:
        paths: The histories, as JSON.
        workflows: The code; by default the shop's.
    """
    histories = [WorkflowHistory.from_json(path.stem, path.read_text(encoding="utf-8")) for path in paths]
    failures = await _failures(histories, workflows)
    return [
        None if failure is None else f"{await _told_where(history, workflows)}: {failure}"
        for history, failure in zip(histories, failures, strict=True)
    ]


async def _told_where(history: WorkflowHistory, workflows: Sequence[type]) -> str:
    for end in _ends_of_tasks(history.events):
        if (await _failures([WorkflowHistory(history.workflow_id, history.events[:end])], workflows))[0]:
            break
    return _told_by_the_task(history.events, end)


async def _failures(histories: Sequence[WorkflowHistory], workflows: Sequence[type]) -> list[str | None]:
    """
    Replay with one worker: each loads the code into the sandbox anew, which takes longer than a history.
    """

    async def one_by_one() -> AsyncIterator[WorkflowHistory]:
        for history in histories:
            yield history

    replayer = Replayer(workflows=workflows or WORKFLOWS, workflow_runner=SandboxedWorkflowRunner())
    async with replayer.workflow_replay_iterator(one_by_one()) as results:
        return [_told(result.replay_failure) async for result in results]


def _told(failure: Exception | None) -> str | None:
    if failure is None:
        return None
    told = re.search(r'message: "([^"]*)"', str(failure))
    return told.group(1) if told else str(failure)


def _ends_of_tasks(events: Sequence[HistoryEvent]) -> list[int]:
    """
    Return, for each workflow task, how many events lie before the next one is scheduled.
    """
    scheduled = [n for n, event in enumerate(events) if event.event_type == SCHEDULED]
    # A prefix ends with the next task's start, since what a task told is compared then.
    return [n + 2 for n in scheduled[1:]] + [len(events)]


def _told_by_the_task(events: Sequence[HistoryEvent], end: int) -> str:
    completed = [n for n, event in enumerate(events[:end]) if event.event_type == COMPLETED]
    task = events[completed[-1]].event_id
    told = []
    for event in events[completed[-1] + 1 : end]:
        told_by = getattr(event, event.WhichOneof("attributes"))
        if getattr(told_by, "workflow_task_completed_event_id", None) != task:
            continue
        name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
        step = event.activity_task_scheduled_event_attributes.activity_type.name
        told.append(f"{event.event_id} {name}{f' {step}' if step else ''}")
    return f"at event {', '.join(told)}"


async def replay_all() -> int:
    """
    Replay every history, tell of each, and return how many diverge.
    """
    diverged = 0
    paths = sorted(FOLDER.glob("*.json"))
    for path, where in zip(paths, await divergences(paths), strict=True):
        diverged += where is not None
        sys.stdout.write(f"{'DIVERGES' if where else 'ok':8}  {path.name}{f': {where}' if where else ''}\n")
    return diverged


def main() -> None:
    """
    Replay all; exit code 1 if any diverges.
    """
    process_exit.leave(1 if asyncio.run(replay_all()) else 0)


if __name__ == "__main__":
    main()
