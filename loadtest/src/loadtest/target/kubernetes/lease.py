"""
One sweep at a time: a coordination.k8s.io Lease that the sweep's process takes, renews and gives back.

It is in the namespace of the object that it guards, so that load tests of different namespaces meet at it.
Beside the lock it keeps the replica count that was found, so that a later sweep can restore the count after a crash.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import kubernetes

from loadtest.errors import InputError, TargetError
from loadtest.target.kubernetes.api import (
    REQUEST_SECONDS,
    Api,
    asked,
    conflicts,
    forbidden,
    found_or_none,
    missing,
)

RENEW_SECONDS = 10.0
DURATION_SECONDS = 60
ORIGINAL_REPLICAS = "temporal-kit/original-replicas"
_ENDED = ("Succeeded", "Failed")


def lease_of(namespace: str, guarded: str) -> str:
    """
    Return the name of the Lease that guards an object.

    Args:
        namespace: Namespace of the object; the name of a namespace holds no dot.
        guarded: Name of the object, or its kind and its name with a slash between; a name without a kind is that of a
            Deployment.
    """
    kind, _, name = guarded.rpartition("/")
    parts = [namespace, kind.lower(), name] if kind.lower() not in ("", "deployment") else [namespace, name]
    return ".".join(parts)


@dataclass(frozen=True, slots=True)
class Holder:
    """
    The holder of a Lease: a sweep's pod.

    Attributes:
        namespace: Namespace of the load test.
        pod: Name of the pod.
        uid: UID of the pod, which tells it from a later pod of the same name.
    """

    namespace: str
    pod: str
    uid: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.pod}_{self.uid}"


class Lease:
    """
    The Lease of one name, as one holder sees it.
    """

    def __init__(
        self,
        api: Api,
        namespace: str,
        name: str,
        holder: Holder | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """
        Args:
            api: The cluster.
            namespace: Namespace of the object that the Lease guards.
            name: Name of the Lease.
            holder: Pod that takes the Lease; ``None`` only looks.
            now, sleep: Clock of the Lease.
        """
        self._api = api
        self._namespace = namespace
        self._name = name
        self._holder = holder
        self._now = now
        self._sleep = sleep
        # A renewal that still runs when the sweep ends must not overlap with giving the Lease back.
        self._turn = threading.Lock()

    def __str__(self) -> str:
        return f"{self._namespace}/{self._name}"

    def demand_free(self) -> None:
        """
        Refuse where a sweep holds the Lease.

        Raises:
            InputError: A sweep holds it; the error names that sweep and when its hold expires.
        """
        found = self._read()
        if found is not None and self._is_held(found):
            raise self._held(found)

    def take(self) -> None:
        """
        Take the Lease: a new one, or one that was given back, has expired, or was left by a pod that has ended.

        Raises:
            InputError: Another sweep holds it.
        """
        found = self._read()
        if found is None:
            body = {"metadata": {"name": self._name}, "spec": self._spec()}
            try:
                with asked(f"create leases {self}"):
                    self._api.coordination.create_namespaced_lease(
                        self._namespace, body, _request_timeout=REQUEST_SECONDS
                    )
            except TargetError as error:
                if not conflicts(error):
                    raise
                raise self._held(self._read()) from None
            return
        if self._is_held(found):
            raise self._held(found)
        try:
            self._write(found, self._spec())
        except TargetError as error:
            if not conflicts(error):
                raise
            raise self._held(self._read()) from None

    def renew(self) -> None:
        """
        Renew the Lease, which shows that the holder still lives.

        Raises:
            LeaseLostError: Another sweep holds it, or it was deleted.
            TargetError: The cluster did not answer.
        """
        with self._turn:
            self._write(self._own(), self._spec())

    def note(self, replicas: int) -> int:
        """
        Keep the count that was found, unless an earlier sweep left a count that it never restored.

        Returns:
            The count to restore.
        """
        with self._turn:
            lease = self._own()
            annotations = dict(lease.metadata.annotations or {})
            kept = annotations.get(ORIGINAL_REPLICAS, "")
            if kept.isdigit():
                return int(kept)
            lease.metadata.annotations = {**annotations, ORIGINAL_REPLICAS: str(replicas)}
            self._write(lease, self._spec())
            return replicas

    def give_back(self) -> None:
        """
        Remove the Lease, with the count that it kept.

        Raises:
            LeaseLostError: Another sweep holds it.
        """
        with self._turn:
            found = self._own().metadata
            conditions = kubernetes.client.V1Preconditions(
                uid=found.uid, resource_version=found.resource_version
            )
            with asked(f"delete leases {self}"):
                self._api.coordination.delete_namespaced_lease(
                    self._name,
                    self._namespace,
                    body=kubernetes.client.V1DeleteOptions(preconditions=conditions),
                    _request_timeout=REQUEST_SECONDS,
                )

    def _spec(self) -> dict[str, Any]:
        # The API takes exactly six digits.
        at = self._now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return {
            "holderIdentity": str(self._holder),
            "leaseDurationSeconds": DURATION_SECONDS,
            "acquireTime": at,
            "renewTime": at,
        }

    def _read(self) -> Any | None:
        read = self._api.coordination.read_namespaced_lease
        return found_or_none(f"leases {self}", read, self._name, self._namespace)

    def _own(self) -> Any:
        found = self._read()
        if found is None:
            raise LeaseLostError(f"Lease {self} was deleted while a sweep held it, so another may run")
        if found.spec.holder_identity != str(self._holder):
            raise LeaseLostError(
                f"Lease {self} was taken by {_pod(found)}, as it was not renewed for {DURATION_SECONDS} s; "
                "what was measured since then is spoiled"
            )
        return found

    def _write(self, lease: Any, spec: dict[str, Any]) -> None:
        if lease.spec.holder_identity == spec["holderIdentity"] and lease.spec.acquire_time is not None:
            spec["acquireTime"] = lease.spec.acquire_time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        body = {
            "metadata": {
                "name": self._name,
                "resourceVersion": lease.metadata.resource_version,
                "annotations": lease.metadata.annotations or {},
            },
            "spec": spec,
        }
        with asked(f"update leases {self}"):
            self._api.coordination.replace_namespaced_lease(
                self._name, self._namespace, body, _request_timeout=REQUEST_SECONDS
            )

    def _is_held(self, lease: Any) -> bool:
        if not lease.spec.holder_identity or lease.spec.holder_identity == str(self._holder):
            return False
        if self._has_ended(lease.spec.holder_identity):
            return False
        if self._now() < _expires(lease):
            return True
        # By this clock the Lease has expired; a holder whose clock differs renews it within this time.
        self._sleep(RENEW_SECONDS * 1.5)
        later = self._read()
        return later is not None and bool(later.spec.renew_time != lease.spec.renew_time)

    def _has_ended(self, identity: str) -> bool:
        place, _, uid = identity.rpartition("_")
        namespace, _, name = place.rpartition("/")
        try:
            with asked(f"get pods {place}"):
                pod = self._api.core.read_namespaced_pod(name, namespace, _request_timeout=REQUEST_SECONDS)
        except TargetError as error:
            if missing(error):
                return True
            if forbidden(error):
                return False  # another load test's pod, whose end the Lease's own time tells
            raise
        return pod.metadata.uid != uid or pod.status.phase in _ENDED

    def _held(self, lease: Any | None) -> InputError:
        if lease is None:
            return InputError(f"Lease {self}: another sweep held it a moment ago; write the same again")
        return InputError(
            f"{self._name}: the sweep of pod {_pod(lease)} holds Lease {self}, and two would spoil each other's figures; "
            f"`loadtest submit --attach` follows a submitted one. If it hangs, its hold expires at "
            f"{_expires(lease):%H:%M:%S} UTC"
        )


class LeaseLostError(TargetError):
    """
    Another sweep has the Lease, so nothing may be scaled or restored any more.
    """


def _pod(lease: Any) -> str:
    return str(lease.spec.holder_identity or "nobody").rpartition("_")[0]


def _expires(lease: Any) -> datetime:
    renewed: datetime = lease.spec.renew_time or lease.metadata.creation_timestamp
    return renewed + timedelta(seconds=lease.spec.lease_duration_seconds or DURATION_SECONDS)
