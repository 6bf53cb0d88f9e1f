"""
What helm said is not asked again, unless anything that it depends on has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from helm_cache import HelmCache, Said
from rendering import Charts


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    """
    A chart of one file.
    """
    folder = tmp_path / "shop"
    (folder / "templates").mkdir(parents=True)
    (folder / "templates" / "one.yaml").write_text("one", encoding="utf-8")
    return folder


class Helm:
    """
    Says how often it was asked, and does something to the chart meanwhile.
    """

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.times, self.meanwhile = 0, meanwhile

    def __call__(self) -> Said:
        self.times += 1
        self.meanwhile()
        return Said(["helm"], 3, f"{self.times}", "refused")


def test_the_same_is_asked_once(chart: Path, tmp_path: Path) -> None:
    """
    Code, output and error come back, in another run of the tests too.
    """
    helm = Helm()
    first, again = (HelmCache(tmp_path / "kept").said(chart, ["template", "a: 1"], helm) for _ in range(2))

    assert helm.times == 1
    assert (again.returncode, again.stdout, again.stderr) == (3, "1", "refused")
    assert (first.returncode, first.stdout, first.stderr) == (3, "1", "refused")


def test_other_values_and_another_chart_are_asked_anew(chart: Path, tmp_path: Path) -> None:
    """
    A changed file, a new one, and one of another name; answers of a state that is gone are not kept.
    """
    cache, helm = HelmCache(tmp_path / "kept"), Helm()
    template = chart / "templates" / "one.yaml"
    told = [
        cache.said(chart, ["template", "a: 1"], helm).stdout,
        cache.said(chart, ["template", "a: 2"], helm).stdout,
    ]
    for change in (
        lambda: template.write_text("two", encoding="utf-8"),
        lambda: (chart / "values.yaml").write_text("", encoding="utf-8"),
        lambda: template.rename(template.with_name("other.yaml")),
    ):
        change()
        told.append(cache.said(chart, ["template", "a: 1"], helm).stdout)

    assert told == ["1", "2", "3", "4", "5"]
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_another_helm_is_asked_anew(chart: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Told by where its program lies, how large it is and when it came.
    """
    cache, helm = HelmCache(tmp_path / "kept"), Helm()
    monkeypatch.setenv("PATH", str(tmp_path))
    program = tmp_path / "helm"
    for text in ("old", "newer"):
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)
        cache.said(chart, [], helm)

    assert helm.times == 2


def test_a_chart_that_is_edited_meanwhile_is_not_remembered(chart: Path, tmp_path: Path) -> None:
    """
    The answer may be of the chart before or after, and the edit may be taken back.
    """
    template = chart / "templates" / "one.yaml"
    cache = HelmCache(tmp_path / "kept")

    cache.said(chart, [], Helm(lambda: template.write_text("two", encoding="utf-8")))
    template.write_text("one", encoding="utf-8")
    helm = Helm()
    cache.said(chart, [], helm)

    assert helm.times == 1


@pytest.mark.process
def test_a_file_of_values_is_read_anew(charts: Charts, tmp_path: Path) -> None:
    """
    The same name may hold others by now.
    """
    file = tmp_path / "values.yaml"
    told = []
    for name in ("first", "second"):
        file.write_text(f"fullnameOverride: {name}\n", encoding="utf-8")
        told.append(charts.helm("template", "temporal-dev", {}, "--values", str(file)).stdout)

    assert ["first" in told[0], "second" in told[1]] == [True, True], told
