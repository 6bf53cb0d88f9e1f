"""
Names that the API takes, whatever release and namespace are called, and however many releases there are.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from api_schemas import demand_known_to_the_api
from rendering import Charts, Object, of_kind, only

pytestmark = pytest.mark.process

CHARTS = ("repair-worker", "loadtest", "temporal-dev")
# As long as Helm takes one.
LONGEST = "r" + 51 * "x" + "9"
SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
# What the API asks of a name, where it asks for more than a subdomain of 253 signs.
RULES = {
    "Service": (63, r"[a-z]([-a-z0-9]*[a-z0-9])?"),
    "Job": (63, r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"),
    "CronJob": (52, SUBDOMAIN),
    "Deployment": (63, SUBDOMAIN),
}
EVERYTHING: dict[str, dict[str, Any]] = {
    "repair-worker": {"metrics": {"annotations": False, "podMonitor": {"enabled": True}}},
    "loadtest": {"interactive": {"enabled": True}, "server": {"namespace": "temporal"}},
    "temporal-dev": {"metrics": {"annotations": False, "podMonitor": {"enabled": True}}},
}


def made(charts: Charts, chart: str, release: str, namespace: str = "default", **given: Any) -> list[Object]:
    """
    Every object of a release, and the Job that a sweep would make.
    """
    values = EVERYTHING[chart] | given
    objects = charts.render(chart, values, "--namespace", namespace, release=release)
    templates = [found["data"] for found in of_kind(objects, "ConfigMap") if "job.yaml" in found["data"]]
    return objects + [yaml.safe_load(data["job.yaml"]) for data in templates]


def names(thing: Any) -> list[Any]:
    """
    Everything in an object that names something.
    """
    if isinstance(thing, dict):
        keys = ("name", "namespace", "serviceAccountName", "claimName", "app.kubernetes.io/instance")
        own = [value for key, value in thing.items() if key in keys and not isinstance(value, dict)]
        return own + [name for inner in thing.values() for name in names(inner)]
    if isinstance(thing, list):
        return [name for inner in thing for name in names(inner)]
    return []


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize(
    ("release", "namespace"),
    [
        pytest.param(LONGEST, "default", id="longest"),
        pytest.param("my.shop", "default", id="dotted"),
        pytest.param("kit", "20261125", id="namespace-of-digits"),
        pytest.param("kit", "1e3", id="namespace-like-a-number"),
        pytest.param("true", "null", id="words-of-yaml"),
    ],
)
def test_every_release_has_names_that_the_api_takes(
    charts: Charts, chart: str, release: str, namespace: str
) -> None:
    """As a text, in its length and in its alphabet; Kubernetes' own schemas are met."""
    objects = made(charts, chart, release, namespace)

    demand_known_to_the_api(objects)
    for found in objects:
        kind, name = found["kind"], found["metadata"]["name"]
        length, pattern = RULES.get(kind, (253, SUBDOMAIN))
        assert len(name) <= length and re.fullmatch(pattern, name), f"{kind} {name}"
        assert [one for one in names(found) if not isinstance(one, str)] == []


@pytest.mark.parametrize("chart", CHARTS)
@pytest.mark.parametrize("given", [{"nameOverride": 53 * "n"}, {"fullnameOverride": 53 * "n"}], ids=str)
def test_an_overridden_name_fits(charts: Charts, chart: str, given: dict[str, Any]) -> None:
    """Names and labels are cut to what there is room for beside our suffixes."""
    for found in made(charts, chart, "kit", **given):
        kind, name = found["kind"], found["metadata"]["name"]
        length, pattern = RULES.get(kind, (253, SUBDOMAIN))
        assert len(name) <= length and re.fullmatch(pattern, name), f"{kind} {name}"


def test_workers_of_a_release_of_digits(charts: Charts) -> None:
    """The workers have no Service, so a pull request's number is a name for them."""
    objects = made(charts, "repair-worker", "20261125")

    deployment = only(objects, "Deployment")
    assert deployment["metadata"]["name"] == "20261125-repair-worker"
    assert deployment["spec"]["selector"]["matchLabels"]["app.kubernetes.io/instance"] == "20261125"


@pytest.mark.parametrize("chart", ["loadtest", "temporal-dev"])
def test_a_service_does_not_begin_with_a_digit(charts: Charts, chart: str) -> None:
    """The API would refuse it in the middle of an installation; another name for the objects is the way out."""
    said = charts.refusal(chart, {}, release="20261125")
    objects = made(charts, chart, "20261125", fullnameOverride="pr-20261125")

    assert "20261125" in said
    assert "begins with a digit, and the name of a Service may not: set fullnameOverride" in said
    assert all(found["metadata"]["name"].startswith("pr-20261125") for found in of_kind(objects, "Service"))


@pytest.mark.parametrize("chart", CHARTS)
def test_every_object_names_its_namespace(charts: Charts, chart: str) -> None:
    """`helm template | kubectl apply` puts an object that names none where kubectl's context is."""
    spread = [one["metadata"].get("namespace") for one in made(charts, chart, "kit", "there")]

    assert set(spread) <= {"there", EVERYTHING[chart].get("server", {}).get("namespace", "there")}


def places(objects: list[Object]) -> set[tuple[str, str, str]]:
    """
    Kind, namespace and name of each object.
    """
    return {
        (one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"])
        for one in objects
        if "helm.sh/hook" not in one["metadata"].get("annotations", {})
    }


@pytest.mark.parametrize("chart", CHARTS)
def test_two_releases_share_a_namespace(charts: Charts, chart: str) -> None:
    """No object is both releases', and no selector of one takes pods of the other."""
    first, second = (made(charts, chart, release, "shared") for release in ("one", "two"))

    assert places(first) & places(second) == set()
    assert selected(first) & selected(second) == set()


def selected(objects: list[Object]) -> set[str]:
    """
    What the selectors of a release ask for.
    """
    found = [one["spec"]["selector"] for one in objects if "selector" in one.get("spec", {})]
    found += [one["spec"]["podSelector"] for one in of_kind(objects, "NetworkPolicy")]
    return {str(selector) for selector in found}


def test_two_load_tests_look_at_the_same_workers(charts: Charts) -> None:
    """From namespaces of their own: what they make in the workers' and the server's has different names, and each binding its Role."""
    where = {"workers": {"namespace": "repair-shop"}, "server": {"namespace": "temporal"}}
    first, second = (
        made(charts, "loadtest", "loadtest", namespace, **where) for namespace in ("red", "blue")
    )

    assert places(first) & places(second) == set()
    for objects in (first, second):
        roles = {(one["metadata"]["namespace"], one["metadata"]["name"]) for one in of_kind(objects, "Role")}
        bound = {
            (one["metadata"]["namespace"], one["roleRef"]["name"]) for one in of_kind(objects, "RoleBinding")
        }
        assert roles == bound
        assert {namespace for namespace, _ in roles} >= {"repair-shop", "temporal"}


@pytest.mark.parametrize(
    ("release", "namespace", "wanted"),
    [
        pytest.param("loadtest", "loadtest", "\n", id="as-in-the-readme"),
        pytest.param("loadtest", "perf", " --kube-namespace perf\n", id="another-namespace"),
        pytest.param(
            "bakery",
            "perf",
            " --kube-namespace perf --job bakery-loadtest-sweep\n",
            id="another-release",
        ),
    ],
)
def test_the_notes_name_what_was_installed(charts: Charts, release: str, namespace: str, wanted: str) -> None:
    """The next command works as it stands there."""
    done = charts.helm(
        "install", "loadtest", {}, "--dry-run=client", "--namespace", namespace, release=release
    )

    assert done.returncode == 0, done.stderr
    assert f"  loadtest submit loadtest/plans/demo.toml --output results{wanted}" in done.stdout


def test_no_cluster_domain_is_written_down() -> None:
    """A cluster may have another domain than cluster.local; what ends in .svc is found in every one."""
    root = Path(__file__).parents[2]
    files = [
        file
        for folder in ("charts", "k8s")
        for file in (root / folder).rglob("*")
        if file.is_file() and not {"tests", "e2e", "__pycache__"} & set(file.parts)
    ]

    assert [str(file.relative_to(root)) for file in files if "cluster.local" in file.read_text()] == []


@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "elsewhere"])
def test_logs_are_asked_for_where_helm_looks(charts: Charts, elsewhere: bool) -> None:
    """
    `helm test --logs` looks in the release's own namespace, and fails for a test that passed in another.
    """
    given = {"namespaceOverride": "shop"} if elsewhere else {}
    said = charts.helm("install", "repair-worker", given, "--dry-run=client", "--namespace", "own").stdout

    assert ("helm -n own test kit --logs" in said) is not elsewhere
    assert "helm -n own test kit" in said


def test_the_notes_say_how_a_build_is_made_current(charts: Charts) -> None:
    """A Worker Deployment of another name than the default one would not be found."""
    versioning = {"deploymentName": "shop", "buildId": "v2"}
    given = {"fullnameOverride": "repair-worker-v2", "temporal": {"versioning": versioning}}

    said = charts.helm("install", "repair-worker", given, "--dry-run=client").stdout

    assert "  repairshop version promote v2 --deployment shop\n" in said
    assert " promote " not in charts.helm("install", "repair-worker", {}, "--dry-run=client").stdout
