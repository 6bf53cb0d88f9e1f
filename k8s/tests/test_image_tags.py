"""
How our images get their tags: from what goes into them, and from nothing else.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
RUN = ROOT / "k8s" / "run"
WORKER = "worker/src/repairshop/temporal_worker.py"
PLAN = "loadtest/plans/demo.toml"
# What ruff, mypy, Python, pip, editors, merges and desktops leave behind in a folder of sources.
LEFT_BEHIND = (
    "worker/src/repairshop/workflows/.ruff_cache/CACHEDIR.TAG",
    "worker/src/.mypy_cache/3.13/repairshop.meta.json",
    "worker/src/repairshop/__pycache__/worker.cpython-313.pyc",
    "worker/src/repairshop/temporal_worker.pyc",
    "worker/src/repair_worker.egg-info/PKG-INFO",
    "worker/src/repairshop/.temporal_worker.py.swp",
    "worker/src/repairshop/temporal_worker.py~",
    "worker/src/repairshop/temporal_worker.py.orig",
    "worker/src/repairshop/temporal_worker.py.rej",
    "worker/src/repairshop/written.tmp",
    "worker/src/.DS_Store",
    "worker/build/lib/repairshop/temporal_worker.py",
    "worker/dist/repair_worker-0.1.0.tar.gz",
    "worker/tests/test_new.py",
    "loadtest/plans/.demo.toml.swp",
    "loadtest/.pytest_cache/README.md",
    "loadtest/results/latest/report.html",
    "notes.txt",
)


def shell(checkout: Path, script: str, **environment: str) -> str:
    """
    What a script prints that has the names of the images.
    """
    clean = {name: value for name, value in os.environ.items() if name not in ("IMAGE_CONTEXT", "REGISTRY")}
    return subprocess.run(
        ["bash", "-c", f"set -euo pipefail; . {RUN}/image_tags.sh; {script}"],
        cwd=checkout,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout


def tags(checkout: Path, **environment: str) -> list[str]:
    """
    The tags that the sources of a checkout have: the worker's and the load test's.
    """
    return shell(checkout, 'echo "$worker_tag $loadtest_tag"', **environment).split()


def make_checkout(folder: Path) -> Path:
    """
    Make the folders of a checkout that images are made of, each with little in it.
    """
    for name in (
        ".dockerignore",
        "LICENSE",
        "worker/Dockerfile",
        "worker/pyproject.toml",
        WORKER,
        "loadtest/Dockerfile",
        "loadtest/pyproject.toml",
        "loadtest/src/loadtest/plan.py",
        PLAN,
    ):
        write(folder / name, name)
    return folder


def write(file: Path, text: str) -> None:
    """
    Write a file, with its folders.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """
    A small checkout.
    """
    return make_checkout(tmp_path / "checkout")


@pytest.mark.parametrize("name", LEFT_BEHIND)
def test_what_is_left_behind_is_in_no_image(checkout: Path, name: str) -> None:
    """
    Else a run of ruff would be another version of the workers; and no image is built with it in.
    """
    before = tags(checkout)
    write(checkout / name, "left behind")

    assert tags(checkout) == before
    copied = shell(checkout, 'cd "$IMAGE_CONTEXT"; find . -type f')
    assert f"./{name}" not in copied.splitlines()


def by_time(checkout: Path) -> None:
    """
    Give each file the time of an older checkout.
    """
    for file in checkout.rglob("*"):
        os.utime(file, (1_000_000_000, 1_000_000_000))


def by_mode(checkout: Path) -> None:
    """
    Give each file the mode of a checkout on a file system without modes, or of a private one.
    """
    for number, file in enumerate(sorted(checkout.rglob("*"))):
        file.chmod(0o700 if file.is_dir() else (0o777, 0o600)[number % 2])


def by_links(checkout: Path) -> None:
    """
    Keep a file elsewhere, and a link where it was.
    """
    kept = checkout / "kept.py"
    (checkout / WORKER).rename(kept)
    (checkout / WORKER).symlink_to(kept)


def by_empty_folders(checkout: Path) -> None:
    """
    Leave the folder of a package that has moved.
    """
    (checkout / "worker/src/repairshop/moved").mkdir()


@pytest.mark.parametrize("differ", [by_time, by_mode, by_links, by_empty_folders])
def test_checkouts_with_the_same_content_have_the_same_tag(
    checkout: Path, tmp_path: Path, differ: Callable[[Path], None]
) -> None:
    """
    Whatever the folder is called, the time and mode of its files, and how they are kept.
    """
    other = make_checkout(tmp_path / "another name")
    differ(other)

    assert tags(other) == tags(checkout)
    assert len(set(tags(checkout))) == 2


def test_the_order_of_names_is_not_the_locales(checkout: Path) -> None:
    """
    Upper case comes before lower case in one locale and beside it in another.
    """
    for name in ("B.py", "a.py", "ä.py", "_b.py"):
        write(checkout / "worker/src/repairshop" / name, name)

    assert (
        tags(checkout, LC_ALL="C") == tags(checkout, LC_ALL="C.UTF-8") == tags(checkout, LC_ALL="en_US.UTF-8")
    )


def test_an_image_of_a_private_checkout_can_be_read(checkout: Path) -> None:
    """
    Plans are copied as they are, and the image's user is not who owns them; the copy on this machine stays private.
    """
    by_mode(checkout)

    said = shell(
        checkout,
        'stat -c "%a %n" "$IMAGE_CONTEXT"; cd "$IMAGE_CONTEXT"; find . -mindepth 1 -printf "%y%m\\n" | sort -u',
    )

    top, *inner = said.splitlines()
    assert top.startswith("700 ")
    assert inner == ["d755", "f644"]


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        pytest.param(WORKER, (True, True), id="worker-is-in-both"),
        pytest.param("worker/src/repairshop/new.py", (True, True), id="new-file"),
        pytest.param("worker/pyproject.toml", (True, True), id="dependencies"),
        pytest.param(PLAN, (False, True), id="a-plan-is-in-one"),
        pytest.param("loadtest/src/loadtest/plan.py", (False, True), id="load-test"),
        pytest.param("worker/Dockerfile", (True, False), id="dockerfile"),
        pytest.param("constraints.txt", (True, True), id="versions"),
    ],
)
def test_a_tag_follows_the_content(checkout: Path, name: str, changed: tuple[bool, bool]) -> None:
    """
    What changes an image changes its tag, and no other.
    """
    before = tags(checkout)
    write(checkout / name, "changed")

    after = tags(checkout)

    assert tuple(new != old for new, old in zip(after, before, strict=True)) == changed


def test_a_renamed_file_is_another_image(checkout: Path) -> None:
    """
    Names are content too.
    """
    before = tags(checkout)
    (checkout / WORKER).rename(checkout / "worker/src/repairshop/renamed.py")

    assert all(new != old for new, old in zip(tags(checkout), before, strict=True))


def test_a_build_by_hand_leaves_out_the_same() -> None:
    """
    `docker build` in the checkout itself reads .dockerignore, which names what the scripts leave out.
    """
    said = re.findall(r"--exclude '?([^\s')]+)", (RUN / "image_tags.sh").read_text())
    lines = (ROOT / ".dockerignore").read_text().splitlines()

    assert {f"**/{pattern.removeprefix('*/')}" for pattern in said} == {
        line for line in lines if line.startswith("**")
    }
