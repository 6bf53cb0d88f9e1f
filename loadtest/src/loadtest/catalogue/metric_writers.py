"""
The programs whose metrics are read, and the labels that most of their families carry.

Names of the SDK's families are those of a runtime that writes seconds and suffixes; a page with other names belongs to
a foreign worker and is not read.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Writer

# The core that all Temporal SDKs but two share. Of Python's SDK 1.15 to 1.32 write no `_total`, although they are told to.
SDK_CORE = Writer("SDK core", since="temporalio 1.35.0", may_omit_total=True)
PER_TASK_QUEUE = ("namespace", "service_name", "task_queue")
PER_WORKFLOW_TYPE = (*PER_TASK_QUEUE, "workflow_type")
PER_ACTIVITY_TYPE = (*PER_TASK_QUEUE, "activity_type", "workflow_type")

# Found in the server's source, tag by tag; 1.19 stands for "or older".
_SINCE = "Temporal server 1.19"

EVERY_SERVICE = Writer("server, every service", since=_SINCE)
FRONTEND = Writer("server, frontend", since=_SINCE, service="frontend")
HISTORY = Writer("server, history", since=_SINCE, service="history")
MATCHING = Writer("server, matching", since=_SINCE, service="matching")
PER_NAMESPACE = ("service_name", "namespace", "operation")
