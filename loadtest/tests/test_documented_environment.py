"""
What reaches which process stands in docs/environment.md as it is in the lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from tracked_files import ROOT

from loadtest import child_environment
from loadtest.injector import control_messages
from loadtest.probe import page_access

PAGE = (ROOT / "loadtest/docs/environment.md").read_text(encoding="utf-8")


def _named(text: str) -> set[str]:
    """
    Return the variables and families that a text names in code.
    """
    return set(re.findall(r"`([A-Z][A-Z0-9_]*\*?)`", text))


def _row(process: str) -> list[str]:
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| {process} ")]
    return [cell.strip() for cell in row.strip("|").split("|")]


def _passed_on_purpose() -> dict[str, set[str]]:
    lines = re.findall(r"^- \*\*(.+?)\*\*(.*)$", PAGE, re.M)
    return {
        name.strip("`"): _named(f"`{name}` {text}" if name.startswith("`") else text) for name, text in lines
    }


def test_a_kits_process_gets_nothing_of_the_families_that_change_it() -> None:
    """Those that are kept out of the kit's worker, and of Locust by \"the same\"."""
    families = {name if name.endswith("*") else f"{name}*" for name in child_environment.OUTSIDE}
    assert _named(_row("the kit's worker")[2]) == families
    assert _row("Locust and its injectors")[2].startswith("the same")


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        pytest.param("codec", child_environment.CODEC, id="codec"),
        pytest.param("tracing", child_environment.TRACING, id="tracing"),
        pytest.param("bytecode", child_environment.BYTECODE, id="bytecode"),
        pytest.param("the injectors' pages", (control_messages.METRICS_PORT,), id="pages"),
    ],
)
def test_what_is_passed_on_purpose_is_told_in_full(name: str, listed: Iterable[str]) -> None:
    """No exception more and none less."""
    assert _passed_on_purpose()[name] == set(listed)


def test_every_exception_has_its_line() -> None:
    """Those of PYTHONPATH, and the four lists; a new list has no line until somebody writes it."""
    assert set(_passed_on_purpose()) == {"codec", "tracing", "bytecode", "PYTHONPATH", "the injectors' pages"}
    assert child_environment.SCENARIO == ("PYTHONPATH",)
    lists = {
        name for name, value in vars(child_environment).items() if name.isupper() and isinstance(value, tuple)
    }
    assert lists == {"OUTSIDE", "_SYSTEM", "_ENCRYPTION", "SLOWS_WORKERS", "PAGE_CREDENTIALS"} | {
        *("CODEC_KEYS", "CODEC", "TRACING", "SCENARIO", "BYTECODE"),
    }


def test_what_a_users_worker_does_not_get_is_told() -> None:
    """Its row names the families and the variables."""
    kept_out = {"TEMPORAL_*", *child_environment.SLOWS_WORKERS, *child_environment.PAGE_CREDENTIALS}
    told = set(re.findall(r"`([A-Z_]+\*?)`", _row("your `--worker-command`")[2]))
    assert told == kept_out


def test_what_a_page_of_the_server_is_read_with_is_told() -> None:
    """The variables of its table are those that are read."""
    (section,) = re.findall(r"^### The server's page\n(.*?)^### ", PAGE, re.M | re.S)
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", section, re.M)) == {
        page_access.TOKEN,
        page_access.TOKEN_FILE,
        page_access.CA_FILE,
    }
