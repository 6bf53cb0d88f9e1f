"""
Pods that the API server does not admit, such as for a quota, a LimitRange or a policy: they are in no list, so what would
make them says why.

It decides when waiting for them is in vain, and reads nothing itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from loadtest.errors import TargetError
from loadtest.target.kubernetes.api import is_not_admitted

# A quota has room again some seconds after the pods that had it have gone.
LASTS_SECONDS = 10.0
# What a refusal's text holds -> what is to be done.
_MENDS = {
    "exceeded quota": "ask for fewer or smaller pods, or have the quota raised: `kubectl -n {namespace} describe quota`",
    "failed quota": "give the pods the requests and limits that the quota counts: `kubectl -n {namespace} describe quota`",
    " per Container": "give the pods resources that it allows: `kubectl -n {namespace} describe limitrange`",
    " per Pod": "give the pods resources that it allows: `kubectl -n {namespace} describe limitrange`",
    "violates PodSecurity": "change what it names in the pods, or the namespace's label pod-security.kubernetes.io/enforce",
    "security context constraint": "give the pods no fixed user, or their ServiceAccount a constraint that allows it",
}
_OTHERWISE = "change what it names in the pods, or have the rule changed"


class RefusedPodsError(TargetError):
    """
    The API server goes on refusing pods, so that waiting for them is in vain.
    """


class PodRefusals:
    """
    Whether pods that are waited for are refused, and have been for so long that waiting is in vain.
    """

    def __init__(self, look: Callable[[], str]) -> None:
        """
        Args:
            look: Returns why pods are refused at present; empty where they are not known to be.
        """
        self._look = look
        self._first: float | None = None
        self._left = 0.0

    def last(self, *, lacking: bool, leaving: bool) -> str:
        """
        Return why waiting is in vain; empty as long as it may help.

        Args:
            lacking: Whether there are fewer pods than wanted.
            leaving: Whether pods still end, which may make room for the others.
        """
        refused = self._look() if lacking else ""
        if not (is_not_admitted(refused) or " is invalid: " in refused):
            # Such as a webhook that does not answer, which may pass.
            self._first = None
            return ""
        now = time.monotonic()
        if self._first is None:
            self._first = self._left = now
        if leaving:
            self._left = now
            return ""
        # A controller tries again after twice the time each, so the next try comes before as much has passed again.
        return refused if now - self._left >= LASTS_SECONDS + self._left - self._first else ""


def with_mend(refused: str, namespace: str) -> str:
    """
    Return a refusal with what is to be done about it.
    """
    found = next((mend for text, mend in _MENDS.items() if text in refused), _OTHERWISE)
    return f"{refused}; {found.format(namespace=namespace)}"
