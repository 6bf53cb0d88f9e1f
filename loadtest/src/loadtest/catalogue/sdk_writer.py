"""
The core that all Temporal SDKs but two share, as the writer of metrics, and the labels of its families.

Names are those of an SDK runtime with seconds and suffixes on; a page of another kind is a foreign
worker's and is not read.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Writer

SDK_CORE = Writer("SDK core", since="temporalio 1.35.0")
PER_TASK_QUEUE = ("namespace", "service_name", "task_queue")
PER_WORKFLOW_TYPE = (*PER_TASK_QUEUE, "workflow_type")
PER_ACTIVITY_TYPE = (*PER_TASK_QUEUE, "activity_type", "workflow_type")
