"""
A run's folder as a stream: whole, checked, and nothing besides.
"""

from __future__ import annotations

import errno
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from loadtest.errors import InputError, MeasurementError
from loadtest.results.archive import pack, unpack


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """
    A folder with one run, the latest, and a half-written step.
    """
    run = tmp_path / "results" / "20261124-smoke"
    (run / "steps" / "1-open-1").mkdir(parents=True)
    (run / "steps" / ".2-open-1.77").mkdir()
    (run / "plan.json").write_text("{}")
    (run / "steps" / "1-open-1" / "measured.json").write_text("[1]")
    (run / "steps" / ".2-open-1.77" / "measured.json").write_text("[")
    (tmp_path / "results" / "latest").symlink_to(run.name)
    return tmp_path / "results"


@pytest.mark.parametrize("name", ["20261124-smoke", "latest"])
def test_a_run_comes_out_as_it_went_in(results: Path, tmp_path: Path, name: str) -> None:
    """Packed by its name or as the latest, unpacked elsewhere, it is whole, is the latest, and has no half step."""
    archive = tmp_path / "run.tar.gz"
    with archive.open("wb") as out:
        run, checksum = pack(results, name, out)

    folder = unpack(archive, checksum, run, tmp_path / "here")

    assert folder == tmp_path / "here" / "20261124-smoke"
    assert (folder / "steps" / "1-open-1" / "measured.json").read_text() == "[1]"
    assert [path.name for path in (folder / "steps").iterdir()] == ["1-open-1"]
    assert (tmp_path / "here" / "latest").resolve() == folder


@pytest.mark.process
def test_the_command_says_name_and_checksum_beside_the_stream(results: Path, tmp_path: Path) -> None:
    """What a pod runs: the tar on standard output, name and checksum on standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "loadtest.results.archive", str(results), "latest"],
        capture_output=True,
        timeout=60,
        check=False,
    )
    archive = tmp_path / "run.tar.gz"
    archive.write_bytes(done.stdout)
    name, checksum = done.stderr.decode().split()

    assert done.returncode == 0
    assert unpack(archive, checksum, name, tmp_path / "here").is_dir()


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda data: data[:40] + b"x" + data[41:]], ids=["cut", "bit"]
)
def test_a_damaged_archive_is_refused(results: Path, tmp_path: Path, damage: object) -> None:
    """A stream that broke or changed is found by its checksum, and nothing is unpacked."""
    archive = tmp_path / "run.tar.gz"
    with archive.open("wb") as out:
        run, checksum = pack(results, "latest", out)
    archive.write_bytes(damage(archive.read_bytes()))  # type: ignore[operator]

    with pytest.raises(MeasurementError, match="its checksum is .* fetch it again"):
        unpack(archive, checksum, run, tmp_path / "here")

    assert not (tmp_path / "here").exists()


@pytest.mark.parametrize("name", ["nosuch", "../results/latest", ".latest", ""])
def test_a_run_that_is_not_there(results: Path, tmp_path: Path, name: str) -> None:
    """A wrong name, or a path, is answered with the names that there are."""
    with (tmp_path / "out").open("wb") as out, pytest.raises(InputError, match="there are: 20261124-smoke"):
        pack(results, name, out)


def test_a_disk_that_is_full_leaves_no_half_of_a_run(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would look like one that was interrupted, and a second try would find it there."""
    archive = tmp_path / "run.tar.gz"
    with archive.open("wb") as out:
        run, checksum = pack(results, "latest", out)

    def full(self: tarfile.TarFile, path: Path, **_: object) -> None:
        (path / run).mkdir(parents=True)
        (path / run / "plan.json").write_text("{}")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(tarfile.TarFile, "extractall", full)
        with pytest.raises(InputError, match="No space left on device"):
            unpack(archive, checksum, run, tmp_path / "here")

    assert list((tmp_path / "here").iterdir()) == []
    assert unpack(archive, checksum, run, tmp_path / "here").is_dir()


def test_a_run_that_is_here_is_not_overwritten(results: Path, tmp_path: Path) -> None:
    """Fetching twice into one folder is refused."""
    archive = tmp_path / "run.tar.gz"
    with archive.open("wb") as out:
        run, checksum = pack(results, "latest", out)
    unpack(archive, checksum, run, tmp_path / "here")

    with pytest.raises(InputError, match="is there already"):
        unpack(archive, checksum, run, tmp_path / "here")
