"""
The injectors of a sweep: an indexed Job, made from the chart's template while the sweep runs.

Between sweeps there is no Job, so nothing that restores a cluster to its written state can reset what a sweep needs.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from loadtest.errors import InjectorError, InputError, TargetError
from loadtest.target.kubernetes.absent_pods import PodRefusals, with_mend
from loadtest.target.kubernetes.api import REQUEST_SECONDS, Api, asked, found_or_none, missing
from loadtest.target.kubernetes.own_pod import OwnPod
from loadtest.target.kubernetes.pods import Pods
from loadtest.target.kubernetes.user_files import UserFilesMount

_KEY = "job.yaml"
_CONTAINER = "injector"


@dataclass(frozen=True, slots=True)
class InjectorJob:
    """
    The Job of a sweep's injectors.

    Attributes:
        api: The cluster.
        namespace: Name of the namespace that holds the Job and its template.
        template: Name of the ConfigMap whose ``job.yaml`` is the manifest.
        gone_seconds: Most seconds that injectors of an earlier sweep may take to end.
    """

    api: Api
    namespace: str
    template: str
    gone_seconds: float = 60.0

    def manifest(
        self, count: int, environment: Mapping[str, str], owner: OwnPod, code: UserFilesMount | None
    ) -> dict[str, Any]:
        """
        Return the manifest of the Job.

        Args:
            count: Number of injectors.
            environment: Environment variables that are laid over the template's.
            owner: Pod of the sweep; the Job is deleted with it.
            code: User's files that the sweep's pod has mounted, which the injectors get too.

        Raises:
            InputError: There is no such template, or its text is no Job.
            TargetError: The template cannot be read.
        """
        where = f"--injector-job {self.namespace}/{self.template}"
        read, what = self.api.core.read_namespaced_config_map, f"configmaps {self.namespace}/{self.template}"
        found = found_or_none(what, read, self.template, self.namespace)
        if found is None:
            raise InputError(f"{where}: there is no such ConfigMap; charts/loadtest renders it")
        try:
            job: dict[str, Any] = yaml.safe_load((found.data or {})[_KEY])
            pod = job["spec"]["template"]["spec"]
            (container,) = (one for one in pod["containers"] if one["name"] == _CONTAINER)
            job["metadata"]["name"]
        except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
            raise InputError(
                f"{where}: its {_KEY} is no Job with a container {_CONTAINER!r} ({type(error).__name__}: {error}); "
                "charts/loadtest renders one"
            ) from None
        job["spec"] |= {"parallelism": count, "completions": count, "completionMode": "Indexed"}
        job["metadata"]["ownerReferences"] = [owner.reference]
        given = [one for one in container.get("env") or [] if one["name"] not in environment]
        container["env"] = [*given, *({"name": name, "value": text} for name, text in environment.items())]
        if code is not None:
            code.add_to(pod, _CONTAINER)
        return job

    def make_room(self, name: str, given_up: Callable[[], bool]) -> None:
        """
        Remove a Job that an earlier sweep left, and wait until its injectors are gone, as they would join this sweep.

        Args:
            name: Name of the Job.
            given_up: Tells whether the sweep no longer waits for the Job.

        Raises:
            TargetError: The cluster does not answer or does not allow it, or the earlier Job does not go away.
        """
        if self._exists(name):
            self.end(name)
        deadline = time.monotonic() + self.gone_seconds
        while not given_up() and (self._exists(name) or self.pods(name).listed()):
            if time.monotonic() > deadline:
                raise TargetError(
                    f"injectors of an earlier sweep still run in {self.namespace} after {self.gone_seconds:g} s "
                    f"(waits.injectors_ready_seconds); delete the pods of Job {name}"
                )
            time.sleep(self.api.pause_seconds)

    def make(self, job: Mapping[str, Any]) -> str:
        """
        Make the Job and return its UID.

        Raises:
            TargetError: The cluster does not answer or does not allow it.
        """
        with asked(f"create jobs {self.namespace}/{job['metadata']['name']}"):
            made = self.api.batch.create_namespaced_job(self.namespace, job, _request_timeout=REQUEST_SECONDS)
        return str(made.metadata.uid)

    def end(self, name: str) -> None:
        """
        Remove the Job and its pods; does not wait for that.
        """
        try:
            with asked(f"delete jobs {self.namespace}/{name}"):
                self.api.batch.delete_namespaced_job(
                    name,
                    self.namespace,
                    propagation_policy="Background",
                    _request_timeout=REQUEST_SECONDS,
                )
        except TargetError as error:
            if not missing(error):
                raise

    def pods(self, name: str) -> Pods:
        """
        Return the pods of a Job.
        """
        return Pods(self.api, self.namespace, f"batch.kubernetes.io/job-name={name}")

    def _exists(self, name: str) -> bool:
        read = self.api.batch.read_namespaced_job
        return found_or_none(f"jobs {self.namespace}/{name}", read, name, self.namespace) is not None


class _OneSweeps:
    """
    The injectors' Job of one sweep; it is never made after the sweep has ended.
    """

    def __init__(self, injectors: InjectorJob, job: Mapping[str, Any]) -> None:
        self._injectors = injectors
        self._job = job
        self._name = str(job["metadata"]["name"])
        self._uid = ""
        self._pods = injectors.pods(self._name)
        # An interrupted sweep does not wait for the thread that makes the Job: that thread must not make it after the
        # end.
        self._turn = threading.Lock()
        self._has_ended = threading.Event()

    def start(self) -> None:
        self._injectors.make_room(self._name, self._has_ended.is_set)
        with self._turn:
            if not self._has_ended.is_set():
                self._uid = self._injectors.make(self._job)

    def end(self) -> None:
        self._has_ended.set()
        with self._turn:
            self._injectors.end(self._name)

    async def refused(self) -> str:
        """
        Return why some pods are never made; empty as soon as there are all.
        """
        refusals = PodRefusals(self._refusal)
        while True:
            try:
                missing_pods = self._lacks(await asyncio.to_thread(self._pods.listed))
                refused = await asyncio.to_thread(refusals.last, lacking=missing_pods, leaving=False)
            except TargetError:
                # A cluster that does not answer for a while; whether the injectors come, their connections tell.
                missing_pods, refused = True, ""
            if refused or not missing_pods:
                return refused
            await asyncio.sleep(self._injectors.api.pause_seconds)

    def with_mend(self, refused: str) -> str:
        return with_mend(refused, self._injectors.namespace) if refused else ""

    def _lacks(self, listed: Sequence[Any]) -> bool:
        return len(listed) < int(self._job["spec"]["completions"])

    def _refusal(self) -> str:
        return self._pods.refusal(self._name, uid=self._uid)

    def story(self) -> str:
        try:
            listed = self._pods.listed()
            refused = self.with_mend(self._refusal()) if self._lacks(listed) else ""
            return "\n".join(filter(None, (refused, self._pods.story(listed))))
        except TargetError as error:
            # The error to which this is added matters more than pods that cannot be read.
            return f"how the injectors' pods fare is not known: {error}"


@contextlib.asynccontextmanager
async def open_injectors(
    injectors: InjectorJob,
    count: int,
    environment: Mapping[str, str],
    owner: OwnPod,
    code: UserFilesMount | None,
) -> AsyncIterator[None]:
    """
    Make the injectors' Job, and remove it at the end; the injectors find the master by its Service, and this does not
    wait for them.

    Raises:
        InputError: There is no template for the Job.
        InjectorError: The body raised it; the text adds the state of the pods that do not run.  Or the API server goes
            on refusing pods, which ends the body.
        TargetError: The cluster does not answer or does not allow it.
    """
    job = await asyncio.to_thread(injectors.manifest, count, environment, owner, code)
    one = _OneSweeps(injectors, job)
    try:
        await asyncio.to_thread(one.start)
        async with _ended_when_refused(one):
            yield
    except _InjectorsRefusedError:
        raise
    except InjectorError as error:
        told = await asyncio.to_thread(one.story)
        raise InjectorError(f"{error}\n{told}" if told else str(error)) from error
    finally:
        await asyncio.shield(asyncio.to_thread(one.end))


@contextlib.asynccontextmanager
async def _ended_when_refused(one: _OneSweeps) -> AsyncIterator[None]:
    """
    End the body as soon as it is known that some of the injectors will never be made.
    """
    refused = ""

    async def watch(limit: asyncio.Timeout) -> None:
        nonlocal refused
        refused = await one.refused()
        if refused:
            limit.reschedule(asyncio.get_running_loop().time())

    try:
        async with asyncio.timeout(None) as limit:
            watching = asyncio.create_task(watch(limit))
            try:
                yield
            finally:
                watching.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watching
    except TimeoutError:
        if not limit.expired():
            raise
        raise _InjectorsRefusedError(f"the injectors are not made: {one.with_mend(refused)}") from None


class _InjectorsRefusedError(InjectorError):
    """
    The API server goes on refusing injectors, so that there is no more to be told of them.
    """
