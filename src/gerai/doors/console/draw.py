"""Draws the console's pages: facts in, HTML out. Autoescape is on; a name the template knows and we forgot is an
error."""

from __future__ import annotations

from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from gerai.doors.console.words import DeskWords
from gerai.doors.http.assets import digest_of, read_assets

ASSETS: Final = read_assets(__package__ or "")
DIGEST: Final = digest_of(ASSETS)
_TEMPLATES: Final = Environment(
    loader=PackageLoader("gerai.doors.console"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def draw(template: str, words: DeskWords, **facts: Any) -> str:
    """A page in one language."""
    return _TEMPLATES.get_template(template).render(t=words, asset=asset_url, **facts)


def asset_url(name: str) -> str:
    """The address of an asset. KeyError for one that does not exist."""
    if name not in ASSETS:
        raise KeyError(name)
    return f"/console/static/{DIGEST}/{name}"
