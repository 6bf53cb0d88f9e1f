"""
A Prometheus of the kit on this machine: the kit's rules, targets from a file, data in a folder.

Temporal's namespace is renamed when it is scraped, so that queries are the same wherever Prometheus runs.
"""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from dashboards.prometheus_api import PrometheusApi
from loadtest.catalogue.promql import TEMPORAL_NAMESPACE
from loadtest.process_group_guard import hold_group, release_group, start_guard

RULES = Path(__file__).parent / "rules" / "rules.yaml"
# Temporal's own label ``namespace`` becomes ``temporal_namespace``.  In a cluster the scrape has a ``namespace`` of
# its own, Kubernetes', which stays and has pushed Temporal's aside.
PLAIN_RELABELING: tuple[Mapping[str, object], ...] = (
    {"source_labels": ["namespace"], "regex": "(.+)", "target_label": TEMPORAL_NAMESPACE},
    {"regex": "namespace", "action": "labeldrop"},
)
KUBERNETES_RELABELING: tuple[Mapping[str, object], ...] = (
    {"source_labels": ["exported_namespace"], "regex": "(.+)", "target_label": TEMPORAL_NAMESPACE},
    {"regex": "exported_namespace", "action": "labeldrop"},
)
_START_SECONDS = 60.0
_END_SECONDS = 20.0


class PrometheusMissingError(Exception):
    """
    The program is missing, or it did not start; the text is one line.
    """


def configuration(
    targets: Path,
    scrape_seconds: int,
    rules: Path = RULES,
    relabeling: Sequence[Mapping[str, object]] = PLAIN_RELABELING,
    exporters: Sequence[str] = (),
) -> str:
    """
    Return the configuration: one job for each label in the targets' file, and the kit's rules.

    Args:
        targets: File of targets, which Prometheus reads again when it changes.
        scrape_seconds: Seconds between two scrapes of a page.
        rules: The rule file.
        relabeling: How Temporal's namespace gets its name.
        exporters: ``host:port`` of pages that are not Temporal's and keep their labels as they are.
    """
    interval = f"{scrape_seconds}s"
    return yaml.safe_dump(
        {
            "global": {
                "scrape_interval": interval,
                "scrape_timeout": interval,
                "evaluation_interval": interval,
            },
            "rule_files": [str(rules)],
            "scrape_configs": [
                {
                    "job_name": "temporal-kit",
                    "file_sd_configs": [{"files": [str(targets)], "refresh_interval": "1s"}],
                    "metric_relabel_configs": [dict(step) for step in relabeling],
                },
                {
                    "job_name": "exporters",
                    "honor_labels": True,
                    "static_configs": [{"targets": list(exporters)}],
                },
            ],
        },
        sort_keys=False,
    )


def write_targets(
    path: Path, jobs: Mapping[str, Sequence[str]], labels: Mapping[str, str] | None = None
) -> None:
    """
    Write which pages exist; a reader sees the whole new file or the old one.

    Args:
        path: The file that the configuration names.
        jobs: Pages as ``host:port``, by job.
        labels: Labels that all targets get in addition to their job.
    """
    document = [
        {"targets": sorted(pages), "labels": {"job": job, **(labels or {})}}
        for job, pages in sorted(jobs.items())
    ]
    text = json.dumps(document, indent=2)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


class LocalPrometheus(PrometheusApi):
    """
    A running Prometheus; a context manager, as it must not outlive its use. It ends with this process, SIGKILL too.

    Attributes:
        targets: The file of its targets.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        scrape_seconds: int = 1,
        relabeling: Sequence[Mapping[str, object]] = PLAIN_RELABELING,
        exporters: Sequence[str] = (),
    ) -> None:
        """
        Write the configuration; Prometheus is started when the ``with`` block begins.

        Args:
            folder: Folder of its data, its log and the file of its targets.
            port: TCP port on which it listens, on this machine alone; 0 takes a free one.
            scrape_seconds: Seconds between two scrapes of a page.
            relabeling: How Temporal's namespace gets its name.
            exporters: Pages of other programs, ``host:port``.

        Raises:
            PrometheusMissingError: The program is missing.
        """
        program = shutil.which("prometheus")
        if program is None:
            raise PrometheusMissingError(
                "prometheus: no such program on the PATH; on Debian write `apt-get install prometheus`"
            )
        port = port or _free_port()
        super().__init__(f"http://127.0.0.1:{port}")
        self.targets = folder / "targets.json"
        self._log = folder / "prometheus.log"
        write_targets(self.targets, {})
        (folder / "prometheus.yml").write_text(
            configuration(self.targets, scrape_seconds, RULES, relabeling, exporters), encoding="utf-8"
        )
        self._argv = [
            program,
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn",
        ]

    def __enter__(self) -> LocalPrometheus:
        """
        Start it and wait until it answers.

        Raises:
            PrometheusMissingError: It ended at its start, or does not answer.
        """
        start_guard()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        hold_group(self._process.pid)
        try:
            self._wait_until_ready()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            if self._process.poll() is not None:
                lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
                raise PrometheusMissingError(f"prometheus ended at its start: {' '.join(lines[-1:])}")
            if self.is_ready():
                return
            if time.monotonic() > deadline:
                raise PrometheusMissingError(
                    f"prometheus does not answer after {_START_SECONDS:g} s; see {self._log}"
                )
            time.sleep(0.1)

    def end(self) -> None:
        """
        Stop it; its data stays in the folder.
        """
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        release_group(self._process.pid)


def _free_port() -> int:
    # Below those of outgoing connections, which any client could take before Prometheus listens.
    for port in random.sample(range(10_000, 30_000), 1000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("127.0.0.1: of a thousand ports none is free; end what listens there")
