"""
Plans as files: what is written comes back, and what is no plan file is refused.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from loadtest.errors import InputError
from loadtest.plan import Plan, PlanFile, parse_plan
from loadtest.results.document import from_plain, to_json


def test_a_plan_comes_back_from_its_json() -> None:
    """The results folder keeps the plan with every default in it."""
    plan = parse_plan(
        {
            "name": "x",
            "loads": [
                {"kind": "saturate"},
                {"kind": "open", "window_seconds": 20, "arrivals": {"kind": "spike", "spike_ratio": 2}},
                {"kind": "fraction", "fraction": 0.5},
            ],
            "factors": {"worker.activity_pollers": [2, "autoscaling"], "codec": [True, False]},
        },
        "x.toml",
    )

    assert from_plain(Plan, json.loads(to_json(plan)), "plan.json") == plan


def test_a_missing_plan_names_those_that_there_are(tmp_path: Path) -> None:
    """The message says what could have been meant."""
    with pytest.raises(InputError, match=r"no such plan file.*demo\.toml"):
        PlanFile.read(tmp_path / "nothing.toml")


def test_a_missing_plan_names_the_folder_in_which_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kit's plans are named from the repository's folder, and the user may stand in another one."""
    monkeypatch.chdir(tmp_path)

    with pytest.raises(
        InputError, match=f"no such plan file in {tmp_path}; the repository's loadtest/plans/"
    ):
        PlanFile.read(Path("loadtest/plans/demo.toml"))


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    """With the place at which it stops to be TOML."""
    path = tmp_path / "bad.toml"
    path.write_text("name = [", encoding="utf-8")

    with pytest.raises(InputError, match="not a TOML file"):
        PlanFile.read(path).document()


def test_a_byte_order_mark_is_no_part_of_a_plan(tmp_path: Path) -> None:
    """
    Editors on Windows write one, and their lines end in two characters.
    """
    path = tmp_path / "from-windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + b'name = "x"\r\n')

    assert PlanFile.read(path).document() == {"name": "x"}
