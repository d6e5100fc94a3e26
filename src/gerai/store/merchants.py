"""Merchants by their codes, asked for without an engine; and whether one takes orders."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from gerai.store.connection import Connection, open_blocking

_SHOWN: Final = 50
_STATEMENT: Final = "SELECT code FROM merchants WHERE starts_with(code, %s) ORDER BY code LIMIT %s"


def merchant_codes(dsn: str, begin: str) -> list[str]:
    """The first fifty that begin so, in their order. Raises DatabaseError."""
    with open_blocking(dsn) as connection:
        return [row[0] for row in connection.execute(_STATEMENT, (begin, _SHOWN)).fetchall()]


async def close(connection: Connection, merchant_id: int, at: datetime | None) -> None:
    """It takes no orders from this moment on; None: it takes them again."""
    await connection.execute("UPDATE merchants SET closed_at = %s WHERE merchant_id = %s", (at, merchant_id))
