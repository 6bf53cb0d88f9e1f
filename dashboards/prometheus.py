"""
A Prometheus of our own on this machine: our rules, targets from a file, data in a folder.

It knows how Prometheus is started, asked and ended, and nothing of what it scrapes.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from dashboards.api import Api

RULES = Path(__file__).parent / "rules" / "rules.yaml"
_START_SECONDS = 60.0
_END_SECONDS = 20.0


class PrometheusMissingError(Exception):
    """
    There is no such program, or it did not start; the text is one line.
    """


def configuration(targets: Path, scrape_seconds: int, rules: Path = RULES) -> str:
    """
    Return the configuration: one job for each label of the targets' file, our rules.

    Args:
        targets: File of targets, which Prometheus looks at again when it changes.
        scrape_seconds: How often everything is scraped.
        rules: The rule file.
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
                }
            ],
        },
        sort_keys=False,
    )


def write_targets(path: Path, jobs: Mapping[str, Sequence[str]]) -> None:
    """
    Write which pages there are, whole or not at all.

    Args:
        path: The file that the configuration names.
        jobs: ``host:port`` by job.
    """
    document = [{"targets": sorted(pages), "labels": {"job": job}} for job, pages in sorted(jobs.items())]
    text = json.dumps(document, indent=2)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


class Prometheus(Api):
    """
    A running Prometheus; a context manager, as it must not outlive its use.

    Attributes:
        targets: The file of its targets.
    """

    def __init__(self, folder: Path, *, port: int = 0, scrape_seconds: int = 1, rules: Path = RULES) -> None:
        """
        Start it and wait until it answers.

        Args:
            folder: For its data, its log and the file of its targets.
            port: Where it listens, on this machine alone; 0 takes a free one.
            scrape_seconds: How often it looks at each page.
            rules: The rule file.

        Raises:
            PrometheusMissingError: No such program, or it ended at its start.
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
            configuration(self.targets, scrape_seconds, rules), encoding="utf-8"
        )
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    program,
                    f"--config.file={folder / 'prometheus.yml'}",
                    f"--storage.tsdb.path={folder / 'data'}",
                    f"--web.listen-address=127.0.0.1:{port}",
                    "--log.level=warn",
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        try:
            self._wait_until_ready()
        except BaseException:
            self.end()
            raise

    def __enter__(self) -> Prometheus:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            if self._process.poll() is not None:
                lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
                raise PrometheusMissingError(f"prometheus ended at its start: {' '.join(lines[-1:])}")
            try:
                with urllib.request.urlopen(f"{self.address}/-/ready", timeout=2):
                    return
            except OSError:
                if time.monotonic() > deadline:
                    raise PrometheusMissingError(
                        f"prometheus does not answer after {_START_SECONDS:g} s; see {self._log}"
                    ) from None
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
