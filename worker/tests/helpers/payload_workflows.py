"""
A workflow of the tests' own that puts one text wherever Temporal keeps text.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

ONCE = RetryPolicy(maximum_attempts=1)
SOON = timedelta(seconds=60)


@activity.defn
async def tell(text: str, fails: bool) -> str:
    """
    Heartbeat the text, and return it or fail with it.
    """
    activity.heartbeat(text)
    if fails:
        raise ApplicationError(text, text)
    return text


@activity.defn
async def grow(size_bytes: int) -> str:
    """
    Return a text of that size.
    """
    return "x" * size_bytes


@workflow.defn(name="Story")
class Story:
    """
    Tells a text to an activity, a timer and a reader, then waits for a signal where it shall.
    """

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.done = False

    @workflow.run
    async def run(self, text: str, fails: bool = False, waits: bool = False) -> str:
        """
        Return the text, or fail with it.
        """
        workflow.set_current_details(text)
        workflow.upsert_memo({"note": text})
        await workflow.sleep(0.01, summary=text)
        told = await workflow.execute_activity(
            tell, args=[text, fails], start_to_close_timeout=SOON, retry_policy=ONCE, summary=text
        )
        if waits:
            await workflow.wait_condition(lambda: self.done)
        return told

    @workflow.signal
    def hear(self, text: str) -> None:
        """
        Note a text.
        """
        self.heard.append(text)

    @workflow.signal
    def finish(self) -> None:
        """
        Let the story end.
        """
        self.done = True

    @workflow.query
    def said(self) -> list[str]:
        """
        Return what was heard.
        """
        return self.heard


@workflow.defn(name="Growth")
class Growth:
    """
    Has an activity return a text, or gives one to an activity.
    """

    @workflow.run
    async def run(self, size_bytes: int, in_workflow: bool = False) -> int:
        """
        Return the size of what came through.
        """
        if in_workflow:
            told = await workflow.execute_activity(
                tell, args=["x" * size_bytes, False], start_to_close_timeout=SOON, retry_policy=ONCE
            )
            return len(told)
        grown = await workflow.execute_activity(grow, size_bytes, start_to_close_timeout=SOON)
        return len(grown)


WORKFLOWS = [Story, Growth]
ACTIVITIES = [tell, grow]
