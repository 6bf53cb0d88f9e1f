"""
Follows a sweep's Job: its log line by line, and the exit code of its process.

It reads lines and does not know what they mean.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import urllib3

from loadtest.errors import TargetError
from loadtest.target.kubernetes.absent_pods import PodRefusals, with_mend
from loadtest.target.kubernetes.api import REQUEST_SECONDS, asked, found_or_none, missing
from loadtest.target.kubernetes.main_container import has_terminated, is_over, status_of
from loadtest.target.kubernetes.refusal_patience import RefusalPatience
from loadtest.target.kubernetes.sweep_job import CONTAINER, START_SECONDS, SweepJob

_AWAY_SECONDS = 120.0
# After this silence the log is requested again: a connection that broke without notice stays silent.
_SILENT_SECONDS = 60.0
_NOT_ITSELF = ("OOMKilled", "ContainerCannotRun", "StartError", "ContainerStatusUnknown")
# Exit code of a process that was ended with SIGKILL.
_KILLED = 137


@dataclass(frozen=True, slots=True)
class JobLog:
    """
    The log of a sweep's Job.

    Attributes:
        job: The Job.
        start_seconds: How long the Job's pod may take to start.
    """

    job: SweepJob
    start_seconds: float = START_SECONDS
    _patience: RefusalPatience = field(default_factory=RefusalPatience, init=False)

    def lines(self) -> Iterator[str]:
        """
        Yield the log, line by line, until the sweep's container has ended; after a broken connection it continues where
        it broke.

        Raises:
            OutOfSightError: The cluster does not answer for long, or refused; the sweep may go on.
            NotStartedError: The pod is not made, or did not start; the text says why.
            TargetError: The pod ended before it started, or the Job was deleted.
        """
        name = self._wait_for_start()
        seen, alike, heard = "", 0, time.monotonic()
        while True:
            known, is_new = alike, not seen
            try:
                for stamp, line in self._log(name):
                    heard = time.monotonic()
                    # Where a log goes on is told by time and not by number: a node deletes the oldest lines of a long log. CRI-O gives one
                    # time to all lines that it reads at once, and a node's clock may be set back.
                    if not is_new and (stamp < seen or (stamp == seen and known)):
                        known -= stamp == seen
                        continue
                    is_new = True
                    if stamp > seen:
                        seen, alike = stamp, 0
                    alike += stamp == seen
                    yield line
                pod = self._pod(name)
                heard = time.monotonic()
            except (urllib3.exceptions.HTTPError, OSError) as error:
                self._demand_patience(heard, error)
            except TargetError as error:
                if missing(error):
                    raise self._deleted() from error
                self._demand_patience(heard, error)
            else:
                if pod is None:
                    raise self._deleted()
                if is_over(pod) or has_terminated(pod, CONTAINER):
                    return
            time.sleep(self.job.api.pause_seconds)

    def exit_code(self) -> int:
        """
        Return the exit code of the sweep's process.

        Raises:
            TargetError: The process did not end by itself, as in a pod that was evicted; the text ends with events and
                log lines.
        """
        pods = self.job.pods.all()
        if not pods:
            raise self._deleted()
        status = status_of(pods[0], CONTAINER)
        ended = status.state.terminated if status is not None else None
        # A pod has a reason where the node or the cluster ended it, such as Evicted.
        if (
            ended is None
            or ended.reason in _NOT_ITSELF
            or ended.exit_code == _KILLED
            or pods[0].status.reason
        ):
            raise TargetError(f"the sweep's pod did not end by itself:\n{self.job.pods.story(pods)}")
        return int(ended.exit_code)

    def _deleted(self) -> TargetError:
        """
        Tell what was deleted; a pod goes without its Job where its node is lost or somebody deletes it alone.
        """
        what = "the Job" if self.job.read() is None else "the sweep's pod"
        return TargetError(
            f"{self.job}: {what} was deleted while it ran; what it measured is on the volume, "
            "and `loadtest submit --resume RUN` finishes it"
        )

    def _demand_patience(self, heard: float, error: Exception) -> None:
        if isinstance(error, TargetError) and not self._patience.bears(error):
            raise OutOfSightError(str(error)) from error
        if time.monotonic() - heard > _AWAY_SECONDS:
            raise OutOfSightError(
                f"{self.job}: the cluster does not answer for {_AWAY_SECONDS:g} s ({error})"
            ) from error

    def _wait_for_start(self) -> str:
        heard = time.monotonic()
        deadline = heard + self.start_seconds
        refusals = PodRefusals(self._refusal)
        while True:
            late = time.monotonic() > deadline
            try:
                pods, is_there = self.job.pods.all(), self.job.read() is not None
                refused = refusals.last(lacking=not pods, leaving=False)
                if late and not pods and not refused:
                    refused = self._refusal()
            except TargetError as error:
                self._demand_patience(heard, error)
                time.sleep(self.job.api.pause_seconds)
                continue
            heard = time.monotonic()
            for pod in pods:
                status = status_of(pod, CONTAINER)
                if status is not None and (status.state.running or status.state.terminated):
                    return str(pod.metadata.name)
                if is_over(pod):
                    raise TargetError(
                        f"{self.job}: the sweep's pod ended before it started:\n{self.job.pods.story(pods)}"
                    )
            if not is_there:
                raise self._deleted()
            if refused:
                mend = with_mend(refused, self.job.namespace)
                raise NotStartedError(f"{self.job}: the sweep's pod is not made: {mend}")
            if late:
                raise NotStartedError(
                    f"{self.job}: the sweep's pod did not start within {self.start_seconds:g} s; if a node must be "
                    f"added first, give it longer: --set waits.job_started_seconds={2 * self.start_seconds:g}\n"
                    f"{self.job.pods.story(pods)}"
                )
            time.sleep(self.job.api.pause_seconds)

    def _refusal(self) -> str:
        job = self.job.read()
        return "" if job is None else self.job.pods.refusal(self.job.name, uid=job.metadata.uid)

    def _pod(self, name: str) -> Any | None:
        namespace, read = self.job.namespace, self.job.api.core.read_namespaced_pod
        return found_or_none(f"pods {namespace}/{name}", read, name, namespace)

    def _log(self, pod: str) -> Iterator[tuple[str, str]]:
        """
        Yield each line with its time, which sorts as text.
        """
        with asked(f"get pods/log {self.job.namespace}/{pod}"):
            response = self.job.api.core.read_namespaced_pod_log(
                pod,
                self.job.namespace,
                container=CONTAINER,
                follow=True,
                timestamps=True,
                _preload_content=False,
                _request_timeout=(REQUEST_SECONDS, _SILENT_SECONDS),
            )
        rest = b""
        try:
            for part in response.stream():
                *lines, rest = (rest + part).split(b"\n")
                yield from map(_stamped, lines)
        except urllib3.exceptions.ReadTimeoutError:
            return  # a sweep may say nothing for long; whether it still runs, its pod tells
        if rest:
            yield _stamped(rest)


class NotStartedError(TargetError):
    """
    The Job's pod has not started in time, or is not made; it does by itself once nothing keeps it any more.
    """


class OutOfSightError(TargetError):
    """
    Nobody tells any more how the sweep fares, as after the end of a login or in a cluster that does not answer.
    """


def _stamped(line: bytes) -> tuple[str, str]:
    stamp, _, text = line.decode("utf-8", "replace").partition(" ")
    seconds, _, fraction = stamp.rstrip("Z").partition(".")
    return f"{seconds}.{fraction:0<9}", text
