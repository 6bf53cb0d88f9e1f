"""
The folder of one step: its only writer and its only reader, and whether it is one of its run's.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from loadtest.errors import InputError
from loadtest.plan import Plan
from loadtest.results import hdr
from loadtest.results.document import from_plain, read_plain, to_json, unreadable
from loadtest.results.injector_report import HISTOGRAMS
from loadtest.results.measured_step import Measured
from loadtest.results.step_key import StepKey

_NOT_WHOLE = (
    "the step's folder is not whole; copy the run again, or take this step's folder away and resume the run, which measures "
    "it anew"
)


def write_step_folder(
    steps: Path, measured: Measured, reading: object | None, pages: Mapping[str, str | bytes]
) -> Path:
    """
    Write a step into a folder of its own, which appears whole or not at all, and return that folder.

    Args:
        steps: Folder of the run's steps.
        measured: The raw facts.
        reading: Readings that the analysis made of the facts, a frozen dataclass.
        pages: Scraped pages by a name such as ``window-start-worker-1``; kept compressed.

    Raises:
        OSError: The folder cannot be written.
    """
    final = steps / measured.key.folder
    partial = final.with_name(f".{final.name}.{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        (partial / "histograms").mkdir(parents=True)
        (partial / "scrapes").mkdir()
        (partial / "measured.json").write_text(_facts(measured), encoding="utf-8")
        seconds = "".join(to_json(second, indent=None) for second in measured.timeline)
        (partial / "timeline.jsonl").write_text(seconds, encoding="utf-8")
        for name, encoded in measured.injector.histograms.items():
            (partial / "histograms" / f"{name}.hdr").write_text(encoded, encoding="utf-8")
        for name, page in pages.items():
            data = page.encode("utf-8") if isinstance(page, str) else page
            (partial / "scrapes" / f"{_file_name(name)}.gz").write_bytes(gzip.compress(data, mtime=0))
        if reading is not None:
            (partial / "step.json").write_text(to_json(reading), encoding="utf-8")
        # An earlier folder is moved away whole: deleting takes time, during which half of it would be there.
        earlier = final.with_name(f".{final.name}.{os.getpid()}.earlier")
        if final.exists():
            final.rename(earlier)
        partial.rename(final)
        shutil.rmtree(earlier, ignore_errors=True)
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return final


def read_step_folder(folder: Path) -> Measured:
    """
    Read the raw facts of a step.

    Raises:
        InputError: A file is missing, damaged or cannot be read; the error names it.
    """
    plain: Any = read_plain(folder / "measured.json", _NOT_WHOLE)
    where = str(folder)
    try:
        plain["timeline"] = _seconds(folder / "timeline.jsonl")
        plain["injector"]["histograms"] = _histograms(folder / "histograms")
    except (KeyError, TypeError) as error:
        raise InputError(f"{where}/measured.json: no facts of a step: {error}; {_NOT_WHOLE}") from None
    return from_plain(Measured, plain, where)


def _seconds(file: Path) -> list[Any]:
    try:
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise InputError(unreadable(file, error, _NOT_WHOLE)) from None


def _histograms(folder: Path) -> dict[str, str]:
    """
    Read all of them: a rule whose histogram was lost would be left out, and its step would pass for valid.
    """
    found = {}
    for name in HISTOGRAMS:
        file = folder / f"{name}.hdr"
        try:
            found[name] = file.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise InputError(unreadable(file, error, _NOT_WHOLE)) from None
        if (why := hdr.why_not_whole(found[name])) is not None:
            raise InputError(f"{file}: cannot be read: {why}; {_NOT_WHOLE}")
    return found


def why_not_own(key: StepKey, plan: Plan, folder: str) -> str | None:
    """
    Say why a step must not be read as one of a run; ``None`` for a step of the run.

    Copying folders by hand may bring other steps.

    Args:
        key: Key of the step.
        plan: Plan of the run.
        folder: Name of the folder in which it was found.
    """
    if key.load >= len(plan.loads) or plan.loads[key.load].kind.value != key.kind:
        return f"it has load {key.load} of kind {key.kind}, and the run's plan has none such; take it out of this run"
    if key.folder != folder:
        return f"it is the folder of step {key.folder}; give it that name, or take it out of this run where that is there"
    return None


def _file_name(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in name)


def _facts(measured: Measured) -> str:
    # Timeline and histograms have files of their own.
    injector = dataclasses.replace(measured.injector, histograms={})
    return to_json(dataclasses.replace(measured, timeline=(), injector=injector))
