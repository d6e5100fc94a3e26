"""What must be true of the rows at any moment, as queries that find the rows for which it is not.

A query names its tables as ``{orders}``: all of them, or one merchant's. It returns :data:`ROWS_AT_MOST` rows at most.
Sums stay ``numeric``, as PostgreSQL makes them: those of a whole account may be more than a ``bigint`` holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, LiteralString, cast

from psycopg import AsyncConnection, sql
from psycopg.rows import dict_row

from gerai.store.check_books import OF_BOOKS
from gerai.store.check_deposits import OF_DEPOSITS
from gerai.store.check_orders import OF_ORDERS
from gerai.store.check_payouts import OF_PAYOUTS
from gerai.store.invariant import Invariant

ROWS_AT_MOST: Final = 20
_TABLES: Final = (
    "accounts", "arrivals", "deposits", "events", "gateway_contracts", "invoices", "order_lines", "orders", "payments",
    "payouts", "refund_tasks", "shipments", "stock", "transfers",
)  # fmt: skip
INVARIANTS: Final = (*OF_BOOKS, *OF_DEPOSITS, *OF_PAYOUTS, *OF_ORDERS)

#: Where a row that does not name its environment has it, by the column that names it.
IN_AN_ENVIRONMENT: Final = {
    "account_id": "accounts", "deposit_id": "deposits", "invoice_id": "invoices", "order_id": "orders",
    "payment_id": "payments", "shipment_id": "shipments", "transfer_id": "transfers",
}  # fmt: skip

ONE_SNAPSHOT: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
#: A check reads everything once; it may take longer than any request.
NO_TIME_LIMIT: Final = "SET LOCAL statement_timeout = 0"


async def broken_rows(
    connection: AsyncConnection, invariant: Invariant, merchant_id: int | None
) -> list[dict[str, Any]]:
    """The first rows for which the invariant does not hold, of all merchants or of one. DatabaseError; the transaction
    that it is asked in goes on all the same, unless the connection is lost."""
    mine = "{0}" if merchant_id is None else "(SELECT * FROM {0} WHERE merchant_id = %(merchant_id)s)"
    query = invariant.find.format_map({table: mine.format(table) for table in _TABLES})
    text = cast("LiteralString", f"{query} LIMIT {ROWS_AT_MOST}")
    # Inside a transaction this is a savepoint.
    async with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(sql.SQL(text), {"merchant_id": merchant_id})
        return await cursor.fetchall()


async def ids_of(
    connection: AsyncConnection, merchant_id: int, environment: str, column: str, ids: Sequence[int]
) -> set[int]:
    """Which of these are of this environment. ``column``: one of :data:`IN_AN_ENVIRONMENT`."""
    text = sql.SQL(
        "SELECT {column} FROM {table} WHERE merchant_id = %s AND {column} = ANY(%s) AND environment = %s"
    ).format(column=sql.Identifier(column), table=sql.Identifier(IN_AN_ENVIRONMENT[column]))
    cursor = await connection.execute(text, (merchant_id, list(ids), environment))
    return {row[0] for row in await cursor.fetchall()}


async def now(connection: AsyncConnection) -> datetime:
    """When this transaction began."""
    cursor = await connection.execute("SELECT now()")
    row = await cursor.fetchone()
    assert row is not None
    return row[0]
