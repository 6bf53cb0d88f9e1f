"""
What a Temporal server tells of its task queues: waits, polls, matches and backlogs.
"""

from __future__ import annotations

from loadtest.catalogue.metric import HISTORY, MATCHING, PER_NAMESPACE, Metric, counter, gauge, histogram

_PER_PARTITION = (*PER_NAMESPACE, "taskqueue", "task_type", "partition")


TASK_QUEUE_METRICS: tuple[Metric, ...] = (
    histogram(
        key="server.activity_schedule_to_start",
        name="task_schedule_to_start_latency",
        unit="seconds",
        labels=_PER_PARTITION,
        meaning="Time an activity waited in its queue; a start whose write is tried again counts twice.",
        writer=HISTORY,
        # One before has them under a label less, and its page drops a family's second set of labels.
        since="Temporal server 1.26",
        event="a worker takes an activity task",
        where=(("task_type", "Activity"),),
    ),
    histogram(
        key="server.workflow_schedule_to_start",
        name="task_schedule_to_start_latency",
        unit="seconds",
        labels=_PER_PARTITION,
        meaning="Time a workflow task waited in its queue, sticky ones too; a start written again counts twice.",
        writer=HISTORY,
        since="Temporal server 1.25",
        event="a worker takes a workflow task",
        where=(("task_type", "Workflow"),),
    ),
    counter(
        key="server.poll_success",
        name="poll_success",
        unit="tasks",
        labels=_PER_PARTITION,
        meaning="Polls answered with a task.",
        writer=MATCHING,
        event="a poll is answered with a task",
        split="task_type",
    ),
    counter(
        key="server.poll_success_sync",
        name="poll_success_sync",
        unit="tasks",
        labels=_PER_PARTITION,
        meaning="Polls answered by a sync match: no write to the database.",
        writer=MATCHING,
        event="a poll is answered with a task",
        split="task_type",
    ),
    counter(
        key="server.tasks_added",
        name="tasks_added",
        unit="tasks",
        labels=(*_PER_PARTITION, "task_add_result"),
        meaning="Tasks put into the queue: matched at once or written to the backlog.",
        writer=MATCHING,
        since="Temporal server 1.32",
        event="a task is added",
        split="task_add_result",
    ),
    gauge(
        key="server.backlog_tasks",
        name="approximate_backlog_count",
        unit="tasks",
        labels=_PER_PARTITION,
        meaning="Tasks in the queue not yet taken, by type of task.",
        writer=MATCHING,
        since="Temporal server 1.25",
        event="a task is written to the backlog",
        split="task_type",
    ),
    gauge(
        key="server.backlog_age",
        name="approximate_backlog_age_seconds",
        unit="seconds",
        labels=_PER_PARTITION,
        meaning="Age of the oldest task in the backlog, by type of task.",
        writer=MATCHING,
        since="Temporal server 1.25",
        event="a task is written to the backlog",
        split="task_type",
    ),
    histogram(
        key="server.activity_poll_latency",
        name="poll_latency",
        unit="seconds",
        labels=_PER_PARTITION,
        meaning="How long a poll for activities was held before it had a task; next to nothing where tasks wait.",
        writer=MATCHING,
        event="a poll for activities ends",
        where=(("task_type", "Activity"),),
    ),
    histogram(
        key="server.workflow_poll_latency",
        name="poll_latency",
        unit="seconds",
        labels=_PER_PARTITION,
        meaning="How long a poll for workflow tasks was held before it had one, sticky ones too.",
        writer=MATCHING,
        event="a poll for workflow tasks ends",
        where=(("task_type", "Workflow"),),
    ),
    counter(
        key="server.poll_timeouts",
        name="poll_timeouts",
        unit="polls",
        labels=_PER_PARTITION,
        meaning="Polls that waited a minute and got no task.",
        writer=MATCHING,
        event="a poll waits a minute without a task",
        read_by_sweep=False,
    ),
)
