"""The rows an order leaves behind: read back from one that was really placed, and compared between two merchants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier

from gerai.bench.case import BenchError

_OF_ORDERS: Final = SQL("merchant_id = %(merchant)s AND order_id > %(after)s")
#: Every table an order may write to, parents first, and which rows of it are of a merchant's orders with ids above
#: ``after``: the measured ones, not those that were stored before.
TABLES: Final = {
    "idempotency_keys": SQL("merchant_id = %(merchant)s AND NOT starts_with(key, 'stored-')"),
    "orders": _OF_ORDERS,
    "order_lines": _OF_ORDERS,
    "invoices": _OF_ORDERS,
    "payments": _OF_ORDERS,
    "fulfilments": _OF_ORDERS,
    "shipments": _OF_ORDERS,
    "transfers": _OF_ORDERS,
    "order_terms": _OF_ORDERS,
    "events": _OF_ORDERS,
    "procrastinate_jobs": SQL("(args ->> 'merchant_id')::bigint = %(merchant)s"),
}
#: How much the mean size of a row may differ: ids have more or fewer digits.
_SIZE_TOLERANCE: Final = 0.03


@dataclass(frozen=True)
class Value:
    """A column's value as text; None is NULL. ``type`` is PostgreSQL's name of the column's type."""

    text: str | None
    type: str


Row = Mapping[str, Value]


def placed_order(connection: Connection, merchant_id: int, after: int = 0) -> dict[str, list[Row]]:
    """All rows of the merchant's only order above ``after``, by table. Columns the database numbers by itself are left
    out."""
    found = {table: _rows(connection, table, merchant_id, after) for table in TABLES}
    if len(found["orders"]) != 1:
        raise BenchError(f"the sample shop has {len(found['orders'])} orders instead of one")
    return {table: rows for table, rows in found.items() if rows}


def _rows(connection: Connection, table: str, merchant_id: int, after: int) -> list[Row]:
    columns = connection.execute(
        "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 "
        "AND NOT attisdropped AND attidentity = '' ORDER BY attnum",
        (table,),
    ).fetchall()
    texts = SQL(", ").join(SQL("{}::text").format(Identifier(name)) for name, _ in columns)
    query = SQL("SELECT {} FROM {} WHERE {} ORDER BY 1, 2").format(texts, Identifier(table), TABLES[table])
    return [
        {name: Value(text, kind) for (name, kind), text in zip(columns, row, strict=True)}
        for row in connection.execute(query, {"merchant": merchant_id, "after": after}).fetchall()
    ]


def order_count(connection: Connection, merchant_id: int, after: int = 0) -> int:
    """How many orders a merchant has above ``after``."""
    row = connection.execute(
        "SELECT count(*) FROM orders WHERE merchant_id = %s AND order_id > %s", (merchant_id, after)
    ).fetchone()
    assert row is not None
    return row[0]


def highest_order(connection: Connection, merchant_id: int) -> int:
    """The highest order id of a merchant; 0 when it has none."""
    row = connection.execute(
        "SELECT coalesce(max(order_id), 0) FROM orders WHERE merchant_id = %s", (merchant_id,)
    ).fetchone()
    assert row is not None
    return row[0]


def differences(connection: Connection, merchant_a: int, merchant_b: int, after: int = 0) -> list[str]:
    """Where the rows of two merchants' orders differ, in number for an order or in mean size."""
    orders_a, orders_b = order_count(connection, merchant_a, after), order_count(connection, merchant_b, after)
    found: list[str] = []
    for table in TABLES:
        rows_a, bytes_a = _weight(connection, table, merchant_a, after)
        rows_b, bytes_b = _weight(connection, table, merchant_b, after)
        if rows_a * orders_b != rows_b * orders_a:
            found.append(f"{table}: {rows_a} rows of {orders_a} orders against {rows_b} of {orders_b}")
        elif abs(bytes_a * rows_b - bytes_b * rows_a) > _SIZE_TOLERANCE * bytes_a * rows_b:
            found.append(f"{table}: {bytes_a / rows_a:.0f} bytes a row against {bytes_b / rows_b:.0f}")
    return found


def _weight(connection: Connection, table: str, merchant_id: int, after: int) -> tuple[int, int]:
    query: Composed = SQL("SELECT count(*), coalesce(sum(pg_column_size(t.*)), 0)::bigint FROM {} t WHERE {}").format(
        Identifier(table), TABLES[table]
    )
    row = connection.execute(query, {"merchant": merchant_id, "after": after}).fetchone()
    assert row is not None
    return row[0], row[1]
