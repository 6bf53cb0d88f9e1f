"""
Folders of runs on disks of other systems.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
import synthetic_steps

from loadtest.errors import InputError
from loadtest.results.run_folder import Run


def test_a_link_to_a_folder_that_is_gone_is_told_as_that(tmp_path: Path) -> None:
    """As to a disk that is not mounted: writable or not is no question then."""
    (tmp_path / "results").symlink_to("/no-such-disk/results")

    with pytest.raises(
        InputError, match="results: cannot be written: it points at /no-such-disk/results, which is no folder"
    ):
        Run.create(tmp_path / "results", synthetic_steps.demo_plan(), synthetic_steps.manifest())


def test_what_macos_leaves_beside_a_copy_is_no_part_of_a_step(tmp_path: Path) -> None:
    """On a disk of another system it keeps a file's attributes in one of its own, which is no text."""
    run = Run.create(tmp_path, synthetic_steps.demo_plan(), synthetic_steps.manifest())
    folder = run.write_step(synthetic_steps.steps()[0])
    kept = next((folder / "histograms").iterdir())
    before = run.read_steps()

    kept.with_name(f"._{kept.name}").write_bytes(b"\0\5\26\7\377")

    assert run.read_steps() == before


@pytest.mark.parametrize(
    "lost",
    [
        "measured.json",
        "timeline.jsonl",
        *(f"histograms/{name}.hdr" for name in ("lag", "response", "service", "end_to_end")),
    ],
)
def test_a_step_that_lost_a_file_is_refused_with_what_to_do(tmp_path: Path, lost: str) -> None:
    """
    As of a copy that left out what it does not know: without its injectors' lag a step passed for valid.
    """
    run = Run.create(tmp_path, synthetic_steps.demo_plan(), synthetic_steps.manifest())
    folder = run.write_step(synthetic_steps.steps()[0])
    (folder / lost).unlink()

    with pytest.raises(InputError) as refused:
        run.read_steps()

    assert str(refused.value) == (
        f"{folder / lost}: cannot be read: No such file or directory; the step's folder is not whole; copy the run again, or "
        "take this step's folder away and resume the run, which measures it anew"
    )


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        pytest.param("timeline.jsonl", '{"at": 1', "Expecting", id="half-a-line"),
        pytest.param("timeline.jsonl", b"\xff\xfe", "can't decode byte", id="no-text"),
        pytest.param("measured.json", "[]", "no facts of a step", id="a-list"),
        pytest.param("measured.json", "{}", "no facts of a step", id="no-injector"),
        pytest.param("histograms/lag.hdr", "HIST", "cannot be read", id="half-a-histogram"),
    ],
)
def test_a_damaged_file_of_a_step_is_named(tmp_path: Path, file: str, text: str | bytes, told: str) -> None:
    """Each by its own path, as a folder has nine."""
    run = Run.create(tmp_path, synthetic_steps.demo_plan(), synthetic_steps.manifest())
    folder = run.write_step(synthetic_steps.steps()[0])
    (folder / file).write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(
        InputError, match=f"^{folder / file}: .*{told}.*; the step's folder is not whole; copy"
    ):
        run.read_steps()


@pytest.mark.parametrize("file", ["measured.json", "timeline.jsonl", "histograms/lag.hdr"])
def test_a_file_of_a_step_that_the_system_does_not_give_is_not_called_lost(tmp_path: Path, file: str) -> None:
    """Of another owner or on a disk with an error: whoever took the folder away lost a good step."""
    run = Run.create(tmp_path, synthetic_steps.demo_plan(), synthetic_steps.manifest())
    path = run.write_step(synthetic_steps.steps()[0]) / file
    path.unlink()
    path.symlink_to(path)  # an error that the user root gets as well

    with pytest.raises(InputError) as refused:
        run.read_steps()

    assert str(refused.value) == f"{path}: cannot be read: {os.strerror(errno.ELOOP)}; make it readable"
