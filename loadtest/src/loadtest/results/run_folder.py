"""
The results folder of one run: its only writer and its only reader.

It decides where each file of the run is, and that an interrupted run leaves whole files; a step's folder has a writer and
a reader of its own.

    results/<date-time>-<plan>/
        plan.toml  plan.json  manifest.json  log.txt  sweep.json  report.html
        steps/<step>/{measured.json, step.json, timeline.jsonl, histograms/*.hdr, scrapes/*.gz}
        plots/*.{svg,png}
    results/latest -> <date-time>-<plan>
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from loadtest.errors import InputError
from loadtest.plan import Plan
from loadtest.results.document import read, to_json, write_whole
from loadtest.results.latest_link import LATEST, demand_latest, point_latest, why_no_run
from loadtest.results.manifest import Manifest
from loadtest.results.measured_step import Measured
from loadtest.results.step_folder import read_step_folder, why_not_own, write_step_folder
from loadtest.results.step_key import StepKey, combinations

_MANIFEST = "manifest.json"


def _refusal(path: Path, error: OSError) -> InputError:
    why = f"{error.strerror or error}; make it writable"
    if isinstance(error, FileExistsError):
        why = (
            f"it points at {path.readlink()}, which is no folder" if path.is_symlink() else "it is no folder"
        )
    return InputError(f"{path}: cannot be written: {why}, or name another folder with --output")


def _lost(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{path}: cannot be written: {error.strerror or error}; make it writable, make room, or copy the run elsewhere"
    )


def run_name(plan: Plan, now: datetime) -> str:
    """
    Return the name of a run's folder, ``<date-time>-<plan>``, in UTC.
    """
    return f"{now.astimezone(UTC):%Y%m%d-%H%M%S}-{plan.name}"


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """
    One run's folder.

    Attributes:
        path: The folder.
        plan: Plan as it is carried out, with all defaults and overrides.
    """

    path: Path
    plan: Plan

    @classmethod
    def create(
        cls,
        output: Path,
        plan: Plan,
        manifest: Manifest,
        *,
        plan_text: str | None = None,
        now: datetime | None = None,
    ) -> Run:
        """
        Make the folder of a new run; ``latest`` points at it once a step is kept.

        Args:
            output: Folder that holds all runs; made if it is missing.
            plan: Plan with all defaults and overrides.
            manifest: What is known at the start; its *run* is replaced by the folder's name.
            plan_text: The plan file as given, kept as ``plan.toml``.
            now: The time that names the folder; the present one by default.

        Raises:
            InputError: The folder cannot be written, or two of the plan's steps would have the same folder in it.
        """
        _demand_own_folders(plan)
        name, made = run_name(plan, now or datetime.now(UTC)), None
        try:
            output.mkdir(parents=True, exist_ok=True)
            demand_latest(output)
            path = made = _new_folder(output, name)
            run = cls(path, plan)
            (path / "steps").mkdir()
            if plan_text is not None:
                write_whole(path / "plan.toml", plan_text)
            write_whole(path / "plan.json", to_json(plan))
            write_whole(path / _MANIFEST, to_json(dataclasses.replace(manifest, run=path.name)))
            run.log_path.touch()
        except OSError as error:
            if made is not None:
                shutil.rmtree(made, ignore_errors=True)
            raise _refusal(output, error) from None
        return run

    @classmethod
    def open(cls, path: Path) -> Run:
        """
        Open the folder of an earlier run; a folder of runs stands for its latest run.

        Raises:
            InputError: There is no run, or its plan cannot be read.
        """
        try:
            folder = path / LATEST if (path / LATEST).is_dir() else path
            folder.stat()
        except FileNotFoundError:
            raise InputError(f"{path}: no run: {why_no_run(path)}") from None
        except OSError as error:
            raise InputError(f"{path}: no run: it cannot be read ({error.strerror})") from None
        if not (folder / "plan.json").is_file():
            if (path / LATEST).is_symlink():
                raise InputError(f"{path / LATEST}: no run: {why_no_run(path / LATEST)}")
            raise InputError(
                f"{path}: no run: there is no plan.json in it; "
                "name a folder that `loadtest sweep` made, such as results/latest"
            )
        resolved = folder.resolve()
        return cls(resolved, read(Plan, resolved / "plan.json"))

    @property
    def log_path(self) -> Path:
        """
        Path of the run's log.
        """
        return self.path / "log.txt"

    @property
    def manifest(self) -> Manifest:
        """
        The manifest as it was last written.
        """
        return read(Manifest, self.path / _MANIFEST)

    def write_manifest(self, manifest: Manifest) -> None:
        """
        Write or replace the manifest, e.g. with the time at which the run ended.

        Raises:
            InputError: The folder cannot be written.
        """
        self.write(_MANIFEST, to_json(manifest))

    def write(self, name: str, content: str | bytes) -> Path:
        """
        Write one file of the run, e.g. ``sweep.json`` or ``plots/scaling.svg``.

        Raises:
            InputError: The folder cannot be written.
        """
        path = self.path / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        except OSError as error:
            raise _lost(self.path, error) from None
        return path

    def write_step(
        self,
        measured: Measured,
        reading: object | None = None,
        pages: Mapping[str, str | bytes] | None = None,
    ) -> Path:
        """
        Keep one step; its folder appears whole or not at all.

        Args:
            measured: The raw facts.
            reading: Readings that the analysis made of the facts, a frozen dataclass.
            pages: Scraped pages by a name such as ``window-start-worker-1``; kept compressed.

        Raises:
            InputError: The folder cannot be written.
        """
        try:
            final = write_step_folder(self.path / "steps", measured, reading, pages or {})
            point_latest(self.path)
        except OSError as error:
            raise _lost(self.path, error) from None
        return final

    def read_steps(self) -> list[Measured]:
        """
        Read every step that was kept, in the order in which they were run.

        Raises:
            InputError: A file is damaged, or a step is not of this run; the error names it.
        """
        folders = [path for path in (self.path / "steps").glob("*") if not path.name.startswith(".")]
        steps = [(folder, read_step_folder(folder)) for folder in sorted(folders)]
        for folder, step in steps:
            if (why := why_not_own(step.key, self.plan, folder.name)) is not None:
                raise InputError(f"{folder}: {why}")
        return sorted((step for _, step in steps), key=lambda step: step.started_at)


def _new_folder(output: Path, name: str) -> Path:
    for suffix in ("", *(f"-{number}" for number in range(2, 100))):
        path = output / f"{name}{suffix}"
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise InputError(f"--output {output}: a hundred runs began in this second; wait for one to end")


def _demand_own_folders(plan: Plan) -> None:
    """
    Refuse a plan in which two steps would have the same folder, as on macOS where only the case differs: the second
    would replace the first.
    """
    cells: dict[str, StepKey] = {}
    for factors in combinations(plan):
        key = StepKey(plan.replicas[0], 0, plan.loads[0].kind.value, 1, factors)
        other = cells.setdefault(key.folder.casefold(), key)
        if other != key:
            raise InputError(
                f"plan: factors: {other.setting} and {key.setting} have the same folder, {key.folder}, as letters, digits, "
                "dots and hyphens alone, and no capitals, tell names apart on every system; write values that differ in those"
            )
