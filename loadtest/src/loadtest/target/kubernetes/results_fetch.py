"""
Fetches a run from the results' volume with a short-lived pod of the load test's image.

The pod mounts the volume read-only, packs one run to its standard output and is removed.
"""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kubernetes

from loadtest.errors import InputError, TargetError
from loadtest.target.kubernetes.api import REQUEST_SECONDS, Api, asked, missing, no_answer
from loadtest.target.kubernetes.exec_output import copy_output
from loadtest.target.kubernetes.pods import Pods, is_ready, state
from loadtest.target.kubernetes.sweep_job import SweepJob, sweep_container

_CONTAINER = "fetch"
# Where the sweep's node is gone, another one is added first and the image is pulled onto it.
_START_SECONDS = 300.0
# The pod ends by itself, even if the process that made it was killed: some time after the last packing, and in any case
# after its lifetime.
_IDLE_SECONDS = 600
_LIFETIME_SECONDS = 6 * 3600
_LOOK_SECONDS = 5
_WAIT = f"""
import os, time
left = {_IDLE_SECONDS}
while left > 0:
    time.sleep({_LOOK_SECONDS})
    is_alone = sum(name.isdigit() for name in os.listdir("/proc")) < 2
    left = left - {_LOOK_SECONDS} if is_alone else {_IDLE_SECONDS}
"""
# Fields that say on which nodes, and as whom, a pod may run. By its account a cluster knows pull secrets and which users it lets run,
# and may refuse the default one; its token is not mounted.
_WHERE = (
    "serviceAccountName",
    "nodeSelector",
    "tolerations",
    "affinity",
    "securityContext",
    "priorityClassName",
    "runtimeClassName",
    "schedulerName",
)
# By the first Argo CD would take the pod for one of the release's objects and delete it; the second opens workers' pages.
_SWEEPS_LABELS = ("app.kubernetes.io/instance", "temporal-kit/scrapes")
# The pod has no page.
_SCRAPED = ("prometheus.io/scrape", "prometheus.io/port", "prometheus.io/path")


@dataclass(frozen=True, slots=True)
class Volume:
    """
    The results' volume of a release.

    Attributes:
        job: Sweep whose volume it is.
    """

    job: SweepJob

    def fetch(self, run: str, into: Path) -> tuple[str, str]:
        """
        Write the packed run to a file.

        Args:
            run: Name of the run, or ``latest``.
            into: File to write.

        Returns:
            The run's own name, and the checksum that the pod computed.

        Raises:
            InputError: There is no such run.
            TargetError: The pod did not start, or the stream broke.
        """
        with self._pod() as name:
            stream = self._packing(name, run)
            try:
                with into.open("wb") as file:
                    said, code = copy_output(stream, file)
            except OSError as error:
                raise InputError(
                    f"{tempfile.gettempdir()}: the run cannot be written there: {error.strerror or error}; name a folder with "
                    "room for it: TMPDIR=FOLDER"
                ) from None
            finally:
                stream.close()
        last = said.decode("utf-8", "replace").strip().splitlines()[-1:] or ["no answer"]
        if code == InputError.exit_code:
            raise InputError(last[0].removeprefix("error: "))
        if code is None:
            raise TargetError(
                f"the copy of {run} broke off after {into.stat().st_size} bytes; fetch it again"
            )
        parts = last[0].split()
        if code != 0 or len(parts) != 2:
            raise TargetError(f"the run could not be packed (exit code {code}): {last[0]}")
        return parts[0], parts[1]

    def _packing(self, pod: str, run: str) -> Any:
        with asked(f"create pods/exec {self.job.namespace}/{pod}"):
            return kubernetes.stream.stream(
                _streaming(self.job.api).connect_get_namespaced_pod_exec,
                pod,
                self.job.namespace,
                # A mesh may have added a proxy, and the API chooses no container by itself.
                container=_CONTAINER,
                command=["python", "-m", "loadtest.results.archive", "/results", run],
                stdout=True,
                stderr=True,
                stdin=False,
                tty=False,
                binary=True,
                _preload_content=False,
            )

    @contextmanager
    def _pod(self) -> Iterator[str]:
        name = f"loadtest-fetch-{uuid.uuid4().hex[:6]}"
        job = self.job.api.batch.api_client.sanitize_for_serialization(self.job.template())
        template = job["spec"]["template"]
        body = reading_pod(name, template, job["metadata"]["labels"])
        try:
            self._make(body)
        except TargetError as error:
            if no_answer(error):
                raise
            # A LimitRange may refuse a pod that asks for so little; what a sweep asks for is admitted.
            sweep = sweep_container(template["spec"])
            body["spec"]["containers"][0]["resources"] = sweep.get("resources", {})
            self._make(body)
        try:
            self._wait(name)
            yield name
        finally:
            self._remove(name)

    def _make(self, body: dict[str, Any]) -> None:
        namespace = self.job.namespace
        with asked(f"create pods {namespace}/{body['metadata']['name']}"):
            self.job.api.core.create_namespaced_pod(namespace, body, _request_timeout=REQUEST_SECONDS)

    def _remove(self, name: str) -> None:
        try:
            with asked(f"delete pods {self.job.namespace}/{name}"):
                self.job.api.core.delete_namespaced_pod(
                    name, self.job.namespace, grace_period_seconds=0, _request_timeout=REQUEST_SECONDS
                )
        except TargetError as error:
            if not missing(error):
                raise

    def _wait(self, name: str) -> None:
        api, namespace = self.job.api, self.job.namespace
        deadline = time.monotonic() + _START_SECONDS
        while True:
            with asked(f"get pods {namespace}/{name}"):
                pod = api.core.read_namespaced_pod(name, namespace, _request_timeout=REQUEST_SECONDS)
            if is_ready(pod):
                return
            if time.monotonic() > deadline or pod.status.phase == "Failed":
                story = Pods(api, namespace, "").story([pod])
                raise TargetError(f"the pod that reads the volume did not start ({state(pod)}):\n{story}")
            time.sleep(api.pause_seconds)


def reading_pod(name: str, template: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    """
    Return the manifest of the reading pod: a copy of the sweep's own, with nothing to do and no right to write.

    Args:
        name: Name of the new pod.
        template: Template of the sweep's pod.
        labels: Labels of the sweep's Job.
    """
    pod, metadata = template["spec"], template.get("metadata") or {}
    container = sweep_container(pod)
    resources: dict[str, Any] = {"requests": {"cpu": "50m", "memory": "64Mi"}}
    # A quota on limits refuses a pod that sets none.
    if limits := container.get("resources", {}).get("limits"):
        resources["limits"] = limits
    return {
        "metadata": {
            "name": name,
            # What the cluster's rules ask of a pod, such as a team's name or to stay out of a mesh.
            "labels": {
                **_without(metadata.get("labels"), _SWEEPS_LABELS),
                **labels,
                "app.kubernetes.io/component": "fetch",
            },
            "annotations": _without(metadata.get("annotations"), _SCRAPED),
        },
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "activeDeadlineSeconds": _LIFETIME_SECONDS,
            "imagePullSecrets": pod.get("imagePullSecrets", []),
            **{part: pod[part] for part in _WHERE if part in pod},
            "containers": [
                {
                    "name": _CONTAINER,
                    "image": container["image"],
                    "imagePullPolicy": container["imagePullPolicy"],
                    "securityContext": container.get("securityContext", {}),
                    "command": ["python", "-c", _WAIT],
                    "resources": resources,
                    "volumeMounts": [{"name": "results", "mountPath": "/results", "readOnly": True}],
                }
            ],
            "volumes": [volume for volume in pod["volumes"] if volume["name"] == "results"],
        },
    }


def _without(given: Mapping[str, str] | None, names: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in (given or {}).items() if name not in names}


def _streaming(api: Api) -> Any:
    """
    Return a separate client, as the stream helper changes the client that it gets while it runs.
    """
    return kubernetes.client.CoreV1Api(kubernetes.client.ApiClient(api.core.api_client.configuration))
