"""The codes of merchants for whoever types one; the engine need not run."""

from __future__ import annotations

from pathlib import Path

from gerai.store import merchants
from gerai.store.connection import DatabaseError
from gerai.store.embedded_host import EmbeddedError
from gerai.store.embedded_served import served_at


def codes_beginning(place: str | Path, begin: str) -> list[str]:
    """The first fifty that begin so, in their order, of a database at this address, or of a data folder that a Gerai
    serves now; none where it cannot be read."""
    try:
        return merchants.merchant_codes(place if isinstance(place, str) else served_at(place), begin)
    except (DatabaseError, EmbeddedError, OSError):
        return []
