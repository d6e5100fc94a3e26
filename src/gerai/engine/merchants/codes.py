"""The codes of merchants for whoever types one; the engine need not run."""

from __future__ import annotations

from gerai.store import codes
from gerai.store.connection import DatabaseError


def codes_beginning(dsn: str, begin: str) -> list[str]:
    """The first fifty that begin so, in their order; none where the database cannot be read."""
    try:
        return codes.merchant_codes(dsn, begin)
    except DatabaseError:
        return []
