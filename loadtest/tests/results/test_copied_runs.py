"""
Folders of runs on disks of other systems.
"""

from __future__ import annotations

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
