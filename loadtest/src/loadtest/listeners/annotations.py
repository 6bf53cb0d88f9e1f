"""
A sweep's steps as Grafana annotations, so that every dashboard shows which step a curve belongs to.

On only when GRAFANA_URL and GRAFANA_TOKEN are given. It knows Grafana's endpoint for writing annotations, and nothing
of dashboards.
"""

from __future__ import annotations

import asyncio
import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence

from loadtest.errors import InputError
from loadtest.results.step_key import StepKey

_TIMEOUT_SECONDS = 5.0


class Annotations:
    """
    Writes annotations to one Grafana. A Grafana that does not answer never ends a sweep: the problem is returned in
    words, for the run's notes.
    """

    def __init__(self, url: str, token: str) -> None:
        self._endpoint = f"{url.rstrip('/')}/api/annotations"
        self._token = token

    async def step_started(self, run: str, key: StepKey, at: float) -> str | None:
        """
        Mark the moment at which a step began.

        Args:
            run: Name of the run.
            key: Key of the step.
            at: Unix time of the beginning.

        Returns:
            What went wrong, or ``None``.
        """
        return await self._write(f"{key.folder} begins", _tags(run, key), at, None)

    async def step_ended(
        self, run: str, key: StepKey, began_at: float, ended_at: float, verdict: str, line: str
    ) -> str | None:
        """
        Draw a step as a region, with its verdict.

        Args:
            run: Name of the run.
            key: Key of the step.
            began_at, ended_at: Unix times.
            verdict: ``valid``, ``overloaded`` or ``invalid``; becomes a tag.
            line: What the step found, in one line.

        Returns:
            What went wrong, or ``None``.
        """
        text = f"{key.folder}: {line}"
        return await self._write(text, [*_tags(run, key), f"verdict:{verdict}"], began_at, ended_at)

    async def _write(self, text: str, tags: Sequence[str], at: float, until: float | None) -> str | None:
        body: dict[str, object] = {"time": round(at * 1000), "tags": list(tags), "text": text}
        if until is not None:
            body["timeEnd"] = round(until * 1000)
        try:
            await asyncio.to_thread(self._post, body)
        except (OSError, ValueError) as error:
            return f"no annotation in Grafana for {text!r}: {error}"
        return None

    def _post(self, body: Mapping[str, object]) -> None:
        request = urllib.request.Request(
            self._endpoint,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"},
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as reply:
            reply.read()


def _tags(run: str, key: StepKey) -> list[str]:
    return ["loadtest", f"run:{run}", f"load:{key.kind}", f"replicas:{key.replicas}"]


def open_annotations(environment: Mapping[str, str] = os.environ) -> Annotations | None:
    """
    Return the writer of annotations, or ``None`` when no Grafana is named.

    Raises:
        InputError: Only one of address and token is given, or the address is no URL.
    """
    url, token = environment.get("GRAFANA_URL", ""), environment.get("GRAFANA_TOKEN", "")
    if not url and not token:
        return None
    if not token:
        raise InputError(
            f"GRAFANA_URL = {url} without GRAFANA_TOKEN: Grafana takes no annotation from strangers; "
            "give a service account's token or leave both out"
        )
    if not url.startswith(("http://", "https://")):
        raise InputError(
            f"GRAFANA_URL = {url!r}: not an address that annotations can be sent to; write http://host:3000"
        )
    return Annotations(url, token)
