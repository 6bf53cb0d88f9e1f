"""
What is not used is found, and found again where only a changed file is read.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from vulture.core import Vulture

from unused_code import unused_code


def _code_of(folder: Path) -> int:
    config = {
        "paths": [str(folder / "code")],
        "exclude": [],
        "ignore_names": ["kept_*"],
        "ignore_decorators": [],
        "min_confidence": 60,
    }
    return unused_code(config, folder / "cache")


def test_a_change_of_one_file_changes_what_another_is_used_by(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the changed file is read again, and the answer is that of all of them."""
    read: list[str] = []
    scan = Vulture.scan
    monkeypatch.setattr(
        Vulture,
        "scan",
        lambda self, code, filename="": (read.append(Path(filename).name), scan(self, code, filename)),
    )
    code = tmp_path / "code"
    code.mkdir()
    (code / "shop.py").write_text("def repair(): ...\ndef kept_for_later(): ...\n", encoding="utf-8")
    (code / "user.py").write_text("repair()\n", encoding="utf-8")

    first = _code_of(tmp_path)
    again = _code_of(tmp_path)
    (code / "user.py").write_text("print()\n", encoding="utf-8")
    changed = _code_of(tmp_path)

    assert (first, again, changed) == (0, 0, 3)
    assert sorted(read) == ["shop.py", "user.py", "user.py"]
    assert "unused function 'repair'" in capsys.readouterr().out


def test_a_file_that_cannot_be_read_is_told_each_time(tmp_path: Path) -> None:
    """It is not remembered as a file without a fault."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "broken.py").write_text("def (:\n", encoding="utf-8")

    assert [_code_of(tmp_path), _code_of(tmp_path)] == [1, 1]
