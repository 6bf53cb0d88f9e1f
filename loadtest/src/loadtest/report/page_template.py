"""
How every page is filled: its template, the styles that pages share, pictures inside the page, and the sentence below
its title on what was run, where, on which server and when.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from loadtest.plan import Open, Plan
from loadtest.plural import counted
from loadtest.report.numbers import core_count, rate
from loadtest.results.manifest import Manifest


@functools.cache
def page_template(name: str, **filters: Callable[..., object]) -> Template:
    """
    Return a page's template; it is compiled only once, as that takes as long as a picture.

    Args:
        name: Name of the template's file beside this module.
        filters: Functions by the names of the filters that the page uses in addition to jinja2's own and those of all
            pages.
    """
    environment = Environment(
        loader=PackageLoader("loadtest", "report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"code": with_code, **filters}
    return environment.get_template(name)


def with_code(text: str) -> Markup:
    """
    Return a sentence as a page shows it: text between two backquotes is code, and a number keeps its sign beside it.
    """
    text = text.replace(" %", "\N{NO-BREAK SPACE}%").replace(" ± ", "\N{NO-BREAK SPACE}±\N{NO-BREAK SPACE}")
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
    # As an image, so that the ids within several pictures do not clash.
    return Markup("data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii"))


_PLACES = {"local": "one machine", "kubernetes": "Kubernetes", "compose": "Docker Compose"}


def about_run(scenario: str, manifest: Manifest) -> str:
    """
    Return the sentence, with the time in UTC.
    """
    place = _PLACES.get(manifest.target, manifest.target)
    server = manifest.server_version or "of unknown version"
    started = manifest.started_at[:16].replace("T", " ")
    return f"Scenario {scenario} on {place}, {core_count(manifest.machine)}, Temporal server {server}, {started} UTC."


def about_blocks(plan: Plan, load: int, manifest: Manifest) -> str:
    """
    Return the same of a run whose blocks have one replica count and one load, and begin with these two.

    Args:
        plan: Plan of the run.
        load: Index of the blocks' load in the plan.
        manifest: Manifest of the run.
    """
    chosen = plan.loads[load]
    how = f"at {rate(chosen.arrival_rate)}/s" if isinstance(chosen, Open) else "saturated"
    return f"{counted(plan.replicas[0], 'replica')} {how}. {about_run(plan.scenario, manifest)}"
