"""
``loadtest compare`` of two servers by profile: what is kept of them, without measuring anything.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import synthetic_steps
from two_server_comparison import KEY, LED, PAGES, PROFILES, SHELL_KEY, A, B, profile_text

from loadtest.cli.app import run
from loadtest.cli.compare_plan import comparing_plan
from loadtest.cli.comparison_ending import conclude_comparison
from loadtest.cli.open_place import PlaceToOpen
from loadtest.cli.question_plan import RoundsAsked
from loadtest.plan import parse_plan
from loadtest.report.reading_definitions import window_queries
from loadtest.results.plan_setting import setting_text
from loadtest.results.question import CompareQuestion, question_of
from loadtest.results.run_folder import Run

DEMO = str(Path(__file__).parents[2] / "plans" / "demo.toml")


@pytest.mark.process
def test_two_profiles_are_a_factor_and_where_they_lead_stands_in_the_manifest(
    tmp_path: Path, profiles: Path, carried_out: list[tuple[Run, PlaceToOpen]]
) -> None:
    """Everything started for a side gets its profile's name, and no key, neither of the profile nor of the shell."""
    code = run(["compare", DEMO, *PROFILES, *PAGES, "--output", str(tmp_path / "out")])

    ((begun, to_open),) = carried_out
    question, manifest = question_of(begun), begun.manifest
    assert code == 0
    assert begun.plan.factors == {"profile": ("own", "cloud")}
    assert isinstance(question, CompareQuestion)
    assert (setting_text(question.a), setting_text(question.b)) == ("profile=own", "profile=cloud")
    assert (manifest.target, manifest.address, manifest.namespace) == (
        "address",
        f"{A}, {B}",
        "default, shop",
    )
    assert (manifest.servers, manifest.profiles) == ({"own": None, "cloud": None}, LED)
    assert {name: access.page for name, access in to_open.servers.items()} == {
        "own": "http://a/metrics",
        "cloud": "http://b/metrics",
    }
    assert [access.variables for access in to_open.servers.values()] == [
        {
            "TEMPORAL_CONFIG_FILE": str(profiles),
            "TEMPORAL_PROFILE": name,
            "TEMPORAL_ADDRESS": led.address,
            "TEMPORAL_NAMESPACE": led.namespace,
        }
        for name, led in LED.items()
    ]


@pytest.mark.process
def test_no_file_of_a_run_holds_a_credential(
    tmp_path: Path, profiles: Path, carried_out: list[tuple[Run, PlaceToOpen]]
) -> None:
    """Nor does what describes its place."""
    run(["compare", DEMO, *PROFILES, *PAGES, "--output", str(tmp_path / "out")])

    ((begun, to_open),) = carried_out
    kept = [path.read_text(encoding="utf-8") for path in begun.path.rglob("*") if path.is_file()]
    assert any('"cloud"' in text for text in kept)
    for text in (*kept, repr(to_open)):
        assert KEY not in text and SHELL_KEY not in text


@pytest.mark.process
def test_a_resumed_comparison_goes_on_where_the_profiles_led(
    tmp_path: Path,
    profiles: Path,
    carried_out: list[tuple[Run, PlaceToOpen]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A profile that leads elsewhere by then is refused: its blocks would be of another server."""
    run(["compare", DEMO, *PROFILES, "--output", str(tmp_path / "out")])
    begun, first = carried_out[0]

    codes = [run(["sweep", "--resume", str(begun.path)])]
    profiles.write_text(profile_text("127.0.0.3:7235"), encoding="utf-8")
    codes.append(run(["sweep", "--resume", str(begun.path)]))

    needs, *notes, line = capsys.readouterr().err.splitlines()
    assert needs.startswith("note: at 1 replica this plan needs ")
    assert [note.partition(": this starts up to ")[0] for note in notes] == [
        "note: profile own",
        "note: profile cloud",
    ]
    assert "workflows in namespace shop; " in notes[1]
    assert codes == [0, 2]
    assert carried_out[1:] == [(carried_out[1][0], first)]
    assert f"profile cloud: it leads to 127.0.0.3:7235, namespace shop, and the run {begun.path.name}" in line
    assert f"was made at {B}, namespace shop" in line


@pytest.mark.process
def test_a_plans_own_profile_is_the_server_of_every_verb(
    tmp_path: Path, profiles: Path, carried_out: list[tuple[Run, PlaceToOpen]]
) -> None:
    """As if `--address` named its server."""
    flags = [
        "--set",
        "profile=cloud",
        "--server-metrics",
        "http://b/metrics",
        "--output",
        str(tmp_path / "out"),
    ]

    codes = [run([verb, DEMO, *flags]) for verb in ("sweep", "limits")]

    assert codes == [0, 0]
    for begun, to_open in carried_out:
        manifest = begun.manifest
        assert [access.address for access in to_open.servers.values()] == [B]
        assert (manifest.address, manifest.namespace, manifest.servers) == (B, "shop", {})
        assert manifest.profiles == {"cloud": LED["cloud"]}


@pytest.mark.process
def test_a_profile_without_a_namespace_takes_the_plans(
    tmp_path: Path, profiles: Path, carried_out: list[tuple[Run, PlaceToOpen]]
) -> None:
    """And one that has the plan's is no contradiction."""
    run(["compare", DEMO, *PROFILES, "--namespace", "shop", "--output", str(tmp_path / "out")])

    ((begun, to_open),) = carried_out
    assert [access.namespace for access in to_open.servers.values()] == ["shop", "shop"]
    assert begun.manifest.namespace == "shop"


def test_clean_goes_where_the_profiles_led_or_nowhere(
    tmp_path: Path, profiles: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A profile that leads elsewhere would have another server's workflows terminated."""
    kept = Run.create(
        tmp_path / "out",
        parse_plan({"name": "x", "factors": {"profile": ["own", "cloud"]}}, "x.toml"),
        replace(
            synthetic_steps.manifest(),
            target="address",
            servers={"own": "1.31.0", "cloud": "1.32.0"},
            profiles=LED,
        ),
    )
    profiles.write_text(profile_text("127.0.0.3:1").replace(f'"{A}"', '"127.0.0.1:1"'), encoding="utf-8")

    codes = [run(["clean", str(kept.path)]), run(["clean", str(kept.path), "--address", A])]

    lines = capsys.readouterr().err.splitlines()
    assert codes == [2, 2]
    assert "profile own: it leads to 127.0.0.1:1, namespace default, and the run" in lines[0]
    assert "profile cloud: it leads to 127.0.0.3:1, namespace shop, and the run" in lines[1]
    assert f"--address {A}: profiles led this run to its servers (own, cloud); leave it out" in lines[2]


def test_the_answer_says_where_the_profiles_led(tmp_path: Path) -> None:
    """Its settings are the profiles; a note has address, namespace and version of each."""
    plan, question = comparing_plan(
        synthetic_steps.demo_plan(),
        ["profile=own"],
        ["profile=cloud"],
        asked=RoundsAsked(rounds=3, most_rounds=3),
    )
    manifest = replace(synthetic_steps.manifest(), servers={"own": "1.31.0", "cloud": "1.32.0"}, profiles=LED)
    begun = Run.create(tmp_path, plan, manifest)

    conclude_comparison(begun, question, quiet=True)

    written = json.loads((begun.path / "comparison.json").read_text(encoding="utf-8"))
    assert (written["a"], written["b"]) == ("profile=own", "profile=cloud")
    assert written["warnings"][0] == (
        f"the servers are own ({A}, namespace default) of version 1.31.0 and cloud ({B}, namespace shop) of version 1.32.0"
    )


def test_a_window_is_asked_for_in_its_own_namespace() -> None:
    """Prometheus holds the series of both sides."""
    steps = [
        replace(one, key=replace(one.key, factors=(("profile", name),)))
        for name in LED
        for one in [synthetic_steps.step(kind="open")]
    ]
    manifest = replace(synthetic_steps.manifest(), namespace="default, shop", profiles=LED)

    asked = [str(found.throughput) for found in window_queries(steps, manifest)]

    assert ['"default"' in query for query in asked] == [True, False]
    assert ['"shop"' in query for query in asked] == [False, True]
