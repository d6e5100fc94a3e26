"""Draws the console's pages: facts in, HTML out. Autoescape is on; a name the template knows and we forgot is an
error."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from gerai.doors.console.words import DeskWords

_TYPES: Final = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class DeskAsset:
    """One file: its bytes and media type."""

    content: bytes
    media_type: str


def _read() -> dict[str, DeskAsset]:
    folder = resources.files(__package__ or "") / "static"
    found = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}
    return {name: DeskAsset(content, _TYPES[name.rpartition(".")[2]]) for name, content in sorted(found.items())}


ASSETS: Final = _read()
#: In their addresses, so that browsers keep them for good.
DIGEST: Final = hashlib.sha256(b"\0".join(asset.content for asset in ASSETS.values())).hexdigest()[:12]
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
