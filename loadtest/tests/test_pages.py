"""
Whatever a page tells people to type can be typed, and wherever it leads to is there.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from markdown_pages import ROOT, Page, pages

from loadtest.cli import run_start
from loadtest.cli.app import app, run
from loadtest.plan import Plan
from repairshop.cli.shop_cli import app as shop

pytestmark = pytest.mark.process

PAGES = list(pages())
TYPED = [(page.path, command) for page in PAGES for command in page.commands]
PROGRAMS: dict[str, Any] = {
    "loadtest": typer.main.get_command(app),
    "repairshop": typer.main.get_command(shop),
}
# Verbs that check a whole plan before they start anything.
OF_A_PLAN = ("sweep", "capacity", "limits", "compare")


def _of(*programs: str) -> list[Any]:
    found = dict.fromkeys((path, line) for path, line in TYPED if line.split()[0] in programs)
    return [pytest.param(line, id=f"{path}: {line[:60]}") for path, line in found]


def test_there_are_commands() -> None:
    """The two of the first screen at least."""
    lines = [line for path, line in TYPED if path == Path("README.md")]

    assert {"make demo", "make test"} <= set(lines)


@pytest.fixture(scope="module")
def make_targets() -> set[str]:
    """Every target that somebody can type."""
    files = [ROOT / "Makefile", *ROOT.glob("*/*.mk"), *ROOT.glob("k8s/compose/*.mk")]
    rules = re.findall(r"^\.PHONY: (.*)$", "\n".join(file.read_text() for file in files), re.M)
    return {target for rule in rules for target in rule.split()}


@pytest.fixture(scope="module")
def make_variables() -> set[str]:
    """Every word of the make files and their scripts."""
    files = [ROOT / "Makefile", *ROOT.glob("*/*.mk"), *ROOT.glob("k8s/compose/*.mk")]
    return set(re.findall(r"[A-Z][A-Z0-9_]*", "\n".join(file.read_text() for file in files)))


@pytest.mark.parametrize("command", _of("make"))
def test_every_make_target_and_variable_exists(
    command: str, make_targets: set[str], make_variables: set[str]
) -> None:
    """A variable that no make file reads would change nothing, in silence."""
    words = shlex.split(command.replace("...", ""))[1:]

    assert {word for word in words if "=" not in word and word.replace("-", "").isalnum()} <= make_targets
    assert {word.partition("=")[0] for word in words if "=" in word} <= make_variables


@pytest.mark.parametrize("command", _of("loadtest", "repairshop"))
def test_every_verb_and_option_exists_and_takes_what_is_written(command: str) -> None:
    """Parsed as the program parses it; a verb alone names itself."""
    program, *words = shlex.split(command.replace("...", ""))
    verb = PROGRAMS[program]
    while words and hasattr(verb, "commands"):
        name = words.pop(0)
        if name == "--help":
            return
        verb = verb.commands[name]

    if words and words != ["--help"]:
        verb.make_context(command, words)


@pytest.mark.parametrize(
    "command",
    [
        one
        for one in _of("loadtest")
        if one.values[0].split()[1] in OF_A_PLAN and "loadtest/plans/" in one.values[0]
    ],
)
def test_every_plan_is_taken_with_the_flags_beside_it(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys, values and flags go together, up to the moment at which something would be started."""
    begun: list[Plan] = []
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(run_start, "begin", lambda plan, *_, **__: begun.append(plan) or 0)

    assert run(shlex.split(command)[1:]) == 0
    assert len(begun) == 1


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.path)) for page in PAGES])
def test_every_link_leads_somewhere(page: Page) -> None:
    """To a file or a picture that is there, and to a heading that it has."""
    known = {(ROOT / other.path).resolve(): other.anchors for other in PAGES}
    missing = []
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", page.prose):
        path, _, anchor = link.partition("#")
        target = (ROOT / page.path.parent / path).resolve() if path else (ROOT / page.path).resolve()
        if not target.exists() or (anchor and anchor not in known[target]):
            missing.append(link)

    assert missing == []


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.path)) for page in PAGES])
def test_every_key_of_a_plan_exists(page: Page) -> None:
    """A code span that begins with a table of the plan names a key of it."""
    tables = {"worker": "worker", "work": "work", "slo": "slo", "waits": "waits"}
    spans = re.findall(rf"`({'|'.join(tables)})\.([a-z0-9_]+)", page.prose)

    wrong = [
        f"{table}.{key}"
        for table, key in spans
        if key not in Plan.model_fields[table].annotation.model_fields
    ]

    assert wrong == []


def test_every_flag_of_the_load_tests_pages_exists() -> None:
    """A code span that begins with two hyphens is an option of some verb there."""
    options = {
        option
        for verb in PROGRAMS["loadtest"].commands.values()
        for one in verb.params
        for option in (*one.opts, "--help")
    }
    told = [
        (str(page.path), flag)
        for page in PAGES
        if page.path.parts[0] == "loadtest" and page.path.name != "benchmarks.md"  # which has a script's own
        for flag in re.findall(r"`(--[a-z][a-z-]*)", page.prose)
    ]

    assert len(told) > 30
    assert [one for one in told if one[1] not in options] == []
