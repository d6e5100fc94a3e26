"""A page of rows that no index lists as they are asked for: those of a merchant by their number, newest first, looked
through no further than :data:`LOOKED_THROUGH`."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection

from gerai.store.conditions import Where, query

LOOKED_THROUGH: Final = 20_000


class Walk(NamedTuple):
    """``table``'s rows ``t`` by their ``key``; ``select``: what is read of each, the key first; ``beside``: what is
    looked up for those that are shown, ``LATERAL``."""

    table: str
    key: str
    select: str
    beside: str = ""

    @property
    def last(self) -> str:
        """Where a page ends at the latest."""
        return (
            f"SELECT t.{self.key} FROM {self.table} t WHERE t.merchant_id = %s AND t.{self.key} < %s "
            f"ORDER BY t.{self.key} DESC OFFSET {LOOKED_THROUGH - 1} LIMIT 1"
        )

    def rows(self, where: Where) -> str:
        """The rows that are shown."""
        return (
            f"SELECT {self.select} FROM (SELECT * FROM {self.table} t {where.text} "
            f"ORDER BY t.{self.key} DESC LIMIT %s) t {self.beside} ORDER BY t.{self.key} DESC"
        )


async def walked(
    connection: AsyncConnection, walk: Walk, merchant_id: int, before_id: int, wanted: Where, limit: int
) -> tuple[list[Any], int | None]:
    """At most so many rows with smaller numbers for which ``wanted`` holds, and before which number to go on, None:
    there are no more. A page may be short, or empty, and others follow."""
    cursor = await connection.execute(query(walk.last), (merchant_id, before_id))
    last = await cursor.fetchone()
    where = Where(f"t.merchant_id = %s AND t.{walk.key} < %s", merchant_id, before_id)
    where.add_if(last is not None, f"t.{walk.key} >= %s", None if last is None else last[0])
    where.add(wanted.text.removeprefix("WHERE "), *wanted.params)
    cursor = await connection.execute(query(walk.rows(where)), (*where.params, limit))
    found = await cursor.fetchall()
    if len(found) == limit:
        return found, found[-1][0]
    return found, None if last is None else last[0]
