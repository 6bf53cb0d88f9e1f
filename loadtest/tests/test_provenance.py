"""
What a run says of the kit that measured it.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from loadtest import provenance

pytestmark = pytest.mark.process

KIT = Path(provenance.__file__).name


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """
    A checkout with one commit, which keeps the kit's file; its folder ``installed`` has another, which it does not keep.
    """
    folder = tmp_path / "checkout"
    (folder / "installed").mkdir(parents=True)
    for kept in (folder / KIT, folder / "installed" / KIT):
        kept.write_text("")
    _git(folder, "init", "--quiet")
    _git(folder, "add", KIT)
    _git(folder, *("-c", "user.name=a", "-c", "user.email=a@b"), "commit", "--quiet", "--message", "first")
    return folder


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_commit_is_that_of_the_kits_own_checkout(checkout: Path) -> None:
    """With a mark where a kept file was changed."""
    head = _git(checkout, "rev-parse", "HEAD")

    kept = provenance.commit(checkout)
    (checkout / KIT).write_text("# changed")
    changed = provenance.commit(checkout)

    assert (kept, changed) == (head, f"{head}+")


def test_an_environment_in_the_checkout_of_another_project_has_no_commit(checkout: Path) -> None:
    """The project's commit says nothing of the kit that is installed into its folder."""
    assert provenance.commit(checkout / "installed") is None


def test_a_hook_of_another_repository_changes_nothing(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git names the repository that runs a hook in variables, which go before the folder."""
    _git(tmp_path, "init", "--quiet", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))

    found = provenance.commit(checkout)

    monkeypatch.undo()
    assert found == _git(checkout, "rev-parse", "HEAD")
