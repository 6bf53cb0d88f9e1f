"""
Scenarios that import what is not there: only a package that the file itself wants is one to install.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from loadtest import scenario
from loadtest.errors import InputError


@pytest.fixture(autouse=True)
def _own_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))


def _refused(path: Path, imports: str) -> str:
    path.write_text(f'"""\nMine.\n"""\n{imports}\n')
    with pytest.raises(InputError) as refused:
        scenario.load(str(path))
    assert isinstance(refused.value.__cause__, ModuleNotFoundError)
    return str(refused.value)


def test_a_file_beside_a_scenario_wants_a_package_as_the_scenario_does(tmp_path: Path) -> None:
    """What the two import is installed with the kit alike."""
    (tmp_path / "mine_orders.py").write_text("import acme_haulage.contracts\n")

    told = _refused(tmp_path / "mine.py", "import mine_orders")

    assert told.startswith(
        f"--scenario {tmp_path / 'mine.py'}: it imports acme_haulage, which is neither beside"
    )


@pytest.mark.parametrize(
    ("imports", "missing"),
    [
        pytest.param("import acme_rail", "acme_signals", id="inside-an-installed-package"),
        pytest.param("import acme_road.missing", "acme_road.missing", id="of-an-installed-package"),
        pytest.param("import loadtest.nobody", "loadtest.nobody", id="of-the-kit"),
        pytest.param("raise ModuleNotFoundError('no acme here')", "no acme here", id="raised-by-hand"),
    ],
)
def test_what_an_installed_package_lacks_is_no_package_to_install(
    tmp_path: Path, imports: str, missing: str
) -> None:
    """That package is installed, in a version or a way that does not fit: to install it once more mends nothing."""
    installed = tmp_path / "site-packages"
    for name, text in (("acme_rail", "import acme_signals\n"), ("acme_road", "")):
        (installed / name).mkdir(parents=True)
        (installed / name / "__init__.py").write_text(text)
    sys.path.insert(0, str(installed))

    told = _refused(tmp_path / "mine.py", imports)

    assert told.startswith(f"--scenario {tmp_path / 'mine.py'}: cannot be imported (ModuleNotFoundError: ")
    assert missing in told
    assert "pip install" not in told
