"""
The file that Locust loads as the master of a planned run.

The master shares instructions out and starts no workflow, so it loads neither Temporal's client nor what makes arrivals.
"""

from __future__ import annotations

import os
from typing import Any

from locust import events
from locust.env import Environment

from loadtest.injector import control_messages

# Locust wants the class of users in the file itself, and by the name that it has in the injectors.
from loadtest.injector.arrivals_user import ArrivalsUser as ArrivalsUser
from loadtest.injector.locust_master import LocustMaster


@events.init.add_listener  # type: ignore[untyped-decorator]
def _take_instructions(environment: Environment, **_: Any) -> None:
    LocustMaster(environment, int(os.environ[control_messages.DESCRIPTOR]))
