"""
``loadtest compare`` of two servers by profile: what is refused, before anything is started.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from two_server_comparison import CLOUD, KEY, PROFILES, A, B, profile_text

from loadtest.cli.app import run

DEMO = str(Path(__file__).parents[2] / "plans" / "demo.toml")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        pytest.param(["--a-profile", "own"], "give both --a-profile and --b-profile", id="one-alone"),
        pytest.param(
            ["--a-profile", "own", "--b-profile", "own"],
            "--a-profile own --b-profile own: one server; name two, or give --set profile=own",
            id="same-twice",
        ),
        pytest.param(
            ["--a-address", A, "--b-profile", "cloud"],
            f"--a-address {A} --b-profile cloud: a server by address is reached as your TEMPORAL_* variables say",
            id="address-beside-profile",
        ),
        pytest.param(
            [*PROFILES, "--a-address", A, "--b-address", B],
            f"--a-address {A} --b-address {B} --a-profile own --b-profile cloud: ",
            id="both",
        ),
        pytest.param(
            [*PROFILES, "--address", A], "--address: is of one server for both settings", id="with-address"
        ),
        pytest.param(
            [*PROFILES, "--server-metrics", "http://a/metrics"],
            "--server-metrics: is of one server for both settings, and --a-profile and --b-profile name two",
            id="with-server-metrics",
        ),
        pytest.param(
            ["--a", "profile=own", "--b", "profile=cloud", "--address", A],
            "--address: servers that run are named already (own, cloud)",
            id="settings-with-address",
        ),
        pytest.param(
            ["--b", "profile=cloud"],
            "profile: the plan has no value of it that the other setting could have; give both --a and --b",
            id="one-setting",
        ),
        pytest.param([*PROFILES, "--port", "7"], "--port: goes with the server that a run starts", id="port"),
        pytest.param(
            [*PROFILES, "--namespace", "orders"],
            "profile cloud: its namespace is shop, and the plan's is orders; leave one of the two out",
            id="another-namespace",
        ),
        pytest.param(
            ["--a-profile", "own", "--b-profile", "staging"],
            "has no such profile, there are: cloud, own; `temporal config set --profile staging ",
            id="no-such-profile",
        ),
        pytest.param(
            [*PROFILES, "--set", f"address={A}"],
            f"address = '{A}': names a server, and so does",
            id="plans-address",
        ),
    ],
)
def test_what_cannot_be_compared_by_profile_is_refused_in_one_line(
    flags: list[str], words: str, profiles: Path, refused_line: Callable[..., str]
) -> None:
    """Nothing is left behind."""
    line = refused_line("compare", DEMO, *flags)

    assert words in line and KEY not in line


@pytest.mark.parametrize(
    ("text", "flags", "words"),
    [
        pytest.param(
            profile_text("nowhere"), [], "profile cloud: address = 'nowhere': must be HOST:PORT", id="address"
        ),
        pytest.param(
            profile_text(more='[profile.cloud.tls]\nserver_ca_cert_path = "/no/ca.pem"\n'),
            [],
            "profile cloud: /no/ca.pem: cannot be read (No such file or directory)",
            id="no-such-ca",
        ),
        pytest.param(
            profile_text(CLOUD),
            ["--rate", "1000"],
            "profile cloud: others may use that server, and this",
            id="shared",
        ),
        pytest.param(
            profile_text().replace(f'"{B}"', '""'), [], "profile cloud: it has no address; ", id="no-address"
        ),
    ],
)
def test_a_profile_that_cannot_be_used_is_refused_before_anything_is_begun(
    text: str, flags: list[str], words: str, profiles: Path, refused_line: Callable[..., str]
) -> None:
    """In one line that names the profile and no key."""
    profiles.write_text(text, encoding="utf-8")

    line = refused_line("compare", DEMO, *PROFILES, *flags)

    assert words in line and KEY not in line


def test_one_server_behind_two_profiles_is_refused(
    profiles: Path, answering: dict[str, str], refused_line: Callable[..., str]
) -> None:
    """Two ways in: the namespace has one id."""
    answering.update({A: "6f0c", B: "6f0c"})

    assert "profile own and cloud: one server under two names" in refused_line("compare", DEMO, *PROFILES)


@pytest.mark.parametrize("target", ["kubernetes", "compose"])
def test_profiles_are_of_workers_of_this_machine(
    target: str, tmp_path: Path, profiles: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Others reach the server that their own files name, and `submit` takes no profile either."""
    code = run(["compare", DEMO, *PROFILES, "--target", target, "--output", str(tmp_path / "out")])
    submitted = run(["submit", DEMO, "--set", "profile=cloud"])

    *lines, last = capsys.readouterr().err.splitlines()
    assert (code, submitted) == (2, 2)
    assert [line.split(": ", 2)[1] for line in lines] == ["--a-profile", "--b-profile"]
    assert "plan: profile: workers and server of a cluster are set up by their charts" in last
