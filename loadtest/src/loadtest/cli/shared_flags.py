"""
Flags that are declared once, for every verb that takes them.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, get_type_hints


def declared_flags(flags: Callable[..., None], verb: Callable[..., int]) -> Callable[..., int]:
    """
    Give a verb the flags that a signature declares.

    They come after the verb's own flags, and only ``context.params`` holds them.

    Args:
        flags: Function whose parameters are the flags.
        verb: Function that takes a ``typer.Context`` and its own flags.
    """
    declared, own = inspect.signature(flags).parameters, inspect.signature(verb).parameters

    @functools.wraps(verb)
    def with_flags(**given: Any) -> int:
        return verb(**{name: value for name, value in given.items() if name not in declared})

    hints = {**get_type_hints(flags, include_extras=True), **get_type_hints(verb, include_extras=True)}
    parameters = [
        parameter.replace(annotation=hints[name]) for name, parameter in {**own, **declared}.items()
    ]
    with_flags.__signature__ = inspect.Signature(parameters, return_annotation=int)  # type: ignore[attr-defined]
    with_flags.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return with_flags
