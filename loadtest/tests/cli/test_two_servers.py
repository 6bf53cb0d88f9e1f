"""
``loadtest compare`` of two servers by address: what is kept of them, without measuring anything.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
import synthetic_steps
from two_server_comparison import CLOUD, PAGES, SERVERS, A, B

from loadtest.cli.app import run
from loadtest.cli.compare_plan import comparing_plan
from loadtest.cli.comparison_ending import conclude_comparison
from loadtest.cli.open_place import PlaceToOpen
from loadtest.cli.question_plan import RoundsAsked
from loadtest.cli.run_refusals import refuse_many_starts
from loadtest.errors import InputError
from loadtest.plan import Open
from loadtest.results.plan_setting import setting_text
from loadtest.results.question import CompareQuestion, LimitsQuestion, question_of
from loadtest.results.run_folder import Run
from loadtest.scenario import load

DEMO = str(Path(__file__).parents[2] / "plans" / "demo.toml")
SANDBOX = ["--a", "worker.sandbox=true", "--b", "worker.sandbox=false"]


def _pages(to_open: PlaceToOpen) -> dict[str, str | None]:
    return {name: access.page for name, access in to_open.servers.items()}


@pytest.mark.process
@pytest.mark.usefixtures("answering")
def test_two_servers_are_a_factor_and_stand_in_the_manifest(
    tmp_path: Path, carried_out: list[tuple[Run, PlaceToOpen]]
) -> None:
    """Plan, question and manifest name both, and where the page of each is."""
    code = run(["compare", DEMO, *SERVERS, *PAGES, "--output", str(tmp_path)])

    ((begun, to_open),) = carried_out
    question, manifest = question_of(begun), begun.manifest
    assert code == 0
    assert begun.plan.factors == {"address": (A, B)}
    assert isinstance(question, CompareQuestion)
    assert (setting_text(question.a), setting_text(question.b)) == (f"address={A}", f"address={B}")
    assert _pages(to_open) == {A: "http://a/metrics", B: "http://b/metrics"}
    assert (manifest.target, manifest.address) == ("address", f"{A}, {B}")
    assert manifest.servers == {A: None, B: None}
    assert manifest.dynamic_config == {}


@pytest.mark.process
@pytest.mark.usefixtures("answering")
def test_a_resumed_comparison_goes_on_at_the_same_servers_and_pages(
    tmp_path: Path, carried_out: list[tuple[Run, PlaceToOpen]]
) -> None:
    """The run's folder has all of it; no flag repeats it."""
    run(["compare", DEMO, *SERVERS, *PAGES, *SANDBOX, "--output", str(tmp_path)])
    begun, first = carried_out[0]

    code = run(["sweep", "--resume", str(begun.path)])

    resumed, again = carried_out[1]
    assert code == 0
    assert (resumed.path, again) == (begun.path, first)
    assert list(again.servers) == [A, B]


@pytest.mark.process
@pytest.mark.usefixtures("answering")
def test_without_pages_the_servers_have_none(
    tmp_path: Path, carried_out: list[tuple[Run, PlaceToOpen]]
) -> None:
    """As with `--address` alone."""
    run(["compare", DEMO, *SERVERS, "--output", str(tmp_path)])

    assert _pages(carried_out[0][1]) == {A: None, B: None}


@pytest.mark.process
@pytest.mark.usefixtures("answering")
def test_a_plans_own_server_is_that_of_every_verb(
    tmp_path: Path, carried_out: list[tuple[Run, PlaceToOpen]]
) -> None:
    """As if `--address` named it: the run starts none, and a search for the limit cannot set it up."""
    flags = ["--set", f"address={A}", "--server-metrics", "http://a/metrics", "--output", str(tmp_path)]

    codes = [run([verb, DEMO, *flags]) for verb in ("sweep", "limits")]

    question = question_of(carried_out[1][0])
    assert codes == [0, 0]
    assert [_pages(to_open) for _, to_open in carried_out] == [{A: "http://a/metrics"}] * 2
    assert [(begun.manifest.address, begun.manifest.servers) for begun, _ in carried_out] == [(A, {})] * 2
    assert isinstance(question, LimitsQuestion) and not question.starts_server


def test_each_server_is_spared_by_what_it_would_get_itself() -> None:
    """Four rounds of 2 x 2 blocks are 8 on each: 24,000 starts in all are 12,000 on each."""
    plan, question = comparing_plan(
        synthetic_steps.demo_plan(),
        [f"address={CLOUD}"],
        [f"address={B}"],
        rate=100.0,
        asked=RoundsAsked(None, 10.0, 5.0, rounds=4, most_rounds=4),
    )
    twice = plan.model_copy(update={"loads": (Open(arrival_rate=200.0, window_seconds=10.0),)})
    scenario = load("repair")

    refuse_many_starts(plan, question, scenario, {})
    refuse_many_starts(twice, question, scenario, {"yes": True})
    with pytest.raises(InputError, match=f"^address {CLOUD}: .* starts up to 24,000 workflows"):
        refuse_many_starts(twice, question, scenario, {})


@pytest.mark.process
@pytest.mark.usefixtures("answering")
def test_each_server_has_injectors_whose_ports_must_be_free(
    tmp_path: Path,
    carried_out: list[tuple[Run, PlaceToOpen]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Three injectors for each of two servers, and the step's own metric: seven ports in a row."""
    flags = [*SERVERS, "--injectors", "3", "--output", str(tmp_path / "out")]

    codes = [run(["compare", DEMO, *flags, "--metrics-port", str(port)]) for port in (65_529, 65_530)]

    assert codes == [0, 2]
    assert "--metrics-port 65536: not a port" in capsys.readouterr().err
    assert carried_out[0][1].injector_metrics == 65_530


def test_the_answer_names_both_servers(tmp_path: Path) -> None:
    """Its settings are the addresses, and a note says what version each server is of."""
    plan, question = comparing_plan(
        synthetic_steps.demo_plan(),
        [f"address={A}"],
        [f"address={B}"],
        asked=RoundsAsked(rounds=3, most_rounds=3),
    )
    manifest = replace(synthetic_steps.manifest(), servers={A: "1.31.0", B: "1.32.0"})
    begun = Run.create(tmp_path, plan, manifest)

    conclude_comparison(begun, question, quiet=True)

    written = json.loads((begun.path / "comparison.json").read_text(encoding="utf-8"))
    assert (written["a"], written["b"]) == (f"address={A}", f"address={B}")
    assert written["warnings"][0] == f"the servers are {A} of version 1.31.0 and {B} of version 1.32.0"
    for name in ("report.html", "comparison.md"):
        page = (begun.path / name).read_text(encoding="utf-8")
        assert A in page and B in page
    suite = ElementTree.parse(begun.path / "comparison.xml").getroot()
    assert suite.get("errors") == "1"
