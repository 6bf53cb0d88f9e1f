"""
A sweep as a Job: made from the suspended CronJob, known by its name, followed by its log.

Its fixed name is the lock: the API server lets one object of a name exist.  It reads lines
and does not know what they say.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import urllib3
from kubernetes.client.exceptions import ApiException

from loadtest.errors import InputError, TargetError
from loadtest.target.kubernetes.api import REQUEST_SECONDS, Api, asked, missing
from loadtest.target.kubernetes.pods import Pods

START_SECONDS = 120.0
_PLAN_FILE = "plan.toml"
# From a Job's making to its start it takes two requests.
_SUSPENDED_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class SweepJob:
    """
    The one sweep of a release.

    Attributes:
        api: The cluster.
        namespace: Where the load test is installed.
        name: Of the CronJob, and of the Job that is made from it.
    """

    api: Api
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"

    @property
    def pods(self) -> Pods:
        """
        The pods of the Job.
        """
        return Pods(self.api, self.namespace, {"batch.kubernetes.io/job-name": self.name})

    def template(self) -> Any:
        """
        Return the Job template of the CronJob.

        Raises:
            InputError: The load test is not installed.
        """
        try:
            with asked(f"get cronjobs {self}"):
                found = self.api.batch.read_namespaced_cron_job(
                    self.name, self.namespace, _request_timeout=REQUEST_SECONDS
                )
        except TargetError as error:
            if missing(error):
                raise InputError(
                    f"{self}: no load test is installed there ({self.api.where}); `make deploy` installs it"
                ) from None
            raise
        return found.spec.job_template

    def submit(self, plan: str, arguments: Sequence[str]) -> None:
        """
        Make the Job; an earlier one that has ended is removed first.

        The Job starts suspended, so that its plan is there before its pod.

        Args:
            plan: Text of the plan file.
            arguments: More arguments of ``loadtest sweep``.

        Raises:
            InputError: A sweep runs already, or none is installed.
        """
        template = self.template()
        self._remove_ended()
        body = self.api.batch.api_client.sanitize_for_serialization(template)
        spec = body["spec"]
        spec["suspend"] = True
        # A name of its own: the plan of an earlier Job may still wait for its removal.
        plan_name = f"{self.name}-{uuid.uuid4().hex[:8]}"
        pod = spec["template"]["spec"]
        pod["containers"][0]["args"] += list(arguments)
        for volume in pod["volumes"]:
            if volume["name"] == "plan":
                volume["configMap"]["name"] = plan_name
        job = {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": self.name, "labels": body["metadata"]["labels"]},
            "spec": spec,
        }
        try:
            with asked(f"create jobs {self}"):
                made = self.api.batch.create_namespaced_job(
                    self.namespace, job, _request_timeout=REQUEST_SECONDS
                )
        except TargetError as error:
            if isinstance(error.__cause__, ApiException) and error.__cause__.status == 409:
                raise self._runs() from None
            raise
        try:
            self._start(made.metadata.uid, plan_name, plan, job["metadata"]["labels"])
        except BaseException:
            # A Job that never started would stay as a lock.
            self._delete("Background")
            raise

    def _start(self, uid: str, plan_name: str, plan: str, labels: dict[str, str]) -> None:
        owner = {"apiVersion": "batch/v1", "kind": "Job", "name": self.name, "uid": uid}
        config = {
            "metadata": {"name": plan_name, "labels": labels, "ownerReferences": [owner]},
            "data": {_PLAN_FILE: plan},
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
        try:
            with asked(f"get jobs {self}"):
                return self.api.batch.read_namespaced_job(
                    self.name, self.namespace, _request_timeout=REQUEST_SECONDS
                )
        except TargetError as error:
            if missing(error):
                return None
            raise

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
        deadline = time.monotonic() + 60
        while self.read() is not None:
            if time.monotonic() > deadline:
                raise TargetError(f"{self}: the ended Job is not gone after 60 s; see its finalizers")
            time.sleep(0.3)

    def _pods_have_ended(self) -> bool:
        """
        Tell whether there are pods and none runs; the Job itself says so only some seconds later.
        """
        pods = self.pods.all()
        return bool(pods) and all(pod.status.phase in ("Succeeded", "Failed") for pod in pods)

    def lines(self) -> Iterator[str]:
        """
        Give the Job's log, line by line, until its pod has ended; a broken connection is taken up where it broke.

        Raises:
            TargetError: The pod did not start (the text ends with its events), or the Job was deleted.
        """
        name = self._wait_for_start()
        seen = 0
        while True:
            try:
                for number, line in enumerate(self._log(name)):
                    if number >= seen:
                        seen = number + 1
                        yield line
            except (urllib3.exceptions.HTTPError, OSError, TargetError) as error:
                if self._state(name) is None:
                    raise self._deleted() from error
                if isinstance(error, TargetError):
                    raise
            if (state := self._state(name)) is None:
                raise self._deleted()
            if state.terminated is not None:
                return
            time.sleep(0.5)

    def exit_code(self) -> int:
        """
        Return what the sweep's process ended with.

        Raises:
            TargetError: It did not end by itself; the text ends with events and log lines.
        """
        pods = self.pods.all()
        if not pods:
            raise self._deleted()
        ended = pods[0].status.container_statuses[0].state.terminated
        if ended is None or ended.reason in ("OOMKilled", "ContainerCannotRun"):
            raise TargetError(f"the sweep's pod did not end by itself:\n{self.pods.story(pods)}")
        return int(ended.exit_code)

    def _deleted(self) -> TargetError:
        return TargetError(
            f"{self}: the Job was deleted while it ran; what it measured is on the volume: `loadtest fetch`"
        )

    def _wait_for_start(self) -> str:
        deadline = time.monotonic() + START_SECONDS
        while True:
            pods = self.pods.all()
            for pod in pods:
                state = self._state(pod.metadata.name)
                if state is not None and (state.running is not None or state.terminated is not None):
                    return str(pod.metadata.name)
            if self.read() is None:
                raise self._deleted()
            if time.monotonic() > deadline:
                raise TargetError(
                    f"{self}: the sweep's pod did not start within {START_SECONDS:g} s:\n{self.pods.story(pods)}"
                )
            time.sleep(0.5)

    def _state(self, pod: str) -> Any | None:
        try:
            with asked(f"get pods {self.namespace}/{pod}"):
                found = self.api.core.read_namespaced_pod(
                    pod, self.namespace, _request_timeout=REQUEST_SECONDS
                )
        except TargetError as error:
            if missing(error):
                return None
            raise
        statuses = found.status.container_statuses
        return statuses[0].state if statuses else _NotYet()

    def _log(self, pod: str) -> Iterator[str]:
        with asked(f"get pods/log {self.namespace}/{pod}"):
            response = self.api.core.read_namespaced_pod_log(
                pod, self.namespace, follow=True, _preload_content=False
            )
        rest = b""
        for part in response.stream():
            *lines, rest = (rest + part).split(b"\n")
            yield from (line.decode("utf-8", "replace") for line in lines)
        if rest:
            yield rest.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class _NotYet:
    """
    The state of a container that the node has not spoken of yet.
    """

    running: None = None
    terminated: None = None
    waiting: None = None


def _has_ended(job: Any) -> bool:
    return any(
        condition.type in ("Complete", "Failed") and condition.status == "True"
        for condition in job.status.conditions or []
    )


def _never_started(job: Any) -> bool:
    """
    Tell whether whoever made a Job was killed before its pod: it is suspended for longer than that takes.
    """
    age = time.time() - job.metadata.creation_timestamp.timestamp()
    return bool(job.spec.suspend) and age > _SUSPENDED_SECONDS
