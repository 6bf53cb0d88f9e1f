"""
Why pods are absent. Some the API server does not admit, such as for a quota, a LimitRange or a policy: they are in no
list, so what would make them says why. Workers may also be late for a count that somebody sets back, a rollout that has
not ended, pods that do not end, or a wait that is too short.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from loadtest.errors import TargetError
from loadtest.plural import counted, plural
from loadtest.target.kubernetes.api import is_not_admitted
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.pods import Pods, is_ready, versions

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


def told_late(
    fleet: Pods, pods: Sequence[Any], leaving: Sequence[Any], place: ClusterPlace, replicas: int, wanted: int
) -> str:
    """
    Say how many pods are ready, and what delays the others; the text ends with the state of those.

    Args:
        fleet: Lists the pods.
        pods: Pods that have not been told to end.
        leaving: Pods that were told to end and still exist.
        place: Where the workers are.
        replicas: Number of replicas asked for.
        wanted: Number of replicas that the workers' object asks for by now.
    """
    ready = sum(map(is_ready, pods))
    told = f"{ready} of {counted(replicas, 'pod')} {plural(replicas, 'is', 'are')} ready after {place.ready_seconds:g} s"
    told += f", {len(leaving)} still end" if leaving else ""
    why = _why_not_gone(leaving, place) if leaving and ready == len(pods) == replicas == wanted else None
    return f"{told}; {why or _why(fleet, pods, place, replicas, wanted)}\n{fleet.story(pods)}".rstrip()


def _why_not_gone(leaving: Sequence[Any], place: ClusterPlace) -> str:
    """
    Say what is to be done with the pod that has the longest time to end; an API server writes down when that is over.
    """
    last = max(leaving, key=lambda pod: pod.metadata.deletion_timestamp)
    name, by = last.metadata.name, last.metadata.deletion_timestamp
    if by > datetime.now(UTC):
        grace = last.metadata.deletion_grace_period_seconds or 0
        wait = max(2 * place.ready_seconds, grace + place.ready_seconds)
        return (
            f"{name} has {grace} s to end, until {by:%H:%M:%S} UTC; give it longer: "
            f"--set waits.workers_ready_seconds={wait:g}"
        )
    told = f"{name} was to have ended by {by:%H:%M:%S} UTC"
    if last.metadata.finalizers:
        return f"{told} and is kept by its finalizers: {', '.join(last.metadata.finalizers)}"
    return (
        f"{told}, so its node {last.spec.node_name} does not answer; once nothing of it runs, "
        f"`kubectl -n {place.namespace} delete pod {name} --force` takes it away"
    )


def _why(fleet: Pods, pods: Sequence[Any], place: ClusterPlace, replicas: int, wanted: int) -> str:
    if wanted != replicas:
        return (
            f"somebody has set the count to {wanted} again, as Argo CD's self-heal and Flux do where it stands in git: let "
            "them ignore /spec/replicas, or suspend them meanwhile"
        )
    refused = fleet.refusal(place.name) if len(pods) < replicas else ""
    if refused:
        return with_mend(refused, place.namespace)
    if len(of_each := versions(pods)) > 1:
        return (
            f"they are of {len(of_each)} versions ({', '.join(of_each)}), which would share the orders; let the "
            "rollout end (`kubectl rollout status`), or resume it where it is paused (`kubectl rollout resume`)"
        )
    return (
        "if nodes must be added first, give it longer: "
        f"--set waits.workers_ready_seconds={2 * place.ready_seconds:g}"
    )
