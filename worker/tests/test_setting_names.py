"""
Which variables are settings: service links are none, and secrets are never shown.
"""

from __future__ import annotations

import pytest

from repairshop.codec_settings import CodecServerSettings, CodecSettings
from repairshop.environment import EnvironmentSettings, SettingsError
from repairshop.settings import Settings, load

SERVICE_LINKS = {
    "REPAIRSHOP_CODEC_SERVER_SERVICE_HOST": "10.96.0.7",
    "REPAIRSHOP_CODEC_SERVER_SERVICE_PORT": "8081",
    "REPAIRSHOP_CODEC_SERVER_SERVICE_PORT_HTTP": "8081",
    "REPAIRSHOP_CODEC_SERVER_PORT": "tcp://10.96.0.7:8081",
    "REPAIRSHOP_CODEC_SERVER_PORT_8081_TCP": "tcp://10.96.0.7:8081",
    "REPAIRSHOP_CODEC_SERVER_PORT_8081_TCP_PROTO": "tcp",
    "REPAIRSHOP_CODEC_SERVER_PORT_8081_TCP_PORT": "8081",
    "REPAIRSHOP_CODEC_SERVER_PORT_8081_TCP_ADDR": "10.96.0.7",
    "METRICS_SERVICE_HOST": "10.96.0.8",
    "METRICS_SERVICE_PORT": "9090",
    "METRICS_PORT": "tcp://10.96.0.8:9090",
}


def test_services_of_the_namespace_are_no_settings() -> None:
    """
    Kubernetes tells each pod of every Service in variables that may bear our prefix, or the name of a setting.
    """
    settings = load(SERVICE_LINKS)
    of_codec_server = CodecServerSettings.from_environment(SERVICE_LINKS)

    assert settings.health_port == 0
    assert of_codec_server.codec_server_port == 8081


@pytest.mark.parametrize(
    ("more", "told"),
    [
        pytest.param(
            {"REPAIRSHOP_CODEC_SERVER_SERVICE_HOTS": "x"},
            "REPAIRSHOP_CODEC_SERVER_SERVICE_HOTS: no such setting",
            id="a typing error beside links",
        ),
        pytest.param(
            {"REPAIRSHOP_CACHE_SERVICE_HOST": "x"},
            "REPAIRSHOP_CACHE_SERVICE_HOST: no such setting",
            id="half a link",
        ),
    ],
)
def test_what_only_looks_like_a_link_is_refused(more: dict[str, str], told: str) -> None:
    """
    The refusal of unknown names holds for all but what Kubernetes made.
    """
    with pytest.raises(SettingsError) as caught:
        load({**SERVICE_LINKS, **more})

    assert str(caught.value).startswith(told)
    assert len(caught.value.problems) == 1


def test_a_port_that_the_pod_sets_itself_is_taken_beside_a_service_of_that_name() -> None:
    """
    A container's own variable replaces the link of the same name.
    """
    settings = CodecServerSettings.from_environment({**SERVICE_LINKS, "REPAIRSHOP_CODEC_SERVER_PORT": "9000"})

    assert settings.codec_server_port == 9000


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("REPAIRSHOP_LEDGER", Settings),
        ("REPAIRSHOP_CODEC_KEYS", CodecSettings),
        ("REPAIRSHOP_CODEC_SERVER_TOKEN", CodecServerSettings),
    ],
)
def test_no_representation_of_the_settings_holds_a_secret(
    name: str, settings: type[EnvironmentSettings]
) -> None:
    """
    Settings that end up in a log tell that a secret is there and not which.
    """
    read = settings.from_environment({name: "p%w0rd"})

    assert "p%w0rd" not in f"{read!r} {read} {read.model_dump()}"
