"""
What may differ where the rules are used: links, labels, bounds of single queues.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from prometheus_programs import promtool

from dashboards.__main__ import main
from dashboards.bounds import QueueBoundsError, either_spelling, read_queue_bounds
from dashboards.rules import RuleSettings, rule_file

BOUNDS = '["nightly-batch"]\nbacklog_age_seconds = 14400\n[imports]\nbacklog_age_seconds = false\nsync_match_ratio = 0.5\n'


def alerts(folder: Path) -> dict[str, list[str]]:
    """
    Conditions by alert, of the written rule file.
    """
    document = yaml.safe_load((folder / "dashboards/rules/rules.yaml").read_text(encoding="utf-8"))
    told: dict[str, list[str]] = {}
    for rule in document["groups"][1]["rules"]:
        told.setdefault(rule["alert"], []).append(rule["expr"])
    return told


@pytest.mark.process
def test_a_queues_own_bound_takes_the_general_ones_place(tmp_path: Path) -> None:
    """
    The batch has its hours, the imports are never told, and every other queue keeps the general bound.
    """
    file = tmp_path / "bounds.toml"
    file.write_text(BOUNDS, encoding="utf-8")

    assert main(["rules", "--queue-bounds", str(file), "--output", str(tmp_path)]) == 0

    told = alerts(tmp_path)
    assert told["TemporalBacklogOld"] == [
        'task_queue:backlog_age_seconds:max{taskqueue!~"nightly.batch|imports"} > 1.5',
        'task_queue:backlog_age_seconds:max{taskqueue=~"nightly.batch"} > 14400',
    ]
    assert [c.split(" and ")[0] for c in told["TemporalSyncMatchLow"]] == [
        'task_queue:sync_match_ratio:rate5m{taskqueue!~"imports"} < 0.99',
        'task_queue:sync_match_ratio:rate5m{taskqueue=~"imports"} < 0.5',
    ]
    assert len(told["TemporalNoPollers"]) == 1
    checked = promtool("check", "rules", tmp_path / "dashboards/rules/rules.yaml")
    assert checked.returncode == 0, checked.stderr


def test_runbooks_are_links_and_the_object_has_the_labels_asked_for(tmp_path: Path) -> None:
    """
    An address makes every runbook a link; a label lets a Prometheus of an operator choose the rules.
    """
    argv = ["rules", "--runbooks", "https://example.org/runbooks/", "--label", "release=monitoring"]

    assert main([*argv, "--output", str(tmp_path)]) == 0

    document = yaml.safe_load(
        (tmp_path / "dashboards/rules/prometheus-rule.yaml").read_text(encoding="utf-8")
    )
    assert document["metadata"]["labels"]["release"] == "monitoring"
    for rule in document["spec"]["groups"][1]["rules"]:
        assert rule["annotations"]["runbook_url"] == f"https://example.org/runbooks/{rule['alert']}.md"


def test_without_an_address_no_path_is_sold_as_a_link() -> None:
    """
    ``runbook_url`` is what programs draw as a link; a path in a repository is none.
    """
    assert "runbook_url" not in rule_file(RuleSettings())


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        pytest.param(
            ["--runbooks", "dashboards/runbooks"], "'dashboards/runbooks': must be an address", id="path"
        ),
        pytest.param(["--label", "release"], "'release': must be a label of Kubernetes", id="no value"),
        pytest.param(["--label", "a=b c"], "'a=b c': must be a label", id="blank"),
        pytest.param(["--queue-bounds", "/nowhere.toml"], "/nowhere.toml: no file of bounds", id="no file"),
        pytest.param(
            ["pictures"], "pictures: nothing of that kind is generated; there are: dashboards", id="kind"
        ),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(
    argv: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Exit code 2, the value and what was expected.
    """
    try:
        code = main([*argv, "--output", str(tmp_path)])
    except SystemExit as stop:
        code = stop.code

    line = capsys.readouterr().err
    assert code == 2
    assert line.startswith("error: ")
    assert line.count("\n") == 1
    assert told in line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "places"),
    [
        pytest.param("[q]\nbacklog_age = 3\n", ["q.backlog_age"], id="unknown key"),
        pytest.param("[q]\nbacklog_age_seconds = -1\n", ["q.backlog_age_seconds"], id="negative"),
        pytest.param("[q]\nbacklog_age_seconds = inf\n", ["q.backlog_age_seconds"], id="infinite"),
        pytest.param("[q]\nbacklog_age_seconds = true\n", ["q.backlog_age_seconds"], id="true"),
        pytest.param("[q]\nsync_match_ratio = 99\n", ["q.sync_match_ratio"], id="percent"),
        pytest.param("[a]\nx = 1\n[b]\ny = 2\n", ["a.x", "b.y"], id="two problems"),
        pytest.param("q = 3\n", ["q"], id="no table"),
        pytest.param('["a.b"]\n[a_b]\n[c]\n', ["a.b and a_b"], id="one queue to the server"),
        pytest.param(
            '["a-b"]\n["a.b"]\n[a_b]\n["x/y"]\n[x-y]\n', ["a-b and a.b and a_b", "x/y and x-y"], id="several"
        ),
    ],
)
def test_each_problem_of_a_file_of_bounds_has_its_line(text: str, places: list[str], tmp_path: Path) -> None:
    """
    All at once, each with its place.
    """
    file = tmp_path / "bounds.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(QueueBoundsError) as raised:
        read_queue_bounds(file)

    assert [line.split(": ")[2] for line in str(raised.value).splitlines()] == places


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("repair-shop", "repair.shop", id="a dash, which the server writes as _"),
        pytest.param("repair_shop", "repair.shop", id="the server's spelling"),
        pytest.param("mq", "mq", id="letters alone"),
    ],
)
def test_a_queue_is_matched_in_both_spellings(name: str, expected: str) -> None:
    """
    The server writes repair_shop where workers write repair-shop; one pattern finds both.
    """
    assert either_spelling(name) == expected
