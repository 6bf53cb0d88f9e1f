"""
Counts the shop's business: orders by outcome and activities by step.

Orders are counted by the SDK's replay-safe meter, activities by prometheus_client.
"""

from __future__ import annotations

from typing import Any

from prometheus_client import Counter, disable_created_metrics
from temporalio import activity, workflow
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    ExecuteWorkflowInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

# These would be a second sample beside each counter, and no query of the kit reads them.
disable_created_metrics()  # type: ignore[no-untyped-call]
ACTIVITIES = Counter(
    "repairshop_activities", "Attempts of activities, by step and outcome.", ["step", "outcome"]
)


class OrderMetrics(Interceptor):
    """
    Interceptor of the worker that counts orders and activities.
    """

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """
        Count each attempt of an activity once it has ended.
        """
        return _CountActivities(next)

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: ARG002 - the signature is the SDK's
    ) -> type[WorkflowInboundInterceptor] | None:
        """
        Count each workflow once it has ended.
        """
        return _CountOrders


class _CountActivities(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        outcome = "failed"
        try:
            result = await super().execute_activity(input)
            outcome = "done"
            return result
        finally:
            ACTIVITIES.labels(activity.info().activity_type, outcome).inc()


class _CountOrders(WorkflowInboundInterceptor):
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        result = await super().execute_workflow(input)
        outcome = getattr(result, "outcome", None)
        if isinstance(outcome, str):
            counter = workflow.metric_meter().create_counter(
                "repairshop_orders", "Orders that ended, by outcome."
            )
            counter.add(1, {"outcome": outcome})
        return result
