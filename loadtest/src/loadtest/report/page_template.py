"""
How every page is filled: its template, the styles that pages share, and pictures that lie within them.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from loadtest.report.numbers import core_count


@functools.cache
def page_template(name: str, **filters: Callable[..., object]) -> Template:
    """
    Return a page's template; compiling one takes as long as a picture.

    Args:
        name: Of its file beside this module.
        filters: Name of each filter that the page uses beside jinja2's own and those of all pages -> what it calls.
    """
    environment = Environment(
        loader=PackageLoader("loadtest", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"code": with_code, "core_count": core_count, **filters}
    return environment.get_template(name)


def with_code(text: str) -> Markup:
    """
    Return a sentence as a page shows it: what stands between two backquotes is code.
    """
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else part for number, part in enumerate(parts)
    )


def image_source(svg: bytes) -> Markup:
    """
    Return a picture as the source of an image.
    """
    # As an image, so that the ids within several pictures do not meet.
    return Markup("data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii"))
