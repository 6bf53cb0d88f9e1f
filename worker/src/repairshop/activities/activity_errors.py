"""
The errors of an activity, by type.

    ApplicationError
    ├── InjectedFailure     retried   asked for by the order, or drawn from its profile
    ├── NoTechnicianFree    retried   somebody will be free later
    ├── UnknownSkill        ends      nobody in the shop will ever know it
    ├── AlreadyWithdrawn    ends      a compensation was quicker than this delivery
    └── Refused             ends      asked for by the order, as when a card is refused
"""

from __future__ import annotations

from temporalio.exceptions import ApplicationError


class InjectedFailure(ApplicationError):
    """
    An attempt fails because the order asks for it or its profile drew it; the next attempt may succeed.
    """

    def __init__(self, step: str, why: str) -> None:
        super().__init__(f"{step}: {why}; it is tried again", type="InjectedFailure")


class NoTechnicianFree(ApplicationError):
    """
    Every technician with the skill has as many orders as they can hold.
    """

    def __init__(self, skill: str) -> None:
        super().__init__(f"nobody who knows {skill!r} is free; asked again later", type="NoTechnicianFree")


class UnknownSkill(ApplicationError):
    """
    Nobody in the shop knows what the repair needs.
    """

    def __init__(self, skill: str, known: str) -> None:
        super().__init__(
            f"skill {skill!r}: nobody knows it; there are: {known}", type="UnknownSkill", non_retryable=True
        )


class AlreadyWithdrawn(ApplicationError):
    """
    The delivery came after its compensation.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why, type="AlreadyWithdrawn", non_retryable=True)


class Refused(ApplicationError):
    """
    An answer that no retry can change.
    """

    def __init__(self, step: str) -> None:
        super().__init__(f"{step}: refused", type="Refused", non_retryable=True)
