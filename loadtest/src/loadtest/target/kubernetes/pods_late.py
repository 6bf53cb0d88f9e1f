"""
Why workers are not ready in time: a count that somebody sets back, refused pods, a rollout that has not ended, pods that do
not end, or a wait that is too short.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from loadtest.plural import counted, plural
from loadtest.target.kubernetes.cluster_place import ClusterPlace
from loadtest.target.kubernetes.pod_refusals import with_mend
from loadtest.target.kubernetes.pods import Pods, is_ready, versions


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
