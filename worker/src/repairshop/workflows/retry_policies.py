"""
The shop's named retry policies: how soon and how often which steps are retried.

``repair_workflow`` decides which step has which policy.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from temporalio.common import RetryPolicy

# For the shop's own records: they answer quickly, and are broken for good if not back in seconds.
QUICK: Final = RetryPolicy(
    initial_interval=timedelta(seconds=0.1),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=0.5),
    maximum_attempts=6,
)
# For people and the systems of others: they need time to come back.
EXTERNAL: Final = RetryPolicy(
    initial_interval=timedelta(seconds=0.5),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=30),
    maximum_attempts=8,
)
# For what must happen in the end: a compensation, or a technician becoming free.
UNTIL_IT_WORKS: Final = RetryPolicy(
    initial_interval=timedelta(seconds=0.2),
    backoff_coefficient=2.0,
    maximum_interval=timedelta(seconds=60),
    maximum_attempts=0,
)
