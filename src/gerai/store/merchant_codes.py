"""The codes of merchants, asked for without an engine."""

from __future__ import annotations

from typing import Final

from gerai.store.connection import open_blocking

_SHOWN: Final = 50
_STATEMENT: Final = "SELECT code FROM merchants WHERE starts_with(code, %s) ORDER BY code LIMIT %s"


def merchant_codes(dsn: str, begin: str) -> list[str]:
    """The first fifty that begin so, in their order. Raises DatabaseError."""
    with open_blocking(dsn) as connection:
        return [row[0] for row in connection.execute(_STATEMENT, (begin, _SHOWN)).fetchall()]
