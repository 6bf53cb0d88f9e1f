"""
Ends many workflows by one batch operation of the server.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Collection
from datetime import timedelta

from temporalio.api.batch.v1 import BatchOperationTermination
from temporalio.api.enums.v1 import BatchOperationState
from temporalio.api.workflowservice.v1 import (
    DescribeBatchOperationRequest,
    DescribeBatchOperationResponse,
    StartBatchOperationRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError

from loadtest.errors import MeasurementError
from loadtest.probe.visibility_quoting import quoted

_TIMEOUT = timedelta(seconds=10)
_LOOK_SECONDS = 0.2
# A batch that ended no workflow for this long has stalled; by default a server ends 50 a second.
_STALLED_SECONDS = 60.0
# A query with more prefixes is longer than some servers accept.
MOST_PREFIXES = 10


async def terminate_by_prefix(client: Client, prefixes: Collection[str], reason: str) -> None:
    """
    Terminate every open workflow of a namespace whose id has one of the prefixes, and wait until the server is done.

    Raises:
        MeasurementError: The server does not take such an operation, gives it up, or makes no progress; workflows are
            left.
    """
    ids = " OR ".join(f"WorkflowId STARTS_WITH {quoted(prefix)}" for prefix in sorted(prefixes))
    request = StartBatchOperationRequest(
        namespace=client.namespace,
        job_id=f"loadtest-{uuid.uuid4()}",
        reason=reason,
        visibility_query=f"ExecutionStatus = 'Running' AND ({ids})",
        termination_operation=BatchOperationTermination(identity=client.identity),
    )
    try:
        await client.workflow_service.start_batch_operation(request, timeout=_TIMEOUT)
        await _wait(client, request.job_id)
    except RPCError as error:
        raise MeasurementError(f"the server carries out no batch operation ({error.message})") from error


async def _wait(client: Client, job_id: str) -> None:
    request = DescribeBatchOperationRequest(namespace=client.namespace, job_id=job_id)
    ended, since = -1, time.monotonic()
    while True:
        told: DescribeBatchOperationResponse = await client.workflow_service.describe_batch_operation(
            request, timeout=_TIMEOUT
        )
        if told.state == BatchOperationState.BATCH_OPERATION_STATE_COMPLETED:
            return
        if told.state == BatchOperationState.BATCH_OPERATION_STATE_FAILED:
            raise MeasurementError("the server gave its batch operation up")
        if told.complete_operation_count != ended:
            ended, since = told.complete_operation_count, time.monotonic()
        elif time.monotonic() - since > _STALLED_SECONDS:
            raise MeasurementError(
                f"the server's batch operation has ended no workflow for {_STALLED_SECONDS:g} s"
            )
        await asyncio.sleep(_LOOK_SECONDS)
