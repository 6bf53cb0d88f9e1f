"""
A sweep as a Job, made from the suspended CronJob and known by its name.

The sweep's process itself takes the lock; the fixed name only tells which Job to follow.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loadtest.errors import InputError, TargetError
from loadtest.target.kubernetes.api import (
    REQUEST_SECONDS,
    Api,
    asked,
    conflicts,
    forbidden,
    found_or_none,
)
from loadtest.target.kubernetes.job_arguments import with_submitted
from loadtest.target.kubernetes.lease import Lease, lease_of
from loadtest.target.kubernetes.main_container import has_terminated, is_over
from loadtest.target.kubernetes.pods import Pods
from loadtest.target.kubernetes.user_files import UserFilesMount, pack

CONTAINER = "sweep"
PLAN_FILE = "plan.toml"
# Verb of the container in the template of charts/loadtest.
TEMPLATE_VERB = "sweep"
START_SECONDS = 120.0
# Making a Job and starting it takes two requests, which are done within this time.
_SUSPENDED_SECONDS = 30.0
# A proxy that runs on beside an ended sweep may use all of the grace time of the pod, which is 120 s in the chart.
_GONE_SECONDS = 150.0


@dataclass(frozen=True, slots=True)
class Brought:
    """
    What a submitted sweep gets in addition to the template.

    Attributes: Text of each file by its path below ``/plan``: the plan, and a user's own scenario.
    """

    files: Mapping[str, str]
    arguments: Sequence[str] = ()
    verb: str = TEMPLATE_VERB
    packages: bool = False
    resumes: bool = False
    start_seconds: float = START_SECONDS
    needs: str = ""


@dataclass(frozen=True, slots=True)
class SweepJob:
    """
    The one sweep of a release.

    Attributes:
        api: The cluster.
        namespace: Namespace in which the load test is installed.
        name: Name of the CronJob, and of the Job that is made from it.
    """

    api: Api
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    @property
    def pods(self) -> Pods:
        """
        Return the pods of the Job.
        """
        return Pods(self.api, self.namespace, f"batch.kubernetes.io/job-name={self.name}")

    def template(self) -> Any:
        """
        Return the Job template of the CronJob.

        Raises:
            InputError: The load test is not installed.
        """
        return self._cron_job().spec.job_template

    def _cron_job(self) -> Any:
        read = self.api.batch.read_namespaced_cron_job
        found = found_or_none(f"cronjobs {self}", read, self.name, self.namespace)
        if found is None:
            raise InputError(
                f"{self}: no load test is installed there ({self.api.where}); `make deploy` installs it"
            )
        return found

    def submit(self, brought: Brought, tell: Callable[[str], object] = lambda _: None) -> None:
        """
        Make the Job; an earlier one that has ended is removed first.

        The Job starts suspended, so that its plan exists before its pod.

        Args:
            brought: What the sweep gets.
            tell: Gets what the plan needs of the server, when all else is known to be right.

        Raises:
            InputError: A sweep runs already, however it was started, or no load test is installed.
        """
        cron_job = self._cron_job()
        body = self.api.batch.api_client.sanitize_for_serialization(cron_job.spec.job_template)
        spec = body["spec"]
        spec["suspend"] = True
        pod = spec["template"]["spec"]
        container = sweep_container(pod)
        if brought.resumes:
            container["args"] = [one for one in container["args"] if one != f"/plan/{PLAN_FILE}"]
        container["args"] = with_submitted(_with_verb(container["args"], brought.verb), brought.arguments)
        self._demand_leases(container["args"])
        self._remove_ended()
        if brought.needs:
            tell(brought.needs)
        # A new name, as the plan of an earlier Job may still wait for its removal.
        plan_name = f"{self.name}-{uuid.uuid4().hex[:8]}"
        data, items = pack(brought.files)
        volume = {"name": "plan", "configMap": {"name": plan_name, "items": items}}
        UserFilesMount(volume, brought.packages).add_to(pod, container["name"])
        marks = {
            kind: body["metadata"][kind] for kind in ("labels", "annotations") if kind in body["metadata"]
        }
        job = {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {
                **marks,
                "name": self.name,
                # The Job is deleted with the release: a Job that stayed would hold the volume of results that were not
                # to be kept.
                "ownerReferences": [_owner("CronJob", self.name, cron_job.metadata.uid)],
            },
            "spec": spec,
        }
        try:
            with asked(f"create jobs {self}"):
                made = self.api.batch.create_namespaced_job(
                    self.namespace, job, _request_timeout=REQUEST_SECONDS
                )
        except TargetError as error:
            if conflicts(error):
                raise self._runs() from None
            raise
        try:
            self._start(made.metadata.uid, plan_name, data, marks)
        except BaseException:
            # A Job that never started would stay as a lock.
            self._delete("Background")
            raise

    def _demand_leases(self, arguments: Sequence[str]) -> None:
        """
        Refuse while a sweep that was started in another way, such as a nightly one, holds a Lease that this sweep
        needs.

        A Lease that this user may not read is left to the sweep itself.
        """
        given = dict(one.removeprefix("--").split("=", 1) for one in arguments if "=" in one)
        for flag in ("deployment", "injector-job"):
            namespace, _, name = given.get(flag, "").partition("/")
            if not name:
                continue
            try:
                Lease(self.api, namespace, lease_of(namespace, name)).demand_free()
            except TargetError as error:
                if not forbidden(error):
                    raise

    def _start(self, uid: str, plan_name: str, data: Mapping[str, str], marks: Mapping[str, Any]) -> None:
        config = {
            "metadata": {
                **marks,
                "name": plan_name,
                "ownerReferences": [_owner("Job", self.name, uid)],
            },
            "data": data,
        }
        with asked(f"create configmaps {self.namespace}/{plan_name}"):
            self.api.core.create_namespaced_config_map(
                self.namespace, config, _request_timeout=REQUEST_SECONDS
            )
        with asked(f"patch jobs {self}"):
            self.api.batch.patch_namespaced_job(
                self.name, self.namespace, {"spec": {"suspend": False}}, _request_timeout=REQUEST_SECONDS
            )

    def _delete(self, propagation: str) -> None:
        with asked(f"delete jobs {self}"):
            self.api.batch.delete_namespaced_job(
                self.name, self.namespace, propagation_policy=propagation, _request_timeout=REQUEST_SECONDS
            )

    def read(self) -> Any | None:
        """
        Return the Job, or ``None`` where there is none.
        """
        return found_or_none(f"jobs {self}", self.api.batch.read_namespaced_job, self.name, self.namespace)

    def _runs(self) -> InputError:
        return InputError(
            f"{self.name}: a sweep of this name runs already, and two would spoil each other's figures; "
            f"`loadtest submit --attach` follows it, `kubectl -n {self.namespace} delete job {self.name}` ends it"
        )

    def _remove_ended(self) -> None:
        job = self.read()
        if job is None:
            return
        if job.metadata.deletion_timestamp is not None or not (
            _has_ended(job) or _never_started(job) or self._pods_have_ended()
        ):
            raise self._runs()
        self._delete("Foreground")
        deadline = time.monotonic() + _GONE_SECONDS
        while self.read() is not None:
            if time.monotonic() > deadline:
                raise TargetError(
                    f"{self}: the ended Job is not gone after {_GONE_SECONDS:g} s; see its finalizers"
                )
            time.sleep(self.api.pause_seconds)

    def _pods_have_ended(self) -> bool:
        """
        Tell whether there are pods and the sweep of none of them runs.

        The Job itself reports this only some seconds later, and never where a mesh's proxy runs on beside the sweep.
        """
        pods = self.pods.all()
        return bool(pods) and all(is_over(pod) or has_terminated(pod, CONTAINER) for pod in pods)


def sweep_container(pod: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the container of a sweep's pod, as JSON, whatever sidecars come before it.

    Raises:
        InputError: There is no container of that name.
    """
    for container in pod["containers"]:
        if container["name"] == CONTAINER:
            found: dict[str, Any] = container
            return found
    raise InputError(f"the sweep's template has no container {CONTAINER!r}; charts/loadtest renders one")


def _owner(kind: str, name: str, uid: str) -> dict[str, str]:
    return {"apiVersion": "batch/v1", "kind": kind, "name": name, "uid": uid}


def _with_verb(arguments: Sequence[str], verb: str) -> list[str]:
    first, *rest = arguments
    if verb != TEMPLATE_VERB and first != TEMPLATE_VERB:
        raise InputError(
            f"the sweep's template starts `loadtest {first}`, which no --design {verb} can replace; charts/loadtest "
            f"renders `{TEMPLATE_VERB}`"
        )
    return [verb if first == TEMPLATE_VERB else first, *rest]


def _has_ended(job: Any) -> bool:
    return any(
        condition.type in ("Complete", "Failed") and condition.status == "True"
        for condition in job.status.conditions or []
    )


def _never_started(job: Any) -> bool:
    """
    Tell whether the process that made a Job was killed before it started the pod: the Job is suspended for longer than
    that takes.
    """
    age = time.time() - job.metadata.creation_timestamp.timestamp()
    return bool(job.spec.suspend) and age > _SUSPENDED_SECONDS
