"""
Reads settings from the environment, and raises one error that tells everything that is wrong with them.

Variables with which Kubernetes tells a pod of every Service of its namespace are no settings: a Service
``repairshop-codec-server`` gives ``REPAIRSHOP_CODEC_SERVER_SERVICE_HOST``, ``..._SERVICE_PORT``, ``..._PORT`` and more, one
of which has the same name as a setting.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Self, TypeVar

from pydantic import AliasChoices, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

A = TypeVar("A")
B = TypeVar("B")

PREFIX = "REPAIRSHOP_"


class SettingsError(Exception):
    """
    The environment cannot be used; the text has one line for each problem.

    Attributes:
        problems: Problems; each says which variable, what was given, what was expected and what to write instead. None
            holds a key, a token or a password.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems

    @property
    def lines(self) -> str:
        """
        The problems as a program shows them.
        """
        return "".join(f"error: {problem}\n" for problem in self.problems)


def both(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """
    Read two things from the environment, so that the problems of both are reported together.

    Raises:
        SettingsError: At least one of the two raised it.
    """
    try:
        value = first()
    except SettingsError as error:
        try:
            second()
        except SettingsError as another:
            raise SettingsError((*error.problems, *another.problems)) from None
        raise
    return value, second()


class EnvironmentSettings(BaseSettings):
    """
    Settings that are read from an environment that the caller passes in.

    Each field is the variable ``REPAIRSHOP_<NAME>``, or the variables that its alias names, of which the first one that
    is set is used. An empty variable counts as not set.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is the library's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """
        Take only the values that are given to the constructor.
        """
        return (init_settings,)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """
        Return the settings in an environment; variables of Kubernetes Services are no settings.

        Raises:
            SettingsError: A setting cannot be used; the error holds every problem at once.
        """
        given = {name: value for name, value in without_service_links(environ).items() if value}
        source = EnvSettingsSource(cls)
        source.env_vars = {name.lower(): value for name, value in given.items()}
        try:
            return cls(**source())
        except ValidationError as error:
            problems = (cls._problem(given, details) for details in error.errors())
            raise SettingsError(tuple(dict.fromkeys(problems))) from None

    @classmethod
    def variables(cls) -> dict[str, tuple[str, ...]]:
        """
        Return the variables of each field, the one that is used first at the beginning.
        """
        return {name: _variables(name, field) for name, field in cls.model_fields.items()}

    @classmethod
    def _problem(cls, given: Mapping[str, str], details: ErrorDetails) -> str:
        if not details["loc"]:
            return details["msg"].removeprefix("Value error, ")
        location = str(details["loc"][0])
        field = next(
            name
            for name, variables in cls.variables().items()
            if location == name or location.upper() in variables
        )
        variables = cls.variables()[field]
        variable = next((name for name in variables if name in given), variables[0])
        is_secret = cls.model_fields[field].annotation is SecretStr
        value = "" if is_secret or variable not in given else f"={given[variable]}"
        default = _written(cls.model_fields[field].default)
        expected = _expected(details)
        # A message that already says what to do gets no second remedy.
        remedy = "" if ";" in expected or not default else f"; write {variable}={default}"
        return f"{variable}{value}: {expected}{remedy}"


def _variables(name: str, field: FieldInfo) -> tuple[str, ...]:
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return tuple(str(choice) for choice in alias.choices)
    return (alias,) if isinstance(alias, str) else (PREFIX + name.upper(),)


def _written(default: Any) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, float):
        return f"{default:g}"
    return str(default) if isinstance(default, int | str) else ""


def _expected(details: ErrorDetails) -> str:
    bounds = {name: _written(bound) for name, bound in details.get("ctx", {}).items()}
    by_type = {
        "int_parsing": "must be a whole number",
        "float_parsing": "must be a number",
        "bool_parsing": "must be true or false",
        "finite_number": "must be a finite number",
        "greater_than": f"must be above {bounds.get('gt')}",
        "greater_than_equal": f"must be at least {bounds.get('ge')}",
        "less_than_equal": f"must be at most {bounds.get('le')}",
    }
    told = details["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return by_type.get(details["type"], told)


_HOST = "_SERVICE_HOST"
_PORTS = re.compile(r"_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?")
_ADDRESS = re.compile(r"(tcp|udp|sctp)://")


def without_service_links(environ: Mapping[str, str]) -> dict[str, str]:
    """
    Return the environment without the variables of Services.

    A variable belongs to a Service if both ``<SERVICE>_SERVICE_HOST`` and ``<SERVICE>_SERVICE_PORT`` exist;
    ``<SERVICE>_PORT`` is kept where the pod itself sets it, which its value shows.
    """
    services = [
        name.removesuffix(_HOST)
        for name in environ
        if name.endswith(_HOST) and f"{name.removesuffix(_HOST)}_SERVICE_PORT" in environ
    ]
    return {
        name: value
        for name, value in environ.items()
        if not any(_is_link(name, value, service) for service in services)
    }


def _is_link(name: str, value: str, service: str) -> bool:
    if not name.startswith(service):
        return False
    rest = name.removeprefix(service)
    if rest in (_HOST, "_SERVICE_PORT") or rest.startswith("_SERVICE_PORT_"):
        return True
    if rest == "_PORT":
        return _ADDRESS.match(value) is not None
    return _PORTS.fullmatch(rest) is not None
