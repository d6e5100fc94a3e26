"""Style sheets, scripts and icons of pages, read once. Their addresses carry a digest, so that browsers keep them for
good."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Final

TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
#: What is at an address that changes with it.
FOR_GOOD: Final = {"cache-control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True)
class Asset:
    """One file: its bytes and media type."""

    content: bytes
    media_type: str


def read_assets(package: str) -> dict[str, Asset]:
    """The files in the folder ``static`` of a package, by name."""
    folder = resources.files(package) / "static"
    found = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}
    return {name: Asset(content, TYPES[name.rpartition(".")[2]]) for name, content in sorted(found.items())}


def digest_of(assets: Mapping[str, Asset]) -> str:
    """Changes whenever any of the files changes."""
    return hashlib.sha256(b"\0".join(asset.content for asset in assets.values())).hexdigest()[:12]
