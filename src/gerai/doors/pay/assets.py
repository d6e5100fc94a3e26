"""The pages' style sheet, script and icon, read once. Their address carries a digest: browsers keep them for good."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import Final

_TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """One file: its bytes and media type."""

    content: bytes
    media_type: str


def _read() -> dict[str, Asset]:
    folder = resources.files(__package__ or "") / "static"
    found = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}
    return {name: Asset(content, _TYPES[name.rpartition(".")[2]]) for name, content in sorted(found.items())}


ASSETS: Final = _read()
#: Changes whenever any of the files changes.
DIGEST: Final = hashlib.sha256(b"\0".join(asset.content for asset in ASSETS.values())).hexdigest()[:12]


def asset_url(name: str) -> str:
    """The address of an asset. KeyError for one that does not exist."""
    if name not in ASSETS:
        raise KeyError(name)
    return f"/_pay/{DIGEST}/{name}"
