"""What must be true of the rows at any moment, as queries that find the rows for which it is not.

A query names its tables as ``{orders}``: all of them, or one merchant's. It returns :data:`ROWS_AT_MOST` rows at most.
Sums stay ``numeric``, as PostgreSQL makes them: those of a whole account may be more than a ``bigint`` holds.
"""

from __future__ import annotations

from collections.abc import Mapping
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
#: Of all merchants together, where each has its own.
ROWS_OF_EACH: Final = 10_000
_TABLES: Final = (
    "accounts", "arrivals", "deposits", "events", "gateway_contracts", "invoices", "order_lines", "orders", "payments",
    "payouts", "receiving_accounts", "refund_tasks", "shipments", "stock", "transfers",
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
    return await _rows(connection, f"{_query(invariant, merchant_id)} LIMIT {ROWS_AT_MOST}", merchant_id)


async def broken_rows_of_each(
    connection: AsyncConnection, invariant: Invariant, merchant_id: int | None
) -> list[dict[str, Any]]:
    """The same, of each merchant, but no more than :data:`ROWS_OF_EACH` in all."""
    text = f"""
SELECT * FROM (SELECT b.*, row_number() OVER (PARTITION BY b.merchant_id) AS nth
               FROM ({_query(invariant, merchant_id)}) b) x
WHERE x.nth <= {ROWS_AT_MOST} LIMIT {ROWS_OF_EACH}"""
    return [row for row in await _rows(connection, text, merchant_id) if row["merchant_id"] is not None]


def _query(invariant: Invariant, merchant_id: int | None) -> str:
    mine = "{0}" if merchant_id is None else "(SELECT * FROM {0} WHERE merchant_id = %(merchant_id)s)"
    return invariant.find.format_map({table: mine.format(table) for table in _TABLES})


async def _rows(connection: AsyncConnection, text: str, merchant_id: int | None) -> list[dict[str, Any]]:
    # Inside a transaction this is a savepoint.
    async with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(sql.SQL(cast("LiteralString", text)), {"merchant_id": merchant_id})
        return await cursor.fetchall()


async def environment_of(connection: AsyncConnection, row: Mapping[str, Any]) -> str:
    """The environment that a row says it is of, or that of what it names first; empty: nobody knows."""
    if row.get("environment") is not None:
        return row["environment"]
    column = next((name for name in IN_AN_ENVIRONMENT if row.get(name) is not None), None)
    if column is None:
        return ""
    text = sql.SQL("SELECT environment FROM {table} WHERE merchant_id = %s AND {column} = %s").format(
        column=sql.Identifier(column), table=sql.Identifier(IN_AN_ENVIRONMENT[column])
    )
    cursor = await connection.execute(text, (row["merchant_id"], row[column]))
    found = await cursor.fetchone()
    return "" if found is None else found[0]


async def now(connection: AsyncConnection) -> datetime:
    """When this transaction began."""
    cursor = await connection.execute("SELECT now()")
    row = await cursor.fetchone()
    assert row is not None
    return row[0]
